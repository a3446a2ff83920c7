/** Reports on the wire: what is told arrives, within its size, and nothing else is taken for one. */
import fc from 'fast-check';
import { directorText, fitDirector, fitReport, reportText, substance } from '../../lib/peer/format.js';
import { parseDirector, parseReport } from '../../lib/peer/parse.js';
import { aged, MAX_REPORT, NOTHING_LEFT, type NodeReport, type RealReport } from '../../lib/peer/report.js';
import { director, report } from './arbitrary-report.js';

const real = (server: string, state: RealReport['state'] = 'up', cause: string | null = null): RealReport => ({
  ...{ server, state, stateFor: 1000, weight: 1, cause, connections: { active: 3, inactive: 1, readAge: 200 } },
});
const REPORT: NodeReport = {
  ...{ number: 7, suite: 'ha-suite 1', key: 1, left: NOTHING_LEFT },
  links: [{ node: 'lb2', link: 'eth0', status: 'up', heardAge: 120 }],
  groups: [{ prefers: 'lb1', group: 'IPaddr::10.0.0.100', heldFor: 60_000 }],
  directors: [
    {
      ...{ name: 'www.cf', problem: null, virtualsLeft: 0 },
      virtuals: [
        {
          ...{ id: 'tcp:10.0.0.100:80', total: 2, up: 1, fallback: false },
          reals: [real('192.168.0.1:80'), real('192.168.0.2:80', 'down', 'L7STATUS 503')],
        },
      ],
    },
  ],
  files: [{ name: 'haresources', digest: 'a'.repeat(64) }],
};

test('the words on the wire', () => {
  expect(reportText(REPORT)).toBe(
    '{"n":7,"suite":"ha-suite 1","links":[["lb2","eth0",1,120]],"groups":[["lb1","IPaddr::10.0.0.100",60000]],' +
      '"directors":[["www.cf",null,0,[["tcp:10.0.0.100:80",2,1,false,[["192.168.0.1:80","up",1000,1,null,[3,1,200]],' +
      `["192.168.0.2:80","down",1000,1,"L7STATUS 503",[3,1,200]]]]]]],"key":1,"files":[["haresources","${'a'.repeat(64)}"]],"left":[0,0,0,0]}`,
  );
});

test('what fits is read as it was told; what does not is left out and counted', () => {
  fc.assert(
    fc.property(report, (told) => {
      const text = reportText(told);
      expect(text.length).toBeLessThanOrEqual(MAX_REPORT);
      // One byte for each character, and one line.
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      const read = parseReport(text);
      expect(read).toEqual(fitReport(told));
      for (const part of ['links', 'groups', 'directors', 'files'] as const)
        expect((read?.[part].length ?? 0) + (read?.left[part] ?? 0)).toBe(told[part].length + told.left[part]);
      for (const one of read?.directors ?? []) {
        const whole = told.directors.find(
          ({ name, virtualsLeft, virtuals }) =>
            name === one.name && virtualsLeft + virtuals.length === one.virtualsLeft + one.virtuals.length,
        );
        expect(whole).toBeDefined();
      }
    }),
    { numRuns: 300 },
  );
});

test('an ldirectord fits into the room it is given, and into the answer on its socket', () => {
  fc.assert(
    fc.property(director, fc.integer({ min: 2000, max: 12_000 }), (told, limit) => {
      const fitting = fitDirector(told, limit);
      expect(directorText(fitting).length).toBeLessThanOrEqual(limit);
      expect(parseDirector(directorText(fitting))).toEqual(fitting);
    }),
  );
});

test('the farm with ten thousand servers: what is wrong is told first', () => {
  const reals = Array.from({ length: 10_000 }, (_, index) =>
    real(
      `192.168.${index >> 8}.${index & 255}:80`,
      index === 9_999 ? 'down' : 'up',
      index === 9_999 ? 'L4TIMEOUT' : null,
    ),
  );
  const virtuals = [{ id: 'tcp:10.0.0.3:80', total: 10_000, up: 9_999, fallback: null, reals }];
  const fitting = parseReport(
    reportText({ ...REPORT, directors: [{ name: 'big', problem: null, virtualsLeft: 0, virtuals }] }),
  );
  const [first] = fitting?.directors[0]?.virtuals ?? [];
  expect(first).toMatchObject({ total: 10_000, up: 9_999 });
  expect(first?.reals.at(-1)).toMatchObject({ state: 'down', cause: 'L4TIMEOUT' });
  expect(first?.reals.length).toBeGreaterThan(300);
});

test('five hundred virtual services: those without a server are told of first, and the others are counted', () => {
  const virtuals = Array.from({ length: 500 }, (_, index) => ({
    ...{ id: `tcp:10.0.${index >> 8}.${index & 255}:80`, total: 1, up: index === 499 ? 0 : 1, fallback: null },
    reals: [real('192.168.0.1:80', index === 499 ? 'down' : 'up')],
  }));
  const read = parseReport(
    reportText({ ...REPORT, directors: [{ name: 'many', problem: null, virtualsLeft: 0, virtuals }] }),
  );
  const [many] = read?.directors ?? [];
  expect(many?.virtuals.some(({ up }) => up === 0)).toBe(true);
  expect((many?.virtuals.length ?? 0) + (many?.virtualsLeft ?? 0)).toBe(500);
});

test('names of strangers are made harmless before they leave', () => {
  const group = `IPaddr::\u202e10.0.0.1\n\x1b[31m${'x'.repeat(1000)}`;
  const read = parseReport(reportText({ ...REPORT, groups: [{ prefers: 'lb1', group, heldFor: -5.5 }] }));
  expect(read?.groups[0]?.group).toMatch(/^IPaddr:: 10\.0\.0\.1 \[31mx{200,250}$/);
  expect(read?.groups[0]?.heldFor).toBe(0);
});

const WIRE = JSON.parse(reportText(REPORT)) as Readonly<Record<string, unknown>>;
test.each([
  ['no JSON', '{'],
  ['nothing', 'null'],
  ['a list', '[]'],
  ['a control character', JSON.stringify({ ...WIRE, suite: 'ha\u001b[31m' })],
  ['writing turned round', JSON.stringify({ ...WIRE, suite: '\u202eha' })],
  ['a long word', JSON.stringify({ ...WIRE, suite: 'x'.repeat(257) })],
  ['a negative age', JSON.stringify({ ...WIRE, links: [['lb2', 'eth0', 1, -1]] })],
  ['an age that is no number', JSON.stringify({ ...WIRE, links: [['lb2', 'eth0', 1, '9']] })],
  ['a link that is neither', JSON.stringify({ ...WIRE, links: [['lb2', 'eth0', 2, 9]] })],
  ['a member too many', JSON.stringify({ ...WIRE, groups: [['lb1', 'x', 1, 1]] })],
  ['a digest that is none', JSON.stringify({ ...WIRE, files: [['ha.cf', 'A'.repeat(64)]] })],
  ['more up than there are', JSON.stringify({ ...WIRE, directors: [['w', null, 0, [['v', 1, 2, null, []]]]] })],
  [
    'an unknown state',
    JSON.stringify({ ...WIRE, directors: [['w', null, 0, [['v', 1, 0, null, [['r', 'odd', 1, 1, null]]]]]] }),
  ],
  ['without a number', JSON.stringify({ ...WIRE, n: undefined })],
  ['too long', `${JSON.stringify(WIRE)}${' '.repeat(MAX_REPORT)}`],
  ['nested without an end', '['.repeat(MAX_REPORT)],
])('%s is no report', (_, text) => {
  expect(parseReport(text)).toBeUndefined();
});

test('whatever comes, it is a report that can be told on, or none', () => {
  const piece = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify({ ...WIRE, links: value })),
  );
  const broken = fc.tuple(report, fc.nat(), fc.string({ maxLength: 3 })).map(([told, at, put]) => {
    const text = reportText(told);
    const where = at % text.length;
    return text.slice(0, where) + put + text.slice(where + 1);
  });
  fc.assert(
    fc.property(fc.oneof(piece, broken), (text) => {
      const read = parseReport(text);
      if (read === undefined) return;
      expect(parseReport(reportText(read))).toEqual(read);
    }),
    { numRuns: 500 },
  );
});

test('time passes for every age, and is no news', () => {
  const later = { ...REPORT, number: 8, ...aged(REPORT, 500) };
  expect(later.links[0]?.heardAge).toBe(620);
  expect(later.groups[0]?.heldFor).toBe(60_500);
  expect(later.directors[0]?.virtuals[0]?.reals[0]?.stateFor).toBe(1500);
  expect(substance(later)).toBe(substance(REPORT));
  expect(substance({ ...REPORT, groups: [] })).not.toBe(substance(REPORT));
});
