/** A watchdog device of the kernel: it resets the machine when nobody has written to it for too long. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Log } from '../log.js';
import type { Millis } from '../time.js';
import { errorText as systemText } from './error-text.js';
import { errorText, loadNative } from './native.js';

/** linux/watchdog.h: _IOWR('W', 6, int). */
const WDIOC_SETTIMEOUT = 0xc0045706;

export interface Watchdog {
  /** Puts the reset off for another timeout. Never throws. */
  readonly tickle: () => void;
  /** Disarms it: a device with "magic close" stays armed unless it is told so by the letter V. */
  readonly close: () => void;
}

/** heartbeat reference 9.2: deadtime and 10 ms, rounded up to whole seconds. */
export const watchdogSeconds = (deadtime: Millis): number => Math.ceil((deadtime + 10) / 1000);

/** Opens and arms the device; undefined, with the genuine line in the log, when it cannot be opened. */
export const openWatchdog = async (device: string, deadtime: Millis, log: Log): Promise<Watchdog | undefined> => {
  let fd: number | undefined;
  try {
    // Not blocking: a FIFO that nobody reads must not hold the daemon.
    fd = openSync(device, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    log('ERROR', `Cannot open watchdog device: ${device}: ${systemText(error)}`);
    return undefined;
  }
  log('notice', `Using watchdog device: ${device}`);
  const timeout = watchdogSeconds(deadtime);
  const value = Buffer.alloc(4);
  value.writeInt32LE(timeout);
  const native = await loadNative();
  const refused = native === undefined ? -1 : native.ioctl(fd, WDIOC_SETTIMEOUT, value);
  if (refused >= 0) log('debug', `Set watchdog timer to ${timeout} seconds.`);
  else {
    const why = native === undefined ? 'the package koffi is not installed' : errorText(refused);
    log('ERROR', `WDIOC_SETTIMEOUT: Failed to set watchdog timer to ${timeout} seconds.: ${why}`);
  }
  const end = (): void => {
    const open = fd;
    fd = undefined;
    try {
      if (open !== undefined) closeSync(open);
    } catch (error) {
      log('ERROR', `Watchdog close(2) failed.: ${systemText(error)}`);
    }
  };
  const write = (text: string, failure: string): void => {
    try {
      if (fd !== undefined) writeSync(fd, text);
    } catch (error) {
      log('ERROR', `${failure}: closing ${device}!: ${systemText(error)}`);
      end();
    }
  };
  return {
    tickle: () => write('\0', 'Watchdog write failure'),
    close: () => {
      if (fd === undefined) return;
      write('V', 'Watchdog write magic character failure');
      end();
    },
  };
};
