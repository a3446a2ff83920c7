/**
 * A mark that outlives a crash: it stands while resource groups may run here because of this daemon, and only the release
 * of all of them takes it away. What a killed daemon leaves up would have two owners as soon as its peer takes over.
 */
import { existsSync, unlinkSync, writeFileSync } from 'node:fs';

/** In /run, so that a boot, which also ends the resources, takes it away. */
export const MARK = '/run/heartbeat/resources-in-use';

export interface LeftoverMark {
  /** Whether the mark of an earlier life stands. */
  readonly found: boolean;
  /** Something is about to be started. */
  readonly set: () => void;
  /** Every group has been stopped. */
  readonly clear: () => void;
}

/** Looks for the mark at `path`. Nothing here throws: where it cannot be kept, a crash leaves what it leaves. */
export const openLeftoverMark = (path: string): LeftoverMark => {
  const found = existsSync(path);
  let standing = found;
  return {
    found,
    set: () => {
      if (standing) return;
      try {
        writeFileSync(path, '');
        standing = true;
      } catch {
        // Tried again with the next job.
      }
    },
    clear: () => {
      standing = false;
      try {
        unlinkSync(path);
      } catch {
        // It was not there.
      }
    },
  };
};
