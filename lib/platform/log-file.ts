/** A log file that never blocks and never fails: lines are written in the background, and dropped when it cannot. */
import { appendFileSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Millis } from '../time.js';
import { errorText } from './error-text.js';

export interface LogFileOptions {
  readonly path: string;
  /** Characters waiting for the disk; writes beyond are dropped and counted. Default 1 MiB. */
  readonly maxWaiting?: number;
  /** How often to look whether the file was rotated away (heartbeat reference 9.4). */
  readonly rotationCheck: Millis;
  /** The monotonic clock. */
  readonly mono: () => Millis;
  /** The line, with its newline, that stands where `count` writes were lost. */
  readonly lostLine: (count: number) => string;
  /** Whose the file is made, when it can be. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Called once when lines begin to be lost, with the system's reason, and once when they are written again. */
  readonly onTrouble?: (why: string) => void;
  readonly onRelief?: () => void;
  /** Called after the file was found rotated away; what is written then goes to the new one. */
  readonly onRotated?: () => void;
}

export interface LogFile {
  /** Takes one or more complete lines. */
  readonly write: (text: string) => void;
  /** Resolves when everything taken so far is written or dropped. */
  readonly drained: () => Promise<void>;
  /** Writes what still waits, and gives the file back. */
  readonly close: () => Promise<void>;
  /** Writes what still waits, at once, for a process that ends now. */
  readonly closeNow: () => void;
}

/** Appends to `path`, which is created when missing; a full or failing disk costs lines, never the caller. */
export const openLogFile = (options: LogFileOptions): LogFile => {
  const limit = options.maxWaiting ?? 1 << 20;
  let waiting: string[] = [];
  let size = 0;
  /** Writes lost before what waits, and behind it (it was full). */
  let lost = 0;
  let lostBehind = 0;
  let busy: Promise<void> | undefined;
  let handle: FileHandle | undefined;
  let checkedAt = options.mono();
  let troubled = false;

  const openFile = async (): Promise<FileHandle> => {
    const file = await open(options.path, 'a', 0o644);
    // Somebody else's file stays theirs when we may not change that.
    if (options.owner !== undefined) await file.chown(options.owner.uid, options.owner.gid).catch(() => {});
    return file;
  };
  const closeFile = async (): Promise<void> => {
    const old = handle;
    handle = undefined;
    await old?.close().catch(() => {});
  };
  /** Whether another file, or none, now stands where ours was opened. */
  const isRotated = async (file: FileHandle): Promise<boolean> => {
    const [mine, current] = await Promise.all([file.stat(), stat(options.path).catch(() => undefined)]);
    return current === undefined || current.ino !== mine.ino || current.dev !== mine.dev;
  };
  const checkRotation = async (): Promise<void> => {
    if (handle === undefined || options.mono() - checkedAt < options.rotationCheck) return;
    checkedAt = options.mono();
    if (!(await isRotated(handle).catch(() => true))) return;
    await closeFile();
    options.onRotated?.();
  };
  const take = (): string => {
    const text = (lost === 0 ? '' : options.lostLine(lost)) + waiting.join('');
    waiting = [];
    size = 0;
    return text;
  };
  /** Writes until nothing waits; false when the disk refused. */
  const writeAll = async (): Promise<boolean> => {
    await checkRotation();
    while (size > 0) {
      const count = waiting.length;
      const text = take();
      try {
        handle ??= await openFile();
        await handle.appendFile(text);
        lost = lostBehind;
        lostBehind = 0;
        if (troubled) options.onRelief?.();
        troubled = false;
      } catch (error) {
        // Full, read-only or gone: count it, and try with a fresh descriptor when the next line comes.
        lost += count + lostBehind;
        lostBehind = 0;
        await closeFile();
        if (!troubled) options.onTrouble?.(errorText(error));
        troubled = true;
        return false;
      }
    }
    return true;
  };
  const kick = (): void => {
    busy ??= writeAll().then((written) => {
      busy = undefined;
      // After a failure the next line tries again: a loop here would spin on a full disk.
      if (written && size > 0) kick();
    });
  };

  const drained = async (): Promise<void> => {
    while (busy !== undefined) await busy;
  };

  return {
    write: (text) => {
      if (size + text.length > limit) lostBehind += 1;
      else {
        waiting.push(text);
        size += text.length;
      }
      kick();
    },
    drained,
    close: async () => {
      await drained();
      await closeFile();
    },
    closeNow: () => {
      if (size === 0) return;
      try {
        appendFileSync(options.path, take());
      } catch {
        // The disk is full and we are leaving: these lines are lost.
      }
    },
  };
};
