import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { until } from '../../lib/lab/until.js';
import { findProgram, killRunning, run } from '../../lib/platform/exec.js';
import { millis, seconds } from '../../lib/time.js';

const sh = (script: string, options: Partial<Parameters<typeof run>[2]> = {}) =>
  run('/bin/sh', ['-c', script], { timeout: seconds(30), ...options });

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
    expect(Date.now() - start).toBeLessThan(20_000);
    const grandchild = Number(result.stdout.trim());
    await until('its child has ended', () => /^(gone|Z)$/.test(stateOf(grandchild)), 5000);
  });

  test('does not wait for a descendant that keeps the output open', async () => {
    const start = Date.now();
    const result = await sh('sleep 30 & echo $!', { timeout: seconds(60) });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) });
    expect(Date.now() - start).toBeLessThan(20_000);
    process.kill(Number(result.stdout), 'SIGKILL');
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
      expect(readFileSync(outputFile, 'utf8')).toMatch(/^before\nout\nerr\n/);
      const whole = 'before\nout\nerr\nlate\n';
      await until('the late line is there', () => readFileSync(outputFile, 'utf8') === whole, 10_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('with linger, a descendant can go on writing after the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-suite-exec-'));
    try {
      const script = `(sleep 0.4; echo late; echo survived >'${folder}/proof') & echo out`;
      expect(await sh(script, { linger: true })).toMatchObject({ code: 0, stdout: 'out\n' });
      const proof = join(folder, 'proof');
      await until('it has survived', () => existsSync(proof) && readFileSync(proof, 'utf8') === 'survived\n', 10_000);
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

test('in an emergency everything that runs is killed, with its children', async () => {
  const sleeper = run('/bin/sh', ['-c', 'sleep 60 & wait'], { timeout: seconds(60) });
  const other = run('/bin/sleep', ['60'], { timeout: seconds(60) });
  // Both have begun when a third, which was asked for later, has ended.
  await run('/bin/true', [], { timeout: seconds(10) });
  killRunning();
  expect((await Promise.all([sleeper, other])).map(({ killedBy }) => killedBy)).toEqual(['SIGKILL', 'SIGKILL']);
});

test('findProgram knows what is installed', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('no-such-program-here')).toBeUndefined();
});

/** Keeps this process from everything else for some milliseconds. */
const block = (duration: number): void => {
  for (const end = performance.now() + duration; performance.now() < end; );
};

test('what waits in the pipe is never lost, however late this process comes to read it', async () => {
  const setTimer = globalThis.setTimeout;
  // A machine with no time for us: when the patience begins, we do not run again before it is over.
  const timers = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, delay: number) => {
    const timer = setTimer(act, delay);
    if (delay === 100) block(600);
    return timer;
  }) as typeof setTimeout);
  try {
    expect((await sh('(sleep 0.05; echo whole) & exit 0')).stdout).toBe('whole\n');
    expect(timers.mock.calls.some(([, delay]) => delay === 100)).toBe(true);
  } finally {
    timers.mockRestore();
  }
}, 90_000);
