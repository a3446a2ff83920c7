/** The differences that tests accept and the table that users read are the same: every rule names its row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES, LINE_RULES as WORLD_LINE_RULES } from '../support/director-differential/rules.js';
import {
  CLI_DIFFERENCES,
  LINE_RULES,
  LOG_DIFFERENCES,
  MONITOR_DIFFERENCES,
  NO_DIFFERENCE,
  TABLE_DIFFERENCES,
} from '../support/director-golden/differences.js';
import { projectRoot } from '../support/paths.js';

const manual = readFileSync(join(projectRoot, 'docs', 'differences.md'), 'utf8');
const section = /^## ldirectord\n([\s\S]*?)^##/m.exec(manual)?.[1] ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |\s*\|$/g, '').trim()));

test('the table is found, and every row says what genuine does, what we do, and why', () => {
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => row.length !== 4)).toEqual([]);
  expect(
    rows.filter(([subject = '', genuine = '', here = '']) => subject === '' || genuine === '' || here === ''),
  ).toEqual([]);
});

test.each(
  [
    ...RULES,
    ...LINE_RULES,
    ...WORLD_LINE_RULES,
    ...[...TABLE_DIFFERENCES, ...LOG_DIFFERENCES, ...MONITOR_DIFFERENCES, ...CLI_DIFFERENCES].flatMap(
      ([name, { row }]) => [row].flat().map((one) => ({ name, row: one })),
    ),
  ]
    .filter(({ row }) => row !== NO_DIFFERENCE)
    .map(({ name, row }) => [name, row] as const),
)('%s: has its row (%s)', (_, row) => {
  expect(rows.map(([subject]) => subject)).toContain(row);
});

test('no two rules have one name', () => {
  const names = [...RULES, ...LINE_RULES, ...WORLD_LINE_RULES].map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
