/** The `serial` medium: signed text messages over a serial line, written in pieces with pauses (heartbeat reference 3.9). */
import { statSync } from 'node:fs';
import { errorText } from '../../platform/error-text.js';
import { openSerialLine, type SerialLine } from '../../platform/serial.js';
import { lockTty } from '../../platform/tty-lock.js';
import type { Medium } from '../config/model.js';
import { emptySerialStream, feedSerial } from '../wire/serial-stream.js';
import { type MediumContext, MediumError, type OpenMedium, TooLarge } from './medium.js';
import { emptySerialQueue, enqueue, longestMessage, nextPiece, queueLimit, taken } from './serial-queue.js';

type Serial = Extract<Medium, { kind: 'serial' }>;

/** Messages that found no room in a row, after which sending counts as failed. */
const STUCK_AFTER = 3;

const deviceNumber = (path: string): number | undefined => {
  try {
    return statSync(path).rdev;
  } catch {
    return undefined;
  }
};

/** Opens the medium; rejects with a MediumError in genuine words. */
export const openSerial = async (medium: Serial, context: MediumContext): Promise<OpenMedium> => {
  const { device, baud } = medium;
  const lock = lockTty(device, process.pid);
  if (!lock.ok) throw new MediumError([`glib: cannot lock line ${device} (held by process ${lock.by})`]);
  let stream = emptySerialStream;
  let queue = emptySerialQueue;
  let timer: NodeJS.Timeout | undefined;
  let line: SerialLine;
  try {
    line = await openSerialLine({
      device,
      baud,
      onData: (data) => {
        const step = feedSerial(stream, data);
        stream = step.stream;
        for (const packet of step.packets) context.onPacket(packet);
      },
      onLost: (reason) => context.onBroken(`EOF in ttygets [${device}]: ${reason}`),
    });
  } catch (error) {
    lock.release();
    throw new MediumError([`glib: cannot open ${device}: ${errorText(error)}`]);
  }

  /** Writes one piece and comes back for the next; the event loop never waits for the line. */
  const pump = (): void => {
    timer = undefined;
    const piece = nextPiece(queue);
    if (piece === undefined) return;
    try {
      const step = taken(queue, line.write(piece), baud);
      queue = step.queue;
      timer = setTimeout(pump, step.pause);
    } catch (error) {
      queue = emptySerialQueue;
      context.onBroken(`TTY write failure on [${device}]: ${errorText(error)}`);
    }
  };

  const limit = queueLimit(baud);
  const longest = longestMessage(baud);
  return {
    title: `serial ${device}`,
    started: [`glib: Starting serial heartbeat on tty ${device} (${baud} baud)`],
    send: async (packet) => {
      if (packet.bulky === true) return;
      const text = packet.text();
      if (text.length > longest) throw new TooLarge(text.length, longest);
      queue = enqueue(queue, text, limit);
      if (timer === undefined) pump();
      if (queue.dropped >= STUCK_AFTER)
        throw new Error(`TTY write timeout on [${device}] (no connection or bad cable?)`);
    },
    isIntact: () => deviceNumber(device) === line.rdev,
    close: async () => {
      clearTimeout(timer);
      line.close();
      lock.release();
    },
  };
};
