/** Hands a message of one of our commands to the daemon of this machine. */
import { basename } from 'node:path';
import { writeCommand } from '../../../platform/command-fifo.js';
import type { Message } from '../../wire/message.js';
import { encodeText } from '../../wire/text.js';

const FIFO = '/var/lib/heartbeat/fifo';

/** The exit code: 0, or 1 with a line on standard error. `called` is the name under which the command was called. */
export const submit = (called: string, message: Message): number => {
  const refused = writeCommand(process.env.HA_SUITE_FIFO ?? FIFO, encodeText(message));
  if (refused === undefined) return 0;
  process.stderr.write(`${basename(called)}: ${refused}\n`);
  return 1;
};
