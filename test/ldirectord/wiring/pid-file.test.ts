/** The pid file: who runs, who is stale, and that of several starts only one gets it (ldirectord reference 1.4). */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPidFile, PidFileError, removePidFile, runningFor } from '../../../lib/ldirectord/wiring/pid-file.js';

const folder = mkdtempSync(join(tmpdir(), 'pid-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'ldirectord.test.cf.pid');
afterEach(() => rmSync(path, { force: true }));

/** A process with this word in its command line. */
const withProcess = async (word: string, act: (pid: number) => void): Promise<void> => {
  const child = spawn('/bin/sh', ['-c', 'echo; sleep 60; true', word], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const pid = child.pid ?? 0;
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    act(pid);
  } finally {
    process.kill(-pid, 'SIGKILL');
  }
};

test('any process whose command line has ldirectord in it counts as running, as ever', () =>
  withProcess('my-ldirectord-script', (pid) => {
    writeFileSync(path, `${pid}\n`);
    expect(runningFor(path)).toEqual({ state: 'running', pid });
    expect(claimPidFile(path)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(`${pid}\n`);
  }));

test('another process, or none, is stale; no file and an empty one are none', () =>
  withProcess('something-else', (pid) => {
    expect(runningFor(path)).toEqual({ state: 'stopped' });
    writeFileSync(path, '');
    expect(runningFor(path)).toEqual({ state: 'stopped' });
    writeFileSync(path, `${pid}\n`);
    expect(runningFor(path)).toEqual({ state: 'stale' });
    writeFileSync(path, 'nonsense\n');
    expect(runningFor(path)).toEqual({ state: 'stale' });
  }));

test('a claimed file holds just the pid and is never seen half written; only its owner removes it', () => {
  writeFileSync(path, '999999999\n');
  expect(claimPidFile(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  expect(readdirSync(folder)).toEqual(['ldirectord.test.cf.pid']);
  removePidFile(path);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(path, '1\n');
  removePidFile(path);
  expect(readdirSync(folder)).toEqual(['ldirectord.test.cf.pid']);
});

test('a place that cannot be written to is an error of its own', () => {
  expect(() => claimPidFile('/proc/nowhere/x.pid')).toThrow(PidFileError);
  mkdirSync(join(path, 'x'), { recursive: true });
  expect(() => claimPidFile(path)).toThrow(PidFileError);
  expect(readdirSync(folder)).toEqual(['ldirectord.test.cf.pid']);
  rmSync(path, { recursive: true });
});
