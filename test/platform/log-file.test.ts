import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogFile, openLogFile } from '../../lib/platform/log-file.js';
import { millis } from '../../lib/time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const setUp = (path: string, maxWaiting?: number): { file: LogFile; clock: { at: number }; rotations: number[] } => {
  const clock = { at: 0 };
  const rotations: number[] = [];
  const file = openLogFile({
    path,
    ...(maxWaiting === undefined ? {} : { maxWaiting }),
    rotationCheck: millis(60_000),
    mono: () => millis(clock.at),
    lostLine: (count) => `${count} lost\n`,
    onRotated: () => rotations.push(clock.at),
  });
  return { file, clock, rotations };
};

test('lines arrive in the order in which they were written', async () => {
  const path = join(folder, 'log');
  const { file } = setUp(path);
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
  for (const line of lines) file.write(line);
  await file.drained();
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
});

test('a line written from within the same turn as the end of a write is not left behind', async () => {
  const path = join(folder, 'log');
  const { file } = setUp(path);
  for (let index = 0; index < 50; index += 1) {
    file.write(`${index}\n`);
    await file.drained();
  }
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(51);
});

test('a file that was rotated away is opened anew, but looked for only once a minute', async () => {
  const path = join(folder, 'log');
  const { file, clock, rotations } = setUp(path);
  file.write('one\n');
  await file.drained();
  renameSync(path, `${path}.1`);
  clock.at = 59_000;
  file.write('two\n');
  await file.drained();
  clock.at = 61_000;
  file.write('three\n');
  await file.drained();
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\ntwo\n');
  expect(readFileSync(path, 'utf8')).toBe('three\n');
  expect(rotations).toEqual([61_000]);
});

test('a full disk costs lines, is counted, and heals', async () => {
  const full = setUp('/dev/full').file;
  full.write('a\n');
  await full.drained();
  full.write('b\n');
  await full.drained();
  full.closeNow();

  // The same through a folder that appears later.
  const later = setUp(join(folder, 'missing', 'log')).file;
  later.write('a\n');
  later.write('b\n');
  await later.drained();
  mkdirSync(join(folder, 'missing'));
  later.write('c\n');
  await later.drained();
  expect(readFileSync(join(folder, 'missing', 'log'), 'utf8')).toBe('2 lost\nc\n');
});

test('more than may wait is dropped and counted', async () => {
  const path = join(folder, 'log');
  const { file } = setUp(path, 10);
  file.write('123456789\n');
  file.write('x\n');
  file.write('y\n');
  await file.drained();
  file.write('z\n');
  await file.drained();
  expect(readFileSync(path, 'utf8')).toBe('123456789\n2 lost\nz\n');
});

test('what still waits at the end is written at once', () => {
  const path = join(folder, 'log');
  const { file } = setUp(path);
  file.write('last words\n');
  file.closeNow();
  expect(readFileSync(path, 'utf8')).toBe('last words\n');
});
