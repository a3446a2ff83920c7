/** Lets the genuine ldirectord make one round of checks and reads its verdicts from the monitor files. */
import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from '../files.js';
import { projectRoot } from '../paths.js';
import type { ScratchFolder } from './server.js';

export interface GenuineVerdict {
  readonly state: 'up' | 'down';
  /** `-`: none. */
  readonly text: string;
}

const PROGRAM = '/usr/sbin/ldirectord';

const firstVerdict = (path: string): GenuineVerdict | undefined => {
  const line = textOf(path, 'latin1').split('\n')[0];
  const [, state, text = ''] = / \[(up|down)\] (.*)$/.exec(line ?? '') ?? [];
  return state === 'up' || state === 'down' ? { state, text } : undefined;
};

/**
 * Runs it with -d in the scratch folder, where it takes the stand-in for ipvsadm that lies there; no port and no file of
 * the machine is touched. Each virtual of `config` must have the monitor file named like it in `monitors`.
 *
 * Resolves with the first verdict of each, and what the program said; rejects after `limit` milliseconds.
 */
export const genuineVerdicts = async (
  scratch: ScratchFolder,
  config: string,
  monitors: readonly string[],
  limit: number,
): Promise<{ readonly verdicts: readonly GenuineVerdict[]; readonly said: string }> => {
  const cwd = scratch.folder('genuine');
  copyFileSync(join(projectRoot, 'test', 'support', 'fake-ipvsadm.pl'), join(cwd, 'ipvsadm'));
  const path = scratch.write('genuine/checks.cf', config);
  const env = { ...process.env, FAKE_IPVSADM: scratch.folder('genuine/table') };
  const child = spawn(PROGRAM, ['-d', path, 'start'], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let over = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).then(() => {
    over = true;
  });
  try {
    const end = Date.now() + limit;
    for (;;) {
      const verdicts = monitors.flatMap((monitor) => firstVerdict(monitor) ?? []);
      if (verdicts.length === monitors.length) return { verdicts, said };
      if (over || Date.now() > end)
        throw new Error(`genuine ldirectord ${over ? 'ended' : 'was too slow'}: ${said.slice(-4000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    if (!over && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
};
