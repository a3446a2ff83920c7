/** The screen of the demonstration: fits any terminal, and says what is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseForwarded } from '../../lib/demo/forwarded.js';
import type { Picture, Step } from '../../lib/demo/model.js';
import { cutTo, drawScreen, type Line, progressBar, sparkline } from '../../lib/demo/screen.js';
import { storyPlan } from '../../lib/demo/story.js';
import { networkSettings } from '../../lib/demo/topology.js';
import { fixture, projectRoot } from '../support/paths.js';

const text = (line: Line): string => line.map((piece) => piece.text).join('');
const width = (line: Line): number => [...text(line)].length;

const step = (change: Partial<Step>): Step => ({
  title: 'LB1 loses its links, LB2 takes over',
  limit: 25,
  status: 'waiting',
  begun: undefined,
  ended: undefined,
  result: '',
  ...change,
});

const picture: Picture = {
  now: 21_500,
  steps: [
    step({ status: 'done', result: 'both active' }),
    step({ status: 'running', begun: 9_000 }),
    step({ status: 'failed', result: 'did not happen' }),
    step({}),
  ],
  events: [{ at: 20_000, text: 'both cables of LB1 are pulled' }],
  holds: { LB1: ['10.0.2.50', '192.168.120.50'], LB2: [] },
  directorStates: { LB1: 'running', LB2: 'running' },
  inTable: { web1: false, web2: true },
  rates: { web1: 0, web2: 24 },
  history: [0, 12, 24],
  failures: 7,
};

test('says who has the addresses, who answers, and where the story is', () => {
  const screen = drawScreen(picture, 80, 24).map(text).join('\n');
  expect(screen).toMatch(/● LB1 10\.0\.1\.230 {2}has both addresses/);
  expect(screen).toMatch(/○ LB2 10\.0\.1\.231 {2}standby/);
  expect(screen).toMatch(/○ web1 192\.168\.120\.86 {2}taken out/);
  expect(screen).toMatch(/● web2 192\.168\.120\.87 {2}24 answers\/s/);
  expect(screen).toMatch(/24 now, 7 failed/);
  expect(screen).toMatch(/✔ LB1 loses its links.*both active/);
  expect(screen).toMatch(/▸ LB1 loses its links.* 12\.5 s/);
  expect(screen).toMatch(/20\.000 {2}both cables of LB1 are pulled/);
});

test('a director without cables is not shown as the one that serves', () => {
  const cut = drawScreen({ ...picture, directorStates: { LB1: 'cut off', LB2: 'running' } }, 80, 24);
  expect(cut.map(text).join('\n')).toMatch(/○ LB1 10\.0\.1\.230 {2}cables pulled, still has both/);
});

test('the whole story and at least three events fit 80 by 24', () => {
  const steps = storyPlan(false).map((plan) => step(plan));
  const events = [1, 2, 3].map((at) => ({ at, text: `event ${at}` }));
  const lines = drawScreen({ ...picture, steps, events }, 80, 24);
  expect(lines.length).toBeLessThanOrEqual(23);
  expect(lines.map(text).join('\n')).toContain('event 1');
  expect(lines.map(text).join('\n')).toContain('both directors stop');
});

test('never more lines or columns than there are', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 200 }),
      fc.integer({ min: 2, max: 60 }),
      fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 300 }),
      fc.array(fc.string(), { maxLength: 40 }),
      (columns, rows, history, texts) => {
        const events = texts.map((text, at) => ({ at, text }));
        const lines = drawScreen({ ...picture, history, events }, columns, rows);
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(width(line)).toBeLessThan(columns);
      },
    ),
    { numRuns: 200 },
  );
});

test('lines are cut across pieces', () => {
  const line: Line = [
    { text: 'abc', style: 'plain' },
    { text: 'def', style: 'bold' },
  ];
  expect(text(cutTo(line, 4))).toBe('abcd');
  expect(cutTo(line, 2)).toHaveLength(1);
});

test('the curve has one character per second, and silence is a gap', () => {
  expect(sparkline([0, 1, 25, 50], 50)).toBe(' ▁▄█');
});

test('the bar fills up and never overflows', () => {
  expect(progressBar(0)).toBe('┄'.repeat(12));
  expect(progressBar(0.5)).toBe('━'.repeat(6) + '┄'.repeat(6));
  expect(progressBar(7)).toBe('━'.repeat(12));
});

test('real servers with a weight are those that are forwarded to', () => {
  const listing = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.0.2.50:80 wlc persistent 120 mask 255.255.255.0
  -> 192.168.120.86:80            Masq    0      0          221       
  -> 192.168.120.87:80            Masq    1      0          375       
`;
  expect([...parseForwarded(listing)]).toEqual(['192.168.120.87']);
});

test('the demonstration runs the very files of the article', () => {
  for (const name of ['ha.cf', 'haresources', 'authkeys']) {
    const example = readFileSync(join(projectRoot, 'packaging', 'examples', 'linux-ha-lvs-pair', name), 'utf8');
    expect(example).toBe(readFileSync(fixture('seeds', '000', name), 'utf8'));
  }
});

test('of sysctl.conf only what belongs to a network namespace is set', () => {
  expect(networkSettings('net.ipv4.ip_forward = 1\nkernel.sysrq = 0\n# comment\n')).toEqual({
    'net.ipv4.ip_forward': '1',
  });
});
