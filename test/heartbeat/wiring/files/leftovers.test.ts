import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLeftoverMark } from '../../../../lib/heartbeat/wiring/files/leftovers.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mark-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a life that ends without clearing its mark leaves it for the next one', () => {
  const path = join(folder, 'mark');
  const first = openLeftoverMark(path);
  expect(first.found).toBeUndefined();
  first.set('lb1 10.0.0.1\n');
  expect(openLeftoverMark(path).found).toBe('lb1 10.0.0.1\n');
  first.set('lb1 10.0.0.1 web\n');
  expect(openLeftoverMark(path).found).toBe('lb1 10.0.0.1 web\n');
});

test('a complete release takes it away, and the next start sets it again', () => {
  const path = join(folder, 'mark');
  const mark = openLeftoverMark(path);
  mark.set('x');
  mark.clear();
  mark.clear();
  expect(openLeftoverMark(path).found).toBeUndefined();
  mark.set('x');
  expect(existsSync(path)).toBe(true);
});

test('the mark of an earlier life is cleared by the first complete release of this one', () => {
  const path = join(folder, 'mark');
  openLeftoverMark(path).set('lb1 10.0.0.1\n');
  openLeftoverMark(path).clear();
  expect(existsSync(path)).toBe(false);
});

test('a node that has given everything away leaves nothing for the next start to look for', () => {
  const path = join(folder, 'mark');
  const mark = openLeftoverMark(path);
  mark.set('lb1 10.0.0.1\n');
  mark.set('');
  expect(openLeftoverMark(path).found).toBeUndefined();
  mark.set('lb1 10.0.0.1\n');
  expect(openLeftoverMark(path).found).toBe('lb1 10.0.0.1\n');
});

test('where it cannot be written nothing fails, and it is tried again', () => {
  const mark = openLeftoverMark(join(folder, 'none', 'mark'));
  mark.set('x');
  rmSync(folder, { recursive: true });
  mark.set('x');
  mark.clear();
  expect(mark.found).toBeUndefined();
});
