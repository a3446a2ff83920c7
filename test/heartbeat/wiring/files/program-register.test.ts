import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  endLeftBehind,
  killRegistered,
  leftBehind,
  openProgramRegister,
  startTimeOf,
} from '../../../../lib/heartbeat/wiring/files/program-register.js';

let folder: string;
let path: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'register-'));
  path = join(folder, 'children');
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A program in a process group of its own, as the daemon starts them. */
const program = async (script: string): Promise<{ readonly pid: number; readonly gone: Promise<unknown> }> => {
  const child = spawn('/bin/sh', ['-c', `${script}\necho up; while :; do sleep 0.1; done`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  const gone = once(child, 'exit');
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, gone };
};

test('the register names what runs, and goes when nothing does', async () => {
  const { pid } = await program('');
  const register = openProgramRegister(path);
  register.add(pid);
  expect(readFileSync(path, 'latin1')).toBe(`${pid} ${startTimeOf(pid)}\n`);
  expect(leftBehind(path)).toEqual([pid]);
  register.remove(pid);
  expect(existsSync(path)).toBe(false);
  expect(leftBehind(path)).toEqual([]);
});

test('the next daemon ends them, also one that ignores SIGTERM, and says so', async () => {
  const gentle = await program('');
  const stubborn = await program("trap '' TERM");
  const register = openProgramRegister(path);
  for (const { pid } of [gentle, stubborn]) register.add(pid);
  const said: string[] = [];
  await endLeftBehind(
    path,
    (priority, text) => said.push(`${priority}: ${text}`),
    () => new Promise((resolve) => setImmediate(resolve)),
  );
  await Promise.all([gentle.gone, stubborn.gone]);
  expect(said).toEqual([
    `WARN: The last run did not end by itself: ending its child clients [${gentle.pid} ${stubborn.pid}].`,
  ]);
});

test('in an emergency they are killed without a word', async () => {
  const { pid, gone } = await program("trap '' TERM");
  openProgramRegister(path).add(pid);
  killRegistered(path);
  expect(await gone).toEqual([null, 'SIGKILL']);
});

test.each([
  ['another process that has the number by now', `${process.pid} 1`],
  ['process 1, whose group is everybody', `1 ${startTimeOf(1)}`],
  ['no number', `-1 ${startTimeOf(process.pid)}`],
  ['no time', `${process.pid}`],
  ['something else', 'x y z\n\n'],
])('%s is not ours to end', async (_what, text) => {
  writeFileSync(path, text);
  expect(leftBehind(path)).toEqual([]);
  const said: string[] = [];
  await endLeftBehind(path, (_priority, line) => said.push(line));
  expect(said).toEqual([]);
});

test('where it cannot be written nothing fails', () => {
  const register = openProgramRegister(join(folder, 'none', 'children'));
  register.add(process.pid);
  register.remove(process.pid);
  expect(leftBehind(join(folder, 'none', 'children'))).toEqual([]);
});
