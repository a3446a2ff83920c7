import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLeftoverMark } from '../../../lib/heartbeat/wiring/leftovers.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mark-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a life that ends without clearing its mark leaves it for the next one', () => {
  const path = join(folder, 'mark');
  const first = openLeftoverMark(path);
  expect(first.found).toBe(false);
  first.set();
  expect(openLeftoverMark(path).found).toBe(true);
});

test('a complete release takes it away, and the next start sets it again', () => {
  const path = join(folder, 'mark');
  const mark = openLeftoverMark(path);
  mark.set();
  mark.clear();
  mark.clear();
  expect(openLeftoverMark(path).found).toBe(false);
  mark.set();
  expect(existsSync(path)).toBe(true);
});

test('the mark of an earlier life is cleared by the first complete release of this one', () => {
  const path = join(folder, 'mark');
  openLeftoverMark(path).set();
  openLeftoverMark(path).clear();
  expect(existsSync(path)).toBe(false);
});

test('where it cannot be written nothing fails, and it is tried again', () => {
  const mark = openLeftoverMark(join(folder, 'none', 'mark'));
  mark.set();
  rmSync(folder, { recursive: true });
  mark.set();
  mark.clear();
  expect(mark.found).toBe(false);
});
