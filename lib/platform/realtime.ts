/** Gives the daemon real-time priority and keeps its program in memory, so that load on the machine does not delay it. */
import { readFileSync } from 'node:fs';
import type { Priority } from '../log.js';
import { seconds } from '../time.js';
import { findProgram, run } from './exec.js';
import { lockableRanges, type MemoryRange } from './memory-map.js';
import { errorText, loadNative, type Native } from './native.js';

// linux/sched.h
const SCHED_OTHER = 0;
const SCHED_RR = 2;
/** Children run with normal scheduling again (heartbeat reference 1.3). */
const SCHED_RESET_ON_FORK = 0x40000000;
// linux/mman.h: lock pages when they are first used, instead of reading the whole program in now
const MLOCK_ONFAULT = 1;
const ENOMEM = 12;
const ENOSYS = 38;

const ranges = (): readonly MemoryRange[] => lockableRanges(readFileSync('/proc/self/maps', 'utf8'));

const lockProgram = (native: Native): string | undefined => {
  try {
    for (const { from, length } of ranges()) {
      const result = native.lockMemory(from, length, MLOCK_ONFAULT);
      if (result === -ENOSYS) return 'this C library has no mlock2';
      // ENOMEM means a limit, or that the range was unmapped meanwhile, which does not matter.
      const refused =
        result === -ENOMEM ? ranges().some((range) => range.from === from) : /EPERM|EAGAIN/.test(errorText(result));
      if (refused) return errorText(result);
    }
    return undefined;
  } catch (error) {
    return `the memory map cannot be read: ${String(error)}`;
  }
};

const throughChrt = async (priority: number): Promise<string | undefined> => {
  const chrt = findProgram('chrt');
  if (chrt === undefined) return 'neither the package koffi nor chrt(1) is installed';
  const args = ['--rr', '--reset-on-fork', '--pid', String(priority), String(process.pid)];
  const result = await run(chrt, args, { timeout: seconds(5) });
  return result.code === 0 ? undefined : result.stderr.trim() || result.startError || `chrt failed (${result.code})`;
};

/** The genuine line about memory that may not be locked, harmless there as here (heartbeat reference 9.3). */
const notLocked = (why: string): Complaint => ({
  priority: 'ERROR',
  text: /EPERM|EAGAIN|ENOMEM/.test(why)
    ? `Cannot lock ourselves into memory:  System limits on locked-in memory are too small. (${why})`
    : `Cannot lock ourselves into memory: ${why}`,
});

const notScheduled = (priority: number, why: string): Complaint => ({
  priority: 'WARN',
  text: `no real-time priority ${priority}: ${why}`,
});

/** What could not be had. */
export interface Complaint {
  readonly priority: Priority;
  readonly text: string;
}

/**
 * Schedules this process with SCHED_RR at `priority` (1 to 99) and locks its program into memory.
 * Answers what could not be done and why, one line for each; the daemon goes on either way.
 */
export const makeRealtime = async (priority: number): Promise<readonly Complaint[]> => {
  const native = await loadNative();
  if (native === undefined) {
    const refused = await throughChrt(priority);
    return [
      ...(refused === undefined ? [] : [notScheduled(priority, refused)]),
      notLocked('the package koffi is not installed'),
    ];
  }
  const scheduled = native.setScheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, priority);
  const locked = lockProgram(native);
  return [
    ...(scheduled < 0 ? [notScheduled(priority, errorText(scheduled))] : []),
    ...(locked === undefined ? [] : [notLocked(locked)]),
  ];
};

/** Schedules this process as an ordinary one again, where koffi is there: an earlier life of it may have wanted more. */
export const makeOrdinary = async (): Promise<void> => {
  (await loadNative())?.setScheduler(0, SCHED_OTHER, 0);
};
