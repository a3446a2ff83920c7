/** The names of the files in a folder, kept up to date: at once where the system tells of changes, else at every look. */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import type { Millis } from '../time.js';

export interface FolderWatch {
  /** Empty when there is no such folder. */
  readonly names: () => ReadonlySet<string>;
  /** Resolves after the first look. */
  readonly ready: Promise<void>;
  readonly stop: () => void;
}

const NOTHING: ReadonlySet<string> = new Set();

const same = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((name) => other.has(name));

/** Looks every `interval`; a folder that is missing or replaced is found then. Never throws. */
export const watchFolder = (path: string, interval: Millis, onChange: () => void): FolderWatch => {
  let names = NOTHING;
  let watcher: FSWatcher | undefined;
  let watched: number | undefined;
  let stopped = false;
  let isReading = false;
  let again = false;

  const unwatch = (): void => {
    watcher?.close();
    watcher = undefined;
    watched = undefined;
  };
  const watchIt = (inode: number): void => {
    if (watched === inode) return;
    unwatch();
    try {
      // Some file systems, and a machine that is out of watches, tell nothing: the regular look stays.
      watcher = watch(path, { persistent: false }, look);
      watcher.on('error', unwatch);
      watched = inode;
    } catch {
      watched = undefined;
    }
  };
  const read = async (): Promise<ReadonlySet<string>> => {
    try {
      const { ino } = await stat(path);
      if (!stopped) watchIt(ino);
      return new Set(await readdir(path));
    } catch {
      unwatch();
      return NOTHING;
    }
  };
  let tellReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve;
  });
  const lookOnce = async (): Promise<void> => {
    const found = await read();
    if (stopped) return;
    const isNew = !same(found, names);
    names = found;
    if (isNew) onChange();
  };
  /** A folder that hangs holds up no more than one look. */
  function look(): void {
    again = true;
    if (isReading || stopped) return;
    isReading = true;
    again = false;
    void lookOnce().finally(() => {
      isReading = false;
      tellReady();
      if (again) look();
    });
  }

  const timer = setInterval(look, interval);
  look();
  return {
    names: () => names,
    ready,
    stop: () => {
      stopped = true;
      clearInterval(timer);
      unwatch();
    },
  };
};
