import { readFileSync } from 'node:fs';
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
