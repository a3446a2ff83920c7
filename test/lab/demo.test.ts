/** The demonstration itself, as `npm start` runs it: every step holds, and Ctrl-C leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../lib/lab/until.js';
import { projectRoot } from '../support/paths.js';
import { story } from './stories.js';

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the demonstration; `watch` sees the output so far and may send it signals. */
const demonstrate = (watch: (output: string, child: ChildProcess) => void): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(projectRoot, 'dist', 'build', 'lib', 'demo', 'main.js'), '--plain'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        watch(output, child);
      });
    }
    child.on('close', (code) => resolve({ code, output }));
  });

/** Direct children of a process: for the demonstration these are the holders of its hosts and what it watches with. */
const childrenOf = (pid: number): readonly number[] =>
  readdirSync('/proc').flatMap((entry) => {
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(status) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

story('left alone', ({ step }) => {
  step('every step holds, and it ends by itself', async () => {
    const { code, output } = await demonstrate(() => undefined);
    expect(output).toMatch(/every step held\n$/);
    expect(output).toMatch(/ok web1 dies and is taken out: out after \d+\.\d{3} s/);
    expect(output).toMatch(/ok LB1 loses its links, LB2 takes over: gap \d+\.\d{3} s/);
    expect(code).toBe(0);
  });
});

story('interrupted', ({ step }) => {
  step('Ctrl-C, even twice, ends it with 130 and takes all hosts along', async () => {
    let started: readonly number[] = [];
    const { code, output } = await demonstrate((text, child) => {
      if (started.length > 0 || !text.includes('10.0.2.50 is now with LB1')) return;
      started = childrenOf(child.pid ?? 0);
      child.kill('SIGINT');
      child.kill('SIGINT');
    });
    expect(output).toContain('interrupted: cleaning up');
    expect(code).toBe(130);
    // A switch, six hosts and what watches them.
    expect(started.length).toBeGreaterThan(7);
    await until('all of it is gone', () => !started.some(isAlive), 5000);
  });
});
