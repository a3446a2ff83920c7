/** Takes messages from the command FIFO that scripts write to (heartbeat reference 2.7). */
import type { Log } from '../../log.js';
import { errorText } from '../../platform/error-text.js';
import { ensureFifo, type Fifo, openFifo } from '../../platform/fifo.js';
import type { Millis } from '../../time.js';
import { emptyLineStream, feedLines } from '../wire/line-stream.js';
import { type Message, text } from '../wire/message.js';
import { decodeText } from '../wire/text.js';
import { countBadPacket, noBadPackets } from './traffic/bad-packets.js';

export interface Commands {
  readonly close: () => void;
}

export interface CommandOptions {
  readonly path: string;
  readonly log: Log;
  readonly mono: () => Millis;
  readonly onMessage: (message: Message) => void;
  /** Reject when there can be no FIFO; otherwise it is tried again and again. */
  readonly required?: boolean;
}

/** How long until a lost FIFO is opened again, in milliseconds. */
const REOPEN_AFTER = 1000;
/** How often we look whether it still stands where scripts look for it, in milliseconds. */
const LOOK_EVERY = 2000;

/** Creates the FIFO where it is missing and listens; rejects when neither can be done at the start. */
export const listenForCommands = async (options: CommandOptions): Promise<Commands> => {
  const { path, log, mono, onMessage, required = true } = options;
  let stream = emptyLineStream;
  let fifo: Fifo | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  let refused = noBadPackets;

  /** A script gone wild must not fill the disk with what it is told. */
  const complain = (problem: string): void => {
    const counted = countBadPacket(refused, problem.replace(/:.*/s, ''), mono());
    refused = counted.state;
    if (!counted.tell) return;
    log('ERROR', counted.silent === 0 ? problem : `${problem} (${counted.silent} more of this kind were not logged)`);
  };
  const take = (data: Buffer): void => {
    const step = feedLines(stream, data);
    stream = step.stream;
    for (const problem of step.problems) complain(problem);
    for (const complete of step.complete) {
      const decoded = decodeText(complete);
      if (!decoded.ok) complain(`message from FIFO refused: ${decoded.detail}`);
      else if (text(decoded.message, 't') === undefined) complain('message from FIFO refused: it has no field t');
      else onMessage(decoded.message);
    }
  };
  const open = (): void => {
    stream = emptyLineStream;
    fifo = openFifo({ path, onData: take, onLost: lost });
  };
  const lost = (reason: string): void => {
    if (closed) return;
    fifo = undefined;
    log('ERROR', `FIFO ${path}: ${reason}. Opening it again.`);
    timer = setTimeout(() => void retry(), REOPEN_AFTER);
  };
  const retry = async (): Promise<void> => {
    try {
      await ensureFifo(path);
      if (!closed) open();
    } catch (error) {
      lost(errorText(error));
    }
  };

  try {
    if (await ensureFifo(path)) log('info', `Creating FIFO ${path}.`);
    open();
  } catch (error) {
    if (required) throw error;
    lost(errorText(error));
  }
  // Somebody may remove it, or put a file in its place: scripts would then write to nobody.
  const looking = setInterval(() => {
    if (fifo !== undefined && !fifo.isInPlace()) {
      fifo.close();
      lost('it is not there any more');
    }
  }, LOOK_EVERY);
  looking.unref();
  return {
    close: () => {
      closed = true;
      clearInterval(looking);
      clearTimeout(timer);
      fifo?.close();
    },
  };
};
