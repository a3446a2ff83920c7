/** Wiring: the monitorfiles, written in the background; a file that cannot be written costs its lines, never the daemon. */
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { type LogFile, openLogFile } from '../../platform/log-file.js';
import { millis } from '../../time.js';
import type { Verdict } from '../checks/verdict.js';
import type { Member } from '../director.js';
import { monitorLine } from '../monitor-line.js';

export interface MonitorFiles {
  /** Notes a result for a virtual that has a monitorfile. */
  readonly note: (member: Member, verdict: Verdict) => void;
  /** Closes the files that no virtual writes to any more. */
  readonly keep: (members: readonly Member[]) => Promise<void>;
  /** Writes what still waits. */
  readonly close: () => Promise<void>;
}

export const createMonitorFiles = (log: Log): MonitorFiles => {
  const files = new Map<string, LogFile>();

  const fileAt = (path: string): LogFile => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const file = openLogFile({
      path,
      // Genuine opens the file for each line, so that renaming it needs no signal.
      rotationCheck: millis(0),
      mono: () => now().mono,
      lostLine: () => '',
      // Genuine dies of this (reference 7, no. 20).
      onTrouble: (why) => log('ERROR', `Error writing to monitorfile '${path}': ${why}`),
      onRelief: () => log('info', `The monitorfile '${path}' can be written again`),
    });
    files.set(path, file);
    return file;
  };

  return {
    note: ({ virtual, identity }, verdict) => {
      if (virtual.monitorFile === undefined) return;
      const line = monitorLine(virtual, identity, verdict, new Date(now().wall), process.pid);
      if (line !== undefined) fileAt(virtual.monitorFile).write(line);
    },
    keep: async (members) => {
      const wanted = new Set(members.map(({ virtual }) => virtual.monitorFile));
      for (const [path, file] of [...files])
        if (!wanted.has(path)) {
          files.delete(path);
          await file.close();
        }
    },
    close: async () => {
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
};
