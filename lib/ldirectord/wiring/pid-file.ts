/** Wiring: the pid file and what it says about a running daemon (ldirectord reference 1.4). */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { errorCode } from '../../platform/error-code.js';
import { claimPidFile as claimFile, commandLineOf } from '../../platform/run-files.js';

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

/** Whether a process is an ldirectord, genuine or ours: the same weak test as ever, so that each knows the other. */
export const isDirectorProcess = (pid: number): boolean => commandLineOf(pid).join(' ').includes('ldirectord');

/**
 * Whether the daemon of a pid file runs: its first line is a pid whose command line mentions ldirectord. An empty file,
 * as the genuine program leaves one for a moment, counts as none.
 */
export const runningFor = (path: string): Running => {
  const first = readText(path)?.split('\n')[0]?.trim() ?? '';
  if (first === '') return { state: 'stopped' };
  if (!/^[1-9]\d*$/.test(first)) return { state: 'stale' };
  return isDirectorProcess(Number(first)) ? { state: 'running', pid: Number(first) } : { state: 'stale' };
};

/** The pid file cannot be written. */
export class PidFileError extends Error {}

/**
 * Makes the pid file ours; it is never seen half written. Of two daemons that start at once only one gets it: false
 * means that the other one runs. Throws PidFileError.
 */
export const claimPidFile = (path: string): boolean => {
  // What is there and no file cannot become one: genuine fails to open it.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new PidFileError(path);
  try {
    // reference 1.4: just the pid and a newline.
    claimFile(path, process.pid, isDirectorProcess, `${process.pid}\n`);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new PidFileError(path, { cause: error });
  }
};

/** Removes the pid file when it is ours; one that cannot be removed is found to be stale. */
export const removePidFile = (path: string): void => {
  if (readText(path)?.trim() !== String(process.pid)) return;
  try {
    rmSync(path, { force: true });
  } catch {
    // /run has become read-only.
  }
};
