/** The load of the machine as /proc/loadavg words it: read with every heartbeat, so the file stays open. */
import { openSync, readSync } from 'node:fs';

const LONGEST = 128;

/** A reader for the first line of `path`; it answers `n/a` where there is none. */
export const loadAverageReader = (path = '/proc/loadavg'): (() => string) => {
  const buffer = Buffer.alloc(LONGEST);
  let fd: number | undefined;
  return () => {
    try {
      fd ??= openSync(path, 'r');
      const length = readSync(fd, buffer, 0, LONGEST, 0);
      return buffer.toString('latin1', 0, length).split('\n', 1)[0] || 'n/a';
    } catch {
      return 'n/a';
    }
  };
};
