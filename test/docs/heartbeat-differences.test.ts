/** Every row of the heartbeat table of docs/differences.md is proven by a test that is there, or the reason stands here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROOFS, UNPROVEN } from '../support/heartbeat-differences.js';
import { projectRoot } from '../support/paths.js';

const manual = readFileSync(join(projectRoot, 'docs', 'differences.md'), 'utf8');
const section = /^## heartbeat\n([\s\S]*?)^##/m.exec(manual)?.[1] ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Subject'))
  .map((line) => line.slice(2).split(' | ')[0] ?? '');

test('every row has its proof, and every proof its row', () => {
  expect(rows.length).toBeGreaterThan(80);
  expect([...PROOFS.map(({ row }) => row), ...UNPROVEN.keys()].toSorted()).toEqual(rows.toSorted());
});

test.each(PROOFS.map(({ row, proof }) => [row, proof] as const))('%s', (_, proof) => {
  for (const [file, words] of proof) {
    const path = join(projectRoot, 'test', file);
    expect([file, existsSync(path)]).toEqual([file, true]);
    expect([file, words.length > 10 && readFileSync(path, 'utf8').includes(words)]).toEqual([file, true]);
  }
});
