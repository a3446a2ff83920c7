/** A serial line: opened without ever waiting for it, set up, read by the event loop, written only as far as it takes. */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { millis } from '../time.js';
import { descriptorOf } from './descriptor.js';
import { errorCode } from './error-code.js';
import { findProgram, run } from './exec.js';
import { errorText, loadNative, type Native } from './native.js';
import {
  heartbeatStty,
  heartbeatTermios,
  isGenericTermios,
  TCFLSH,
  TCGETS,
  TCIOFLUSH,
  TCSETS,
  TERMIOS_SIZE,
  TIOCCBRK,
  TIOCSBRK,
} from './termios.js';

export interface SerialOptions {
  readonly device: string;
  readonly baud: number;
  readonly onData: (data: Buffer) => void;
  /** The line has ended or failed; nothing more is read. */
  readonly onLost: (reason: string) => void;
}

export interface SerialLine {
  /** How many of these bytes the line has taken, 0 when it takes none now. Never waits. Throws the system's error. */
  readonly write: (data: Uint8Array) => number;
  /** The device number it was opened on. */
  readonly rdev: number;
  readonly close: () => void;
}

/** How long a break lasts, in milliseconds. */
const BREAK = 250;

/** Sets the line up in process; answers why that failed, or undefined. */
const setUpNative = (native: Native | undefined, fd: number, baud: number): string | undefined => {
  if (native === undefined) return 'no native library';
  // Room to spare, in case the kernel of some machine writes more.
  const current = Buffer.alloc(64);
  const got = native.ioctl(fd, TCGETS, current);
  if (got < 0) return `cannot get tty attributes: ${errorText(got)}`;
  const wanted = heartbeatTermios(current.subarray(0, TERMIOS_SIZE), baud);
  if (wanted === undefined) return `${baud} is no speed of a serial line`;
  const set = native.ioctl(fd, TCSETS, wanted);
  return set < 0 ? `cannot set tty attributes: ${errorText(set)}` : undefined;
};

const setUpByProgram = async (device: string, baud: number): Promise<string | undefined> => {
  const stty = findProgram('stty');
  if (stty === undefined) return 'stty (coreutils) is not installed';
  const result = await run(stty, ['-F', device, ...heartbeatStty(baud)], { timeout: millis(3000) });
  return result.code === 0 ? undefined : result.stderr.trim() || result.startError || 'stty did not end in time';
};

/**
 * Sends a break, which makes the peer drop half a line; pseudo-terminals have none.
 *
 * @returns whether it is going on, and nothing may be written
 */
const sendBreak = (native: Native | undefined, fd: number, isOpen: () => boolean): (() => boolean) => {
  if (native === undefined || native.ioctlValue(fd, TIOCSBRK, 0) < 0) return () => false;
  let breaking = true;
  setTimeout(() => {
    breaking = false;
    if (isOpen()) native.ioctlValue(fd, TIOCCBRK, 0);
  }, BREAK);
  return () => breaking;
};

const openRaw = (device: string): number =>
  openSync(device, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);

/** Opens and sets up the line; rejects with the system's error, and nothing stays open then. */
export const openSerialLine = async (options: SerialOptions): Promise<SerialLine> => {
  const { device, baud } = options;
  const writer = openRaw(device);
  const native = isGenericTermios(process.arch) ? await loadNative() : undefined;
  let open = true;
  let stream: ReadStream | undefined;
  let reader: number | undefined;
  const close = (): void => {
    if (!open) return;
    open = false;
    // The kernel would wait up to 30 s for what a dead line still has to send, and we with it.
    native?.ioctlValue(writer, TCFLSH, TCIOFLUSH);
    // libuv opens terminals once more for itself.
    const used = stream === undefined ? undefined : descriptorOf(stream);
    stream?.destroy();
    // The stream closes the descriptor it reads; the one we gave it is ours unless they are the same.
    if (reader !== undefined && reader !== used) closeSync(reader);
    closeSync(writer);
  };
  try {
    const failed = setUpNative(native, writer, baud) === undefined ? undefined : await setUpByProgram(device, baud);
    if (failed !== undefined) throw new Error(failed);
    reader = openRaw(device);
    const listening = new ReadStream(reader);
    stream = listening;
    const lost = (reason: string): void => {
      if (open) options.onLost(reason);
    };
    listening.on('data', (data: Buffer) => {
      if (open) options.onData(data);
    });
    listening.on('error', (error) => lost(error.message));
    listening.on('end', () => lost('end of file'));
    listening.resume();
    const isBreaking = sendBreak(native, writer, () => open);
    return {
      rdev: fstatSync(writer).rdev,
      write: (data) => {
        if (isBreaking()) return 0;
        try {
          return writeSync(writer, data);
        } catch (error) {
          if (errorCode(error) === 'EAGAIN') return 0;
          throw error;
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
};
