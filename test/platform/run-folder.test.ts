import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFolder, freshFolder } from '../../lib/platform/run-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const mode = (path: string): number => statSync(path).mode & 0o7777;

test('a missing folder is made with its mode, one that is there is left alone', () => {
  const path = join(folder, 'heartbeat');
  ensureFolder(path, 0o750, undefined);
  expect(mode(path)).toBe(0o750);
  ensureFolder(path, 0o700, { uid: 12345, gid: 12345 });
  expect(mode(path)).toBe(0o750);
  expect(statSync(path).uid).not.toBe(12345);
});

test('a fresh folder is empty', () => {
  const path = join(folder, 'rsctmp');
  mkdirSync(path);
  writeFileSync(join(path, 'left-over'), '');
  freshFolder(path, 0o1755);
  expect(existsSync(join(path, 'left-over'))).toBe(false);
  expect(mode(path)).toBe(0o1755);
});
