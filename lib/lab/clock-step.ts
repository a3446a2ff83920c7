/** Steps of the wall clock for the programs of one lab host, through libfaketime: the machine's own clock is never touched. */
import type { Host } from './host.js';

/** The library that finds the architecture's folder by itself: the dynamic linker expands `$LIB`. */
const LIBRARY = '/usr/$LIB/faketime/libfaketime.so.1';
const FILE = '/run/clock-step';

/**
 * What a program must have in its environment to see the steps; pass it when the program is started. The monotonic clock
 * goes on as it does, as on a real machine whose administrator sets the date.
 */
export const STEPPABLE_CLOCK: Readonly<Record<string, string>> = {
  LD_PRELOAD: LIBRARY,
  FAKETIME_TIMESTAMP_FILE: FILE,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  // Times of files are those of the kernel.
  NO_FAKE_STAT: '1',
};

/** Puts the wall clock of those programs so many seconds ahead of the machine's clock (below zero: behind it). */
export const stepClock = async (host: Host, offset: number): Promise<void> => {
  await host.write(`${FILE}.new`, `${offset < 0 ? '-' : '+'}${Math.abs(offset)}`);
  // At once: a program that reads a half-written file would see a third time.
  await host.get(['mv', `${FILE}.new`, FILE]);
};
