/** Wiring: the pid file and what it says about a running daemon (ldirectord reference 1.4). */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

export type Running =
  | { readonly state: 'running'; readonly pid: number }
  /** A pid file whose process is gone or is something else. */
  | { readonly state: 'stale' }
  | { readonly state: 'stopped' };

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

/**
 * Whether the daemon of a pid file runs: its first line is a pid whose command line mentions ldirectord. An empty file,
 * as the genuine program leaves one for a moment, counts as none.
 */
export const runningFor = (path: string): Running => {
  const first = readText(path)?.split('\n')[0]?.trim() ?? '';
  if (first === '') return { state: 'stopped' };
  if (!/^[1-9]\d*$/.test(first)) return { state: 'stale' };
  const isOurs = readText(`/proc/${first}/cmdline`)?.includes('ldirectord') ?? false;
  return isOurs ? { state: 'running', pid: Number(first) } : { state: 'stale' };
};

/** The pid file cannot be written. */
export class PidFileError extends Error {}

/**
 * Makes the pid file ours; it is never seen half written. Of two daemons that start at once only one gets it: false
 * means that the other one runs. Throws PidFileError.
 */
export const claimPidFile = (path: string): boolean => {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, `${process.pid}\n`, { mode: 0o644 });
    const holder = runningFor(path);
    if (holder.state === 'running' && holder.pid !== process.pid) return false;
    rmSync(path, { force: true });
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new PidFileError(path, { cause: error });
  } finally {
    rmSync(temporary, { force: true });
  }
};

/** Removes the pid file when it is ours. */
export const removePidFile = (path: string): void => {
  if (readText(path)?.trim() === String(process.pid)) rmSync(path, { force: true });
};
