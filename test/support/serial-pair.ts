/** A null-modem cable for tests: two pseudo-terminals joined by socat; it can be held up, and pulled out. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../lib/lab/until.js';
import { findProgram } from '../../lib/platform/exec.js';

export interface SerialPair {
  /** The two ends, e.g. /dev/pts/3. */
  readonly ends: readonly [string, string];
  /** Nothing passes any more; what is written fills the line's own small buffer and then waits. */
  readonly hold: () => void;
  readonly release: () => void;
  /** Both ends hang up; the devices are gone. */
  readonly unplug: () => Promise<void>;
}

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

export const openSerialPair = async (): Promise<SerialPair> => {
  const socat = findProgram('socat');
  if (socat === undefined) throw new Error('socat is missing (Debian package socat)');
  const folder = mkdtempSync(join(tmpdir(), 'serial-'));
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const cable = spawn(socat, [`PTY,link=${one},rawer`, `PTY,link=${two},rawer`], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => {
    cable.once('exit', () => resolve());
  });
  await until('socat makes its terminals', () => linkOf(one) !== undefined && linkOf(two) !== undefined, 15_000);
  return {
    ends: [linkOf(one) ?? '', linkOf(two) ?? ''],
    hold: () => void cable.kill('SIGSTOP'),
    release: () => void cable.kill('SIGCONT'),
    unplug: async () => {
      cable.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
