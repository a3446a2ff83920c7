/**
 * Remembers which programs run beside the daemon, so that the next daemon ends those that a killed one left behind,
 * instead of starting a second copy of each (genuine starts the second copy).
 */
import { unlinkSync, writeFileSync } from 'node:fs';
import type { Log } from '../../../log.js';
import { signalGroup } from '../../../platform/managed-program.js';
import { readSmallFile } from '../../../platform/run-files.js';
import { type Millis, millis } from '../../../time.js';
import { ROOT_FOLDER } from '../process/run-places.js';

/** In /run, so that a boot takes it away. */
export const PROGRAM_REGISTER = `${ROOT_FOLDER}/children`;

export interface ProgramRegister {
  readonly add: (pid: number) => void;
  readonly remove: (pid: number) => void;
}

/** When a process was started, in the kernel's ticks since boot: with the number it names a process for good. */
export const startTimeOf = (pid: number): string | undefined => {
  const stat = readSmallFile(`/proc/${pid}/stat`)?.toString('latin1');
  // The name in parentheses may hold anything; proc(5) counts starttime as field 22, the state behind the name as 3.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
};

/** Nothing here throws: where the register cannot be written, a killed daemon leaves what it leaves. */
export const openProgramRegister = (path: string): ProgramRegister => {
  const entries = new Map<number, string>();
  const write = (): void => {
    try {
      if (entries.size === 0) unlinkSync(path);
      else writeFileSync(path, [...entries].map(([pid, since]) => `${pid} ${since}\n`).join(''));
    } catch {
      // No run folder, or no file to remove.
    }
  };
  return {
    add: (pid) => {
      const since = startTimeOf(pid);
      if (since === undefined) return;
      entries.set(pid, since);
      write();
    },
    remove: (pid) => {
      if (entries.delete(pid)) write();
    },
  };
};

/** The registered programs that still run. */
export const leftBehind = (path: string): readonly number[] =>
  (readSmallFile(path)?.toString('latin1') ?? '').split('\n').flatMap((line) => {
    const [pid, since] = line.split(' ');
    const known = since !== undefined && /^[1-9]\d*$/.test(pid ?? '') ? Number(pid) : 0;
    // To signal the group of process 1 would mean everybody.
    return known > 1 && startTimeOf(known) === since ? [known] : [];
  });

/** Kills the registered programs at once, each with what it has started. */
export const killRegistered = (path: string): void => {
  for (const pid of leftBehind(path)) signalGroup(pid, 'SIGKILL');
};

/** How long a program of a killed daemon may take to end. */
const PATIENCE = millis(3000);
const LOOK_EVERY = millis(50);

/** Ends what a killed daemon has left behind. */
export const endLeftBehind = async (
  path: string,
  log: Log,
  sleep: (duration: Millis) => Promise<void> = (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
): Promise<void> => {
  const found = leftBehind(path);
  if (found.length === 0) return;
  log('WARN', `The last run did not end by itself: ending its child clients [${found.join(' ')}].`);
  for (const pid of found) signalGroup(pid, 'SIGTERM');
  for (let waited = 0; waited < PATIENCE && leftBehind(path).length > 0; waited += LOOK_EVERY) await sleep(LOOK_EVERY);
  killRegistered(path);
};
