import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMode } from '../../lib/platform/umask.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'umask-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mode = (name: string): number => statSync(join(folder, name)).mode & 0o7777;

test.each([0o777, 0o750, 0o600, 0])('mode %o is neither widened nor narrowed', (wanted) => {
  withMode(wanted, () => writeFileSync(join(folder, 'file'), '', { mode: 0o777 }));
  expect(mode('file')).toBe(wanted);
});

test('the sticky bit is no part of it', () => {
  withMode(0o1755, () => mkdirSync(join(folder, 'new'), { mode: 0o1755 }));
  expect(mode('new')).toBe(0o1755);
});

test('afterwards everything is as before, also after an error', () => {
  const before = process.umask();
  expect(withMode(0o700, () => 'made')).toBe('made');
  expect(() =>
    withMode(0o700, () => {
      throw new Error('no room');
    }),
  ).toThrow('no room');
  expect(process.umask()).toBe(before);
});
