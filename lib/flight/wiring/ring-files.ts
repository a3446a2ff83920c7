/** The files of a recording: written in the background, one after the other, and never more than they may be. */
import type { Stats } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { ensureFolder } from '../../platform/run-folder.js';
import { fileName, fileNumber, makeRoom, type RingFile, ringLimit, type Space } from '../ring.js';

const pack = promisify(deflate);

/** What was recorded is nobody else's business than root's. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** The folder of the journals. */
const PARENT_MODE = 0o755;

/** How much room there is; tests put a full disk here. */
export interface Disk {
  readonly space: (folder: string) => Promise<Space>;
}

const REAL_DISK: Disk = {
  space: async (folder) => {
    const { blocks, bavail, bsize } = await statfs(folder);
    // Some file systems do not say.
    if (blocks === 0) return { total: Number.POSITIVE_INFINITY, free: Number.POSITIVE_INFINITY };
    return { total: blocks * bsize, free: bavail * bsize };
  },
};

export interface RingFiles {
  /** All bytes that the ring may have; follows the size of the disk, once that is known. */
  readonly limit: () => number;
  /** Begins the next file. Rejects with the system's error, or with a sentence, when there is no room. */
  readonly begin: (bytes: Buffer) => Promise<void>;
  /** Appends to the file that was begun last. Rejects likewise; then the file is over. */
  readonly append: (bytes: Buffer) => Promise<void>;
  /** The file that was begun last is complete, and is packed. Never rejects. */
  readonly finish: () => Promise<void>;
  /** Gives the last file back as it is. Never rejects. */
  readonly close: () => Promise<void>;
}

/** A ring in that folder, of so many bytes at most; the folder is made when it is missing. Nothing happens before `begin`. */
export const openRingFiles = (folder: string, size: number, disk: Disk = REAL_DISK): RingFiles => {
  let files: RingFile[] | undefined;
  let handle: FileHandle | undefined;
  let limit = size;
  const path = (number: number): string => join(folder, fileName(number));

  /** What is there already. */
  const survey = async (): Promise<RingFile[]> => {
    ensureFolder(dirname(folder), PARENT_MODE, undefined);
    ensureFolder(folder, FOLDER_MODE, undefined);
    const names = await readdir(folder);
    const found = await Promise.all(
      names.map(async (name) => {
        const number = fileNumber(name);
        if (number === undefined) return [];
        const stats: Stats | undefined = await stat(join(folder, name)).catch(() => undefined);
        return stats === undefined ? [] : [{ number, size: stats.size }];
      }),
    );
    return found.flat().toSorted((a, b) => a.number - b.number);
  };

  /** Makes room for so many bytes in the last file. */
  const ready = async (more: number): Promise<RingFile[]> => {
    const space = await disk.space(folder);
    limit = ringLimit(size, space);
    const plan = makeRoom(files ?? [], more, size, space);
    for (const { number } of plan.remove) await rm(path(number), { force: true });
    files = (files ?? []).slice(plan.remove.length);
    if ('refused' in plan) throw new Error(plan.refused);
    return files;
  };

  const closeFile = async (): Promise<void> => {
    const old = handle;
    handle = undefined;
    await old?.close().catch(() => {});
  };

  const write = async (bytes: Buffer): Promise<void> => {
    const all = await ready(bytes.length);
    const last = all.at(-1);
    if (handle === undefined || last === undefined) throw new Error('its file is gone');
    await handle.appendFile(bytes);
    all[all.length - 1] = { number: last.number, size: last.size + bytes.length };
  };

  /** Gives up what could not be written: the next file is begun afresh, after another look at what is there. */
  const orGiveUp = async (writing: Promise<void>): Promise<void> => {
    try {
      await writing;
    } catch (error) {
      await closeFile();
      files = undefined;
      throw error;
    }
  };

  const begin = async (bytes: Buffer): Promise<void> => {
    await closeFile();
    files ??= await survey();
    const number = (files.at(-1)?.number ?? 0) + 1;
    files.push({ number, size: 0 });
    try {
      handle = await open(path(number), 'wx', FILE_MODE);
      await write(bytes);
    } catch (error) {
      await rm(path(number), { force: true }).catch(() => {});
      throw error;
    }
  };

  /** In place of itself; a crash in between leaves a file of another name, which the next one overwrites. */
  const packFile = async (file: RingFile): Promise<void> => {
    const packed = await pack(await readFile(path(file.number)));
    const beside = join(folder, 'packing');
    try {
      await ready(packed.length);
      await writeFile(beside, packed, { mode: FILE_MODE });
      await rename(beside, path(file.number));
      files = files?.map((one) => (one.number === file.number ? { ...one, size: packed.length } : one));
    } catch {
      // Then it stays as it is.
      await rm(beside, { force: true }).catch(() => {});
    }
  };

  return {
    limit: () => limit,
    begin: (bytes) => orGiveUp(begin(bytes)),
    append: (bytes) => orGiveUp(write(bytes)),
    finish: async () => {
      await closeFile();
      const last = files?.at(-1);
      if (last !== undefined) await packFile(last).catch(() => {});
    },
    close: closeFile,
  };
};
