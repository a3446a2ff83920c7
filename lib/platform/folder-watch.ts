/** The small files in a folder, kept up to date: at once where the system tells of changes, else at every look. */
import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Millis } from '../time.js';

export interface FolderWatch {
  /** The beginning of each file by its name; empty when there is no such folder. Whatever is no plain file has no text. */
  readonly files: () => ReadonlyMap<string, string>;
  /** Resolves after the first look. */
  readonly ready: Promise<void>;
  readonly stop: () => void;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Bytes of a file that count. */
const MAX_TEXT = 4096;

const same = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  one.size === other.size && [...one].every(([name, text]) => other.get(name) === text);

/** The beginning of a plain file; empty when it cannot be read. Neither a link nor a pipe is followed or waited for. */
const beginningOf = async (path: string): Promise<string> => {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_TEXT), 0, MAX_TEXT, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await file?.close().catch(() => undefined);
  }
};

/** Every file of a folder with its beginning; rejects when the folder cannot be read. */
export const filesIn = async (folder: string): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true }))
    files.set(entry.name, entry.isFile() ? await beginningOf(join(folder, entry.name)) : '');
  return files;
};

/** Looks every `interval`; a folder that is missing or replaced is found then. Never throws. */
export const watchFolder = (path: string, interval: Millis, onChange: () => void): FolderWatch => {
  let files = NOTHING;
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
  const read = async (): Promise<ReadonlyMap<string, string>> => {
    try {
      const { ino } = await stat(path);
      if (!stopped) watchIt(ino);
      return await filesIn(path);
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
    const isNew = !same(found, files);
    files = found;
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
    files: () => files,
    ready,
    stop: () => {
      stopped = true;
      clearInterval(timer);
      unwatch();
    },
  };
};
