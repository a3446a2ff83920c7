/** The log file: all lines of one turn are one write, none is lost, and a disk that fails costs lines only. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openLog } from '../../../lib/ldirectord/wiring/log-target.js';

const folder = mkdtempSync(join(tmpdir(), 'log-target-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const texts = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\] /, ''));

test('ten thousand lines in one turn arrive in order', async () => {
  const path = join(folder, 'many.log');
  const { log } = await openLog('normal', path, 'www.cf');
  const lines = Array.from({ length: 10_000 }, (_, index) => `Deleted real server: ${index}`);
  for (const line of lines) log('info', line);
  await turn();
  await turn();
  expect(texts(path)).toEqual(lines);
});

test('flush writes at once; a rotated file is followed without a signal; debug lines stay out', async () => {
  const path = join(folder, 'rotated.log');
  const { log, flush } = await openLog('normal', path, 'www.cf');
  log('info', 'one');
  await flush();
  renameSync(path, `${path}.1`);
  log('debug', 'nobody sees this');
  log('info', 'two');
  await flush();
  expect([texts(`${path}.1`), texts(path)]).toEqual([['one'], ['two']]);
});

test('lines that cannot be written go to standard error, and their number into the log later', async () => {
  const home = join(folder, 'later');
  const path = join(home, 'x.log');
  const { log, flush } = await openLog('normal', path, 'www.cf');
  const { write } = process.stderr;
  let said = '';
  process.stderr.write = (text: string | Uint8Array) => {
    said += String(text);
    return true;
  };
  try {
    log('info', 'lost');
    log('info', 'lost as well');
    await flush();
    expect(said).toMatch(/\] lost\n.*\] lost as well\n$/);
  } finally {
    process.stderr.write = write;
  }
  mkdirSync(home);
  log('info', 'found');
  await flush();
  await flush();
  expect(texts(path)).toEqual(['found', `2 lines could not be written to ${path}`]);
});
