/**
 * A mark that outlives a crash: it stands while resource groups may run here because of this daemon, and only the release
 * of all of them takes it away. What a killed daemon leaves up would have two owners as soon as its peer takes over.
 *
 * It holds the groups as lines of haresources, as they were when they were started: the file may say something else by then.
 */
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { ROOT_FOLDER } from '../process/run-places.js';

/** In /run, so that a boot, which also ends the resources, takes it away. */
export const MARK = `${ROOT_FOLDER}/resources-in-use`;

export interface LeftoverMark {
  /** What the mark of an earlier life holds; undefined when there is none. */
  readonly found: string | undefined;
  /** This is about to be started, or runs. */
  readonly set: (text: string) => void;
  /** Every group has been stopped. */
  readonly clear: () => void;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};

/** Looks for the mark at `path`. Nothing here throws: where it cannot be kept, a crash leaves what it leaves. */
export const openLeftoverMark = (path: string): LeftoverMark => {
  const found = read(path);
  let standing = found;
  const clear = (): void => {
    standing = undefined;
    try {
      unlinkSync(path);
    } catch {
      // It was not there.
    }
  };
  return {
    found,
    set: (text) => {
      // What holds nothing must not make the next start look for something.
      if (text === '') return clear();
      if (standing === text) return;
      try {
        // As a whole: a daemon that is killed here leaves the old text or the new one.
        writeFileSync(`${path}.new`, text, 'latin1');
        renameSync(`${path}.new`, path);
        standing = text;
      } catch {
        // Tried again with the next job.
      }
    },
    clear,
  };
};
