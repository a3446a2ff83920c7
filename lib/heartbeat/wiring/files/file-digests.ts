/** Digests of the configuration files that both nodes should have alike, made anew only when a file has changed. */
import { open } from 'node:fs/promises';
import { directorPaths } from '../../../check/director-texts.js';
import { type Digests, digestOf } from '../../../peer/files.js';

const FOLDER = '/etc/ha.d';

/** A file with more bytes is none that a person has written. */
const MAX_FILE = 8 << 20;

interface Known {
  /** What is different when the file is. */
  readonly mark: string;
  readonly digest: string;
}

export interface FileDigests {
  /** The files that are there and can be read. Never rejects. */
  readonly read: () => Promise<Digests>;
}

/** @param words what the ldirectords of haresources are started with */
export const createFileDigests = (words: readonly string[], folder = FOLDER): FileDigests => {
  const places: readonly (readonly [name: string, paths: readonly string[]])[] = [
    ...['ha.cf', 'haresources', 'ha-suite.ini'].map((name) => [name, [`${folder}/${name}`]] as const),
    ...[...new Set(words)].map((word) => [word, directorPaths(folder, word)] as const),
  ];
  const known = new Map<string, Known>();

  const digestAt = async (name: string, path: string): Promise<string | undefined> => {
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      const { mtimeMs, ctimeMs, size, ino } = await file.stat();
      if (size > MAX_FILE) return undefined;
      const mark = [mtimeMs, ctimeMs, size, ino].join(' ');
      const before = known.get(path);
      if (before?.mark === mark) return before.digest;
      const digest = digestOf(name, await file.readFile('latin1'));
      known.set(path, { mark, digest });
      return digest;
    } catch {
      return undefined;
    } finally {
      await file.close().catch(() => undefined);
    }
  };

  const firstOf = async (name: string, paths: readonly string[]): Promise<string | undefined> => {
    for (const path of paths) {
      const digest = await digestAt(name, path);
      if (digest !== undefined) return digest;
    }
    return undefined;
  };

  return {
    read: async () => {
      const digests = new Map<string, string>();
      for (const [name, paths] of places) {
        const digest = await firstOf(name, paths);
        if (digest !== undefined) digests.set(name, digest);
      }
      return digests;
    },
  };
};
