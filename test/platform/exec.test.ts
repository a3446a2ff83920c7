import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, run } from '../../lib/platform/exec.js';
import { millis } from '../../lib/time.js';

const sh = (script: string, options: Partial<Parameters<typeof run>[2]> = {}) =>
  run('/bin/sh', ['-c', script], { timeout: millis(5000), ...options });

/** The process state letter; a killed orphan may stay a zombie where process 1 does not reap. */
const stateOf = (pid: number): string => {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '?';
  } catch {
    return 'gone';
  }
};

describe('run', () => {
  test('gives exit status and both outputs', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('feeds standard input', async () => {
    expect((await run('/bin/cat', [], { timeout: millis(5000), input: 'hello' })).stdout).toBe('hello');
  });

  test('says why a program could not be started', async () => {
    const result = await run('/nonexistent/program', [], { timeout: millis(1000) });
    expect(result).toMatchObject({ code: undefined, startError: 'ENOENT' });
  });

  test('kills the whole process group at the deadline', async () => {
    const start = Date.now();
    const result = await sh('sleep 30 & echo $!; wait', { timeout: millis(200) });
    expect(result).toMatchObject({ timedOut: true, code: undefined, killedBy: 'SIGKILL' });
    expect(Date.now() - start).toBeLessThan(3000);
    const grandchild = Number(result.stdout.trim());
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stateOf(grandchild)).toMatch(/^(gone|Z)$/);
  });

  test('does not wait for a descendant that keeps the output open', async () => {
    const start = Date.now();
    const result = await sh('sleep 3 & echo started');
    expect(result).toMatchObject({ code: 0, stdout: 'started\n' });
    expect(Date.now() - start).toBeLessThan(2500);
  });

  test('keeps only so many bytes of an endless output', async () => {
    const result = await sh('head -c 3000000 /dev/zero | tr "\\0" x', { maxOutput: 1000 });
    expect(result.stdout).toHaveLength(1000);
    expect(result.code).toBe(0);
  });

  test('passes exactly the environment given', async () => {
    expect((await sh('echo "$A-$HOME"', { env: { A: 'b' } })).stdout).toBe('b-\n');
  });

  test('sends both outputs to a file on request, also those that come after the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-suite-exec-'));
    try {
      const outputFile = join(folder, 'log');
      writeFileSync(outputFile, 'before\n');
      const result = await sh('(sleep 0.3; echo late) & echo out; echo err >&2', { outputFile });
      expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(outputFile, 'utf8')).toBe('before\nout\nerr\n');
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(readFileSync(outputFile, 'utf8')).toBe('before\nout\nerr\nlate\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('with linger, a descendant can go on writing after the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-suite-exec-'));
    try {
      const script = `(sleep 0.4; echo late; echo survived >'${folder}/proof') & echo out`;
      expect(await sh(script, { linger: true })).toMatchObject({ code: 0, stdout: 'out\n' });
      await new Promise((resolve) => setTimeout(resolve, 800));
      expect(readFileSync(join(folder, 'proof'), 'utf8')).toBe('survived\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('keeps the exit status of a program whose descendants hold the output open', async () => {
    expect(await sh('sleep 2 & exit 7')).toMatchObject({ code: 7, killedBy: undefined, timedOut: false });
  });

  test('can be ended early', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await sh('sleep 30', { signal: controller.signal })).toMatchObject({ killedBy: 'SIGKILL', timedOut: false });
  });
});

test('findProgram knows what is installed', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('no-such-program-here')).toBeUndefined();
});
