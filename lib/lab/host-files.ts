/** The files of a host, reached from outside: a program started inside for each would cost more than most of a test. */
import { chmodSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** These show something else to whoever looks from outside. */
const KERNEL_FILES = /^\/(?:proc|sys|dev)(?:\/|$)/;

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/**
 * Where the absolute `path` of the host whose processes include `pid` lies for us. Undefined when it cannot be reached this
 * way: a symbolic link on it would lead to the files of the machine itself.
 */
export const outsidePath = (pid: number, path: string): string | undefined => {
  if (KERNEL_FILES.test(path)) return undefined;
  let current = `/proc/${pid}/root`;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') return undefined;
    current = `${current}/${part}`;
    if (isLink(current)) return undefined;
  }
  return current;
};

/** The text of a file; empty when there is none, or none that can be read. */
export const readOutside = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Writes a file with its folders. Throws the system's error. */
export const writeOutside = (path: string, text: string, mode: number): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
};
