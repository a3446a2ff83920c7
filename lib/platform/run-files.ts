/** Small state files: read whole, written so that they survive a power cut, and the pid file. */
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { errorCode } from './error-code.js';

/** The bytes of a small file, or undefined when it cannot be read. */
export const readSmallFile = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

const syncFolder = (folder: string): void => {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Replaces a file as a whole; after the return its new content is on the disk (O_SYNC and fsync). Throws. */
export const writeDurably = (path: string, content: Uint8Array, mode: number): void => {
  const temporary = `${path}.${process.pid}`;
  // Whoever may write the folder must not lead us astray with a link.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_SYNC | constants.O_NOFOLLOW;
  const fd = openSync(temporary, flags, mode);
  try {
    fchmodSync(fd, mode);
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
};

/** Removes a file, which is no error when it is not there; after the return that is on the disk. Throws. */
export const removeDurably = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  syncFolder(dirname(path));
};

const removeIfThere = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // It was not there.
  }
};

/** 11 bytes: the pid right-justified in ten columns, and a newline (heartbeat reference 1.2). */
export const pidFileText = (pid: number): string => `${String(pid).padStart(10)}\n`;

/** The pid in a pid file; undefined when there is no file, or it holds no positive number. */
export const readPid = (path: string): number | undefined => {
  const text = readSmallFile(path)?.toString('latin1').trim() ?? '';
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
};

/** An error as the system gives it for a file that is there already. */
const alreadyThere = (path: string): Error =>
  Object.assign(new Error(`${path} belongs to a running daemon`), { code: 'EEXIST' });

/**
 * Takes a stale pid file out of the way. Moving it first and reading it then keeps two daemons that start at once from
 * removing each other's new file: what was moved by mistake is put back.
 */
const setAside = (path: string, aside: string, isRunning: (pid: number) => boolean): void => {
  try {
    renameSync(path, aside);
  } catch {
    return; // another daemon was faster: the link will tell
  }
  try {
    const moved = readPid(aside);
    if (moved === undefined || !isRunning(moved)) return;
    linkSync(aside, path);
    throw alreadyThere(path);
  } finally {
    removeIfThere(aside);
  }
};

/**
 * Makes the pid file ours, through a temporary file and a hard link, so that of several daemons that start at once only
 * one gets it. Throws with code EEXIST when the file holds a pid that `isRunning`. `text`: what it will hold.
 */
export const claimPidFile = (
  path: string,
  pid: number,
  isRunning: (pid: number) => boolean,
  text = pidFileText(pid),
): void => {
  const temporary = `${path}.${pid}`;
  const isOther = (found: number): boolean => found !== pid && isRunning(found);
  try {
    // On a full disk the file is made all the same, empty, and goes again below.
    writeFileSync(temporary, text, { mode: 0o644 });
    const holder = readPid(path);
    if (holder !== undefined && isOther(holder)) throw alreadyThere(path);
    setAside(path, `${temporary}.old`, isOther);
    linkSync(temporary, path);
  } finally {
    removeIfThere(temporary);
  }
};

/** Whether a process of that number exists, ours or not. */
export const processExists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};

/** The command line of a process, word by word; empty when it is gone. */
export const commandLineOf = (pid: number): readonly string[] =>
  (readSmallFile(`/proc/${pid}/cmdline`)?.toString('utf8') ?? '').split('\0').filter((word) => word !== '');

/** The file name of the program a process runs, e.g. `heartbeat`; undefined when it is gone or not ours to ask. */
export const programOf = (pid: number): string | undefined => {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''));
  } catch {
    return undefined;
  }
};

/** The modification time of a file in whole milliseconds, or undefined when it cannot be asked. */
export const modifiedAt = (path: string): number | undefined => {
  try {
    return Math.floor(statSync(path).mtimeMs);
  } catch {
    return undefined;
  }
};
