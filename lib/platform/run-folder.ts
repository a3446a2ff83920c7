/** Folders below /run that a daemon finds missing after a boot, with the owner and mode they must have. */
import { chownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { withMode } from './umask.js';

export interface FolderOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes the folder when it is missing; one that is there is left as it is. Throws when it cannot be made. */
export const ensureFolder = (path: string, mode: number, owner: FolderOwner | undefined): void => {
  try {
    if (statSync(path).isDirectory()) return;
  } catch {
    // Not there yet.
  }
  withMode(mode, () => mkdirSync(path, { recursive: true, mode }));
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
};

/** An empty folder with this mode, whatever was there before. Throws when it cannot be made. */
export const freshFolder = (path: string, mode: number): void => {
  rmSync(path, { recursive: true, force: true });
  withMode(mode, () => mkdirSync(path, { recursive: true, mode }));
};
