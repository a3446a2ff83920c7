import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAverageReader } from '../../lib/platform/load-average.js';

test('the first line, read anew each time from the same descriptor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-suite-load-'));
  try {
    const path = join(folder, 'loadavg');
    const read = loadAverageReader(path);
    expect(read()).toBe('n/a');
    writeFileSync(path, '0.92 0.59 0.31 1/305 392\n');
    expect(read()).toBe('0.92 0.59 0.31 1/305 392');
    writeFileSync(path, '1.00 0.60 0.32 2/305 393\nmore\n');
    expect(read()).toBe('1.00 0.60 0.32 2/305 393');
    writeFileSync(path, '');
    expect(read()).toBe('n/a');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the real one', () => {
  const read = loadAverageReader();
  expect(read()).toMatch(/^\d+\.\d\d \d+\.\d\d \d+\.\d\d \d+\/\d+ \d+$/);
  expect(read()).toMatch(/^\d+\.\d\d /);
});
