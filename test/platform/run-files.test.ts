import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  claimPidFile,
  commandLineOf,
  pidFileText,
  processExists,
  programOf,
  readPid,
  removeDurably,
  writeDurably,
} from '../../lib/platform/run-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a pid file has eleven bytes, the pid right-justified', () => {
  expect(pidFileText(16)).toBe('        16\n');
  const path = join(folder, 'pid');
  claimPidFile(path, 16, () => false);
  expect(readFileSync(path, 'latin1')).toBe('        16\n');
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readPid(path)).toBe(16);
  expect(readdirSync(folder)).toEqual(['pid']);
});

test('a pid file of a running daemon is not taken, a stale or unreadable one is', () => {
  const path = join(folder, 'pid');
  claimPidFile(path, 16, () => false);
  expect(() => claimPidFile(path, 17, (pid) => pid === 16)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(readPid(path)).toBe(16);
  expect(readdirSync(folder)).toEqual(['pid']);
  claimPidFile(path, 17, () => false);
  expect(readPid(path)).toBe(17);
  writeFileSync(path, 'garbage');
  expect(readPid(path)).toBeUndefined();
  claimPidFile(path, 18, () => true);
  expect(readPid(path)).toBe(18);
});

test('of two daemons that find the same stale file, the slower one leaves the new file of the other alone', () => {
  const path = join(folder, 'pid');
  writeFileSync(path, '        16\n');
  const claimSlowly = (): void =>
    claimPidFile(path, 18, (pid) => {
      // Between its look at the stale file and its claim, another daemon starts.
      if (pid === 16) claimPidFile(path, 17, () => false);
      return pid === 17;
    });
  expect(claimSlowly).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(readPid(path)).toBe(17);
  expect(readdirSync(folder)).toEqual(['pid']);
});

test.each(['', '-5', '0', '12 13', '99999999999'])('%j is no pid', (text) => {
  const path = join(folder, 'pid');
  writeFileSync(path, text);
  expect(readPid(path)).toBeUndefined();
});

test('a state file is replaced as a whole', () => {
  const path = join(folder, 'hb_generation');
  writeFileSync(path, 'old and longer than the new');
  linkSync(path, join(folder, 'old'));
  writeDurably(path, Buffer.from('new'), 0o644);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('old and longer than the new');
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(() => writeDurably(join(folder, 'none', 'x'), Buffer.from(''), 0o644)).toThrow('ENOENT');
});

test('a link in the place of the new file is not followed', () => {
  const path = join(folder, 'note');
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, `${path}.${process.pid}`);
  expect(() => writeDurably(path, Buffer.from('new'), 0o644)).toThrow('ELOOP');
  rmSync(`${path}.${process.pid}`);
  // One in the place of the file itself is replaced.
  symlinkSync(victim, path);
  writeDurably(path, Buffer.from('new'), 0o644);
  expect([readFileSync(path, 'utf8'), readFileSync(victim, 'utf8')]).toEqual(['new', 'precious']);
});

test('a file is removed, which is no error when it is not there', () => {
  const path = join(folder, 'note');
  writeFileSync(path, '');
  removeDurably(path);
  expect(readdirSync(folder)).toEqual([]);
  removeDurably(path);
  expect(() => removeDurably(folder)).toThrow(/EISDIR|EPERM/);
});

test('our own process is known by number, command line and program', () => {
  expect(processExists(process.pid)).toBe(true);
  expect(processExists(2 ** 22 + 1)).toBe(false);
  expect(commandLineOf(process.pid).length).toBeGreaterThan(0);
  expect(programOf(process.pid)).toMatch(/^node/);
  expect(programOf(2 ** 22 + 1)).toBeUndefined();
});
