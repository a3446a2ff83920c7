/** A named pipe that programs write commands to: always open, read by the event loop, no end of file. */
import { chmodSync, closeSync, constants, fstatSync, lstatSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { millis } from '../time.js';
import { findProgram, run } from './exec.js';

export interface FifoOptions {
  readonly path: string;
  readonly onData: (data: Buffer) => void;
  /** Reading has ended against our will; the pipe is closed. */
  readonly onLost: (reason: string) => void;
}

export interface Fifo {
  /** Whether the pipe is the one that stands at the path now. */
  readonly isInPlace: () => boolean;
  readonly close: () => void;
}

/** Whether a named pipe stands at `path`. */
const isFifo = (path: string): boolean => {
  try {
    return lstatSync(path).isFIFO();
  } catch {
    return false;
  }
};

const removeOther = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // Nothing was there.
  }
};

/**
 * Makes sure that a named pipe with mode 0600 stands at `path`; anything else that stands there is removed.
 *
 * @returns whether it was created. Rejects when it cannot be.
 */
export const ensureFifo = async (path: string): Promise<boolean> => {
  if (isFifo(path)) {
    chmodSync(path, 0o600);
    return false;
  }
  removeOther(path);
  const mkfifo = findProgram('mkfifo');
  if (mkfifo === undefined) throw new Error('mkfifo (coreutils) is not installed');
  const result = await run(mkfifo, ['-m', '0600', path], { timeout: millis(5000) });
  if (result.code !== 0) throw new Error(result.stderr.trim() || result.startError || 'mkfifo failed');
  return true;
};

/**
 * Opens the pipe for reading and writing, so that the last writer's leaving is no end of file, and without blocking,
 * so that the event loop can wait for it and no thread has to. Throws when it cannot be opened.
 */
export const openFifo = (options: FifoOptions): Fifo => {
  const fd = openSync(options.path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (!fstatSync(fd).isFIFO()) {
    closeSync(fd);
    throw new Error(`${options.path} is not a FIFO`);
  }
  const socket = new Socket({ fd, readable: true, writable: false });
  let open = true;
  const lost = (reason: string): void => {
    if (!open) return;
    open = false;
    socket.destroy();
    options.onLost(reason);
  };
  socket.on('data', options.onData);
  socket.on('error', (error) => lost(error.message));
  socket.on('close', () => lost('closed'));
  socket.resume();
  const { dev, ino } = fstatSync(fd);
  return {
    isInPlace: () => {
      try {
        const now = lstatSync(options.path);
        return now.ino === ino && now.dev === dev;
      } catch {
        return false;
      }
    },
    close: () => {
      open = false;
      socket.destroy();
    },
  };
};
