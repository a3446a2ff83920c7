/** The table of `npm run lab`, its data for machines, and when a matrix counts as good. */
import type { Result } from '../../../lib/lab/scenario/matrix.js';
import type { Pairing } from '../../../lib/lab/scenario/model.js';
import type { Outcome } from '../../../lib/lab/scenario/play.js';
import { allGood, findingLines, gradeOf, resultsForMachines, tableText } from '../../../lib/lab/scenario/report.js';

const outcome = (pairing: Pairing, more: Partial<Outcome> = {}): Outcome => ({
  scenario: 'power failure of lb1',
  pairing,
  violations: [],
  known: [],
  longestGap: 1940,
  longestDouble: 0,
  longestStall: 0,
  busiest: 1,
  duration: 11_600,
  logs: '',
  observations: { addresses: [], control: [], heard: [], apart: [], phases: [] },
  ...more,
});
const good = outcome('ours-ours');
const excused = outcome('genuine-genuine', {
  known: [{ step: 'heal', text: 'two owners', because: 'heartbeat reference 5.6' }],
  longestDouble: 2100,
});
const bad = outcome('ours-genuine', { violations: [{ step: 'stop lb1', text: '10.0.0.100 did not answer' }] });
const broken: Result = {
  scenario: { name: 'power failure of lb1', failback: 'on', steps: [] },
  pairing: 'genuine-ours',
  broken: 'namespaces need root',
};

test('grades, and when all is good', () => {
  expect([good, excused, bad, broken].map(gradeOf)).toEqual(['ok', 'known', 'failed', 'broken']);
  expect(allGood([good, excused])).toBe(true);
  expect(allGood([good, bad])).toBe(false);
  expect(allGood([good, broken])).toBe(false);
  expect(allGood([])).toBe(false);
});

test('findings below their run, excuses with their reference', () => {
  expect(findingLines(excused)).toEqual(['    heal: two owners (heartbeat reference 5.6)']);
  expect(findingLines(bad)).toEqual(['    stop lb1: 10.0.0.100 did not answer']);
  expect(findingLines(broken)).toEqual(['    the lab broke: namespaces need root']);
});

test('the table: a row for each run, painted only where a grade or heading stands', () => {
  const plain = tableText([good, excused, bad, broken], (text) => text).split('\n');
  expect(plain[0]).toMatch(/^scenario +lb1-lb2 +result +longest gap +two owners +took$/);
  expect(plain[1]).toMatch(/^power failure of lb1 {2}ours-ours +ok +1\.94 s +- +12 s$/);
  expect(plain[2]).toMatch(/genuine-genuine +known +1\.94 s +2\.10 s/);
  const painted: string[] = [];
  tableText([good, bad], (text, grade) => {
    painted.push(grade);
    return text;
  });
  expect(new Set(painted)).toEqual(new Set(['heading', 'ok', 'failed']));
});

test('for machines: figures and findings, without the observations', () => {
  expect(resultsForMachines([bad, broken])).toEqual([
    {
      scenario: 'power failure of lb1',
      pairing: 'ours-genuine',
      result: 'failed',
      longestGap: 1940,
      longestDouble: 0,
      duration: 11_600,
      violations: [{ step: 'stop lb1', text: '10.0.0.100 did not answer' }],
      known: [],
    },
    { scenario: 'power failure of lb1', pairing: 'genuine-ours', result: 'broken', broken: 'namespaces need root' },
  ]);
});
