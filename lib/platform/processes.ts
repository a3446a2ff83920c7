/** The processes of this machine, from /proc. */
import { readdir, readFile } from 'node:fs/promises';
import { readSmallFile } from './run-files.js';

/** Bytes of a process name that the kernel keeps. */
const NAME_LIMIT = 15;

const nameOf = async (pid: string): Promise<string> => {
  try {
    return (await readFile(`/proc/${pid}/comm`, 'latin1')).trimEnd();
  } catch {
    // It has ended meanwhile.
    return '';
  }
};

/** All processes with one of these names, in no particular order. */
export const processesNamed = async (...names: readonly string[]): Promise<readonly number[]> => {
  const wanted = names.map((name) => name.slice(0, NAME_LIMIT));
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found: number[] = [];
  for (const pid of pids) if (wanted.includes(await nameOf(pid))) found.push(Number(pid));
  return found;
};

/** Whether the process is there, has one of these names and is not a zombie. */
export const isRunning = async (pid: number, ...names: readonly string[]): Promise<boolean> => {
  if (!names.map((name) => name.slice(0, NAME_LIMIT)).includes(await nameOf(String(pid)))) return false;
  try {
    return !/^State:\s+[ZX]/m.test(await readFile(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
};

/** Whether it was halted by a signal (proc(5): T, or t under a debugger). */
export const isHalted = (pid: number): boolean =>
  /^State:\s+[Tt]/m.test(readSmallFile(`/proc/${pid}/status`)?.toString('latin1') ?? '');

/** The command line with a blank between the words; empty when the process is gone. */
export const commandLine = async (pid: number): Promise<string> => {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'latin1')).replaceAll('\0', ' ').trimEnd();
  } catch {
    return '';
  }
};

/** Sends a signal; one who is gone already needs none. Answers why it could not be sent otherwise. */
export const signalProcess = (pid: number, signal: NodeJS.Signals): string | undefined => {
  try {
    process.kill(pid, signal);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ESRCH' ? undefined : message;
  }
};
