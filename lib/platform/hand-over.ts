/** Runs hb_standby and hb_takeover: writes the log line and the message for the daemon. */
import { appendFileSync, closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { type HandOver, parseHandOver } from '../heartbeat/hand-over.js';
import { type ScriptLine, scriptLines } from '../heartbeat/script-log.js';
import { encodeText } from '../heartbeat/wire/text.js';
import { scriptDate, syslogDate } from '../heartbeat/wiring/log-lines.js';
import { millis } from '../time.js';

const FIFO = '/var/lib/heartbeat/fifo';

/** Puts a message into the FIFO. False when no daemon reads it; a plain file that stands there is not written to. */
const submit = (path: string, data: Uint8Array): boolean => {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    // One write below PIPE_BUF is never mixed with that of another program (heartbeat reference 2.7).
    return fstatSync(fd).isFIFO() && writeSync(fd, data) === data.length;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
};

const write = async (line: ScriptLine): Promise<void> => {
  if (line.to === 'stderr') process.stderr.write(`${line.text}\n`);
  else if (line.to === 'file') appendFileSync(line.path, `${line.text}\n`);
  else {
    const { openSyslog } = await import('./syslog.js');
    (await openSyslog(line.tag, line.facility, { pid: false }))('notice', line.text);
  }
};

const log = async (kind: HandOver, text: string): Promise<void> => {
  const wall = millis(Date.now());
  const dates = { short: syslogDate(wall), long: scriptDate(wall) };
  // A log that cannot be written must not keep a node from going standby.
  for (const line of scriptLines(kind, process.pid, text, dates, process.env)) await write(line).catch(() => undefined);
};

/** The exit code. Does not wait for the outcome: the daemon logs it. */
export const runHandOver = async (kind: HandOver, called: string, args: readonly string[]): Promise<number> => {
  const request = parseHandOver(kind, called, args);
  if (!request.ok) {
    process.stdout.write(request.stdout);
    process.stderr.write(request.stderr);
    return 1;
  }
  if (request.log !== undefined) await log(kind, request.log);
  const fifo = process.env.HA_SUITE_FIFO ?? FIFO;
  if (submit(fifo, encodeText(request.message))) return 0;
  process.stderr.write(`${basename(called)}: heartbeat is not running (nobody reads ${fifo})\n`);
  return 1;
};
