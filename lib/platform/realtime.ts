/** Gives the daemon real-time priority and keeps its program in memory, so that load on the machine does not delay it. */
import { readFileSync } from 'node:fs';
import { seconds } from '../time.js';
import { findProgram, run } from './exec.js';
import { lockableRanges } from './memory-map.js';
import { errorText, loadNative, type Native } from './native.js';

// linux/sched.h
const SCHED_RR = 2;
/** Children run with normal scheduling again (heartbeat reference 1.3). */
const SCHED_RESET_ON_FORK = 0x40000000;
// linux/mman.h: lock pages when they are first used, instead of reading the whole program in now
const MLOCK_ONFAULT = 1;
const ENOSYS = 38;

const lockProgram = (native: Native): string | undefined => {
  let maps: string;
  try {
    maps = readFileSync('/proc/self/maps', 'utf8');
  } catch (error) {
    return `the memory map cannot be read: ${String(error)}`;
  }
  for (const { from, length } of lockableRanges(maps)) {
    const result = native.lockMemory(from, length, MLOCK_ONFAULT);
    if (result === -ENOSYS) return 'this C library has no mlock2';
    // A range that was unmapped meanwhile (ENOMEM of a gap) does not matter; a refusal does.
    if (result < 0 && /EPERM|EAGAIN/.test(errorText(result))) return errorText(result);
  }
  return undefined;
};

const throughChrt = async (priority: number): Promise<string | undefined> => {
  const chrt = findProgram('chrt');
  if (chrt === undefined) return 'neither the package koffi nor chrt(1) is installed';
  const args = ['--rr', '--reset-on-fork', '--pid', String(priority), String(process.pid)];
  const result = await run(chrt, args, { timeout: seconds(5) });
  return result.code === 0 ? undefined : result.stderr.trim() || result.startError || `chrt failed (${result.code})`;
};

/**
 * Schedules this process with SCHED_RR at `priority` (1 to 99) and locks its program into memory.
 * Answers undefined when both are done, otherwise what could not be done and why; the daemon goes on either way.
 */
export const makeRealtime = async (priority: number): Promise<string | undefined> => {
  const native = await loadNative();
  if (native === undefined) {
    const refused = await throughChrt(priority);
    const scheduling = refused === undefined ? [] : [`no real-time priority ${priority}: ${refused}`];
    return [...scheduling, 'not locked into memory: the package koffi is not installed'].join('; ');
  }
  const scheduled = native.setScheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, priority);
  const locked = lockProgram(native);
  const reasons = [
    ...(scheduled < 0 ? [`no real-time priority ${priority}: ${errorText(scheduled)}`] : []),
    ...(locked === undefined ? [] : [`not locked into memory: ${locked}`]),
  ];
  return reasons.length === 0 ? undefined : reasons.join('; ');
};
