import {
  hasDiffered,
  reportText,
  type ShadowReport,
  shadowReport,
  summaryLine,
} from '../../../lib/heartbeat/shadow/report.js';
import { beginShadow } from '../../../lib/heartbeat/shadow/shadow.js';
import type { Shadow, ShadowSettings } from '../../../lib/heartbeat/shadow/state.js';
import { toleranceFor } from '../../../lib/heartbeat/shadow/tolerance.js';
import { comparedToUs, lasting } from '../../../lib/heartbeat/shadow/words.js';
import { millis, seconds } from '../../../lib/time.js';

const at = (mono: number) => ({ mono: millis(mono), wall: millis(1_800_000_000_000 + mono) });
const settings = {
  cluster: { self: 'lb1' },
  groups: [],
  tolerance: seconds(23),
  needsPeers: false,
} as unknown as ShadowSettings;
const UNSEEN = { lost: 1, fragments: 2, refused: 3, links: ['serial /dev/ttyS0'] };

const reportOf = (part: Partial<Shadow>): ShadowReport =>
  shadowReport({ ...beginShadow(settings, at(0)), ...part }, UNSEEN, 42, at(90_000));

test('nothing has happened yet', () => {
  const report = reportOf({});
  expect(report).toMatchObject({ version: 1, state: 'waiting', watchedMs: 90_000, differences: { told: 0, open: [] } });
  expect(hasDiffered(report)).toBe(false);
  expect(summaryLine(report)).toBe(
    'Summary of 90 s (deciding for 0.00 s); 0 packets of lb1, 0 of others; nothing was decided; 0 orders followed; no difference (0 short ones within the tolerance); not seen: 1 packets lost, 2 in pieces, 3 refused',
  );
  expect(reportText(report)).toContain('\n  links that cannot be seen: serial /dev/ttyS0\n');
});

test('a difference that lasts counts, with its length up to now', () => {
  const what = { ours: 'we would run it here', genuine: 'the genuine one does not', why: 'lb2 is dead' };
  const open = new Map([
    ['group a', { subject: 'group a', what, since: at(10_000), isTold: true }],
    ['group b', { subject: 'group b', what, since: at(89_000), isTold: false }],
  ]);
  const tally = { told: 2, longestTold: seconds(5), passing: 1, longestPassing: millis(300) };
  const report = reportOf({ differences: { open, tally } });
  expect(report.differences).toMatchObject({ told: 2, longestMs: 80_000, passing: 1, longestPassingMs: 300 });
  expect(hasDiffered(report)).toBe(true);
  expect(summaryLine(report)).toContain('2 differences, the longest 80 s, 1 of them now (1 short ones');
  const text = reportText(report);
  expect(text).toContain(
    '  NOW group a since 2027-01-15T08:00:10.000Z: we would run it here (lb2 is dead), the genuine one does not\n',
  );
  expect(text).not.toContain('group b');
});

test('a decision of one of the two alone is a difference, too', () => {
  const { counts } = beginShadow(settings, at(0));
  const report = reportOf({ counts: { ...counts, alone: 1, deaths: 1, latest: millis(120) } });
  expect(hasDiffered(report)).toBe(true);
  expect(summaryLine(report)).toMatch(
    /agreed on 1 death, .*at most 0\.00 s before and 0\.12 s after us\).* 1 decision taken by one/,
  );
});

test('times as they are said', () => {
  expect([120, 9994, 42_000, 179_999, 7_200_000].map((time) => lasting(millis(time)))).toEqual([
    ...['0.12 s', '9.99 s', '42 s', '3 min', '2.0 h'],
  ]);
  expect([120, -1500, 5].map((time) => comparedToUs(millis(time)))).toEqual([
    ...['0.12 s after us', '1.50 s before us', 'at the same moment'],
  ]);
});

test('the tolerance follows from ha.cf', () => {
  expect(toleranceFor({ deadtime: seconds(10), keepalive: seconds(1) })).toBe(23_000);
});
