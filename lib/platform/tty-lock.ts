/** Lock files of serial lines, so that getty, minicom and heartbeat keep out of each other's way (FHS 5.9). */
import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.js';
import { pidFileText, processExists, readPid } from './run-files.js';

const FOLDER = '/var/lock';

/** `/dev/ttyS0` -> `/var/lock/LCK..ttyS0`. */
export const lockPath = (device: string, folder = FOLDER): string =>
  join(folder, `LCK..${device.replace(/^\/dev\//, '').replaceAll('/', '_')}`);

const remove = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // Somebody was faster.
  }
};

/** How often this process has each lock: a line is opened anew before its old descriptor is closed. */
const held = new Map<string, number>();

const hold = (path: string, pid: number): (() => void) => {
  held.set(path, (held.get(path) ?? 0) + 1);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    const left = (held.get(path) ?? 1) - 1;
    held.set(path, left);
    if (left === 0 && readPid(path) === pid) remove(path);
  };
};

export type TtyLock = { readonly ok: true; readonly release: () => void } | { readonly ok: false; readonly by: number };

/** Locks the line; a lock of a process that is gone is taken over. Where no lock file can be written there is no lock. */
export const lockTty = (device: string, pid: number, folder = FOLDER): TtyLock => {
  const path = lockPath(device, folder);
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      writeFileSync(path, pidFileText(pid), { flag: 'wx', mode: 0o644 });
      return { ok: true, release: hold(path, pid) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') break;
      const holder = readPid(path);
      if (holder === pid && (held.get(path) ?? 0) > 0) return { ok: true, release: hold(path, pid) };
      if (holder !== undefined && holder !== pid && processExists(holder)) return { ok: false, by: holder };
      remove(path);
    }
  }
  return { ok: true, release: () => undefined };
};
