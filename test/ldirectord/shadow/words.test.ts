/** What a shadow says: a difference and its end, the sums, the status for people and machines. */
import type { Destination } from '../../../lib/ipvs/model.js';
import { down, up, type Verdict } from '../../../lib/ldirectord/checks/verdict.js';
import { shadowTable } from '../../../lib/ldirectord/cli/shadow-table.js';
import { adopt, hear } from '../../../lib/ldirectord/director.js';
import { createHistory } from '../../../lib/ldirectord/history.js';
import type { MaintenanceNote } from '../../../lib/ldirectord/maintenance-note.js';
import { parseNote } from '../../../lib/ldirectord/maintenance-note.js';
import { wantedService } from '../../../lib/ldirectord/plan.js';
import { type Mismatch, subjectOf } from '../../../lib/ldirectord/shadow/compare.js';
import { differenceBegan, differenceEnded } from '../../../lib/ldirectord/shadow/happenings.js';
import { type Genuine, NO_COUNTS } from '../../../lib/ldirectord/shadow/model.js';
import { type ShadowReport, type ShadowScene, shadowStatus } from '../../../lib/ldirectord/shadow/status.js';
import { begunText, endedText, summaryText } from '../../../lib/ldirectord/shadow/words.js';
import { type EndedDifference, NO_TALLY, type OpenDifference } from '../../../lib/shadow/differences.js';
import { millis } from '../../../lib/time.js';
import { config, fallback, real, virtual } from '../build.js';

const WEB = 'tcp:10.0.0.3:80';
const at = (second: number) => ({ mono: millis(second * 1000), wall: millis(1_800_000_000_000 + second * 1000) });

const web = virtual('10.0.0.3:80', [real('192.168.0.1'), real('192.168.0.2', 80, { weight: 5 })], {
  fallback: fallback('127.0.0.1', 80, { method: 'masq' }),
});

interface Setting {
  readonly results?: Readonly<Record<string, Verdict>>;
  readonly genuine?: Genuine;
  readonly note?: MaintenanceNote;
  readonly open?: readonly OpenDifference<Mismatch>[];
  readonly past?: readonly EndedDifference<Mismatch>[];
}

const sceneOf = ({
  results = {},
  genuine = { state: 'running', pid: 7 },
  note,
  open = [],
  past = [],
}: Setting = {}): ShadowScene => {
  const history = createHistory();
  let director = adopt(config([web]), { services: [] });
  for (const [probe, members] of director.membersByProbe) {
    const verdict = results[members[0]?.real.address ?? ''];
    if (verdict === undefined) continue;
    history.begin(probe, at(8.99));
    history.end(probe, verdict, at(9));
    director = hear(director, probe, verdict).director;
  }
  return {
    ...{ director, history, maintenanceOf: () => note, genuine, now: at(10), open, past },
    ...{ tally: { ...NO_TALLY, told: open.length }, counts: NO_COUNTS, startedAt: at(0), comparing: true, pid: 42 },
  };
};

const entry = (weight: number, more: Partial<Destination> = {}): Destination => ({
  ...{ address: '192.168.0.1', port: 80, method: 'masq', weight, upper: 0, lower: 0 },
  ...more,
});
const server = (theirs?: Destination, ours?: Destination, name = '192.168.0.1:80'): Mismatch => ({
  ...{ kind: 'server', virtualId: WEB, server: name, theirs, ours },
});
const open = (what: Mismatch): OpenDifference<Mismatch> => ({
  subject: subjectOf(what),
  what,
  since: at(2),
  isTold: true,
});
const begun = (what: Mismatch, setting?: Setting): string => begunText(sceneOf(setting), open(what));

const refused = { '192.168.0.1': down('L4REFUSED', '500 Connection refused') };

test('a real server that ours has taken out and genuine has not', () => {
  expect(begun(server(entry(1)), { results: refused })).toMatch(
    /^Difference: real server 192\.168\.0\.1:80 of tcp:10\.0\.0\.3:80 for 8\.0 s \(since .*\): the table has masq weight 1, ldirectord-ts would not have it because our check has failed 1\.0 s ago, L4REFUSED \(Connection refused\)\. It could mean: the genuine check succeeds where ours fails/,
  );
});

test.each<[string, Mismatch, Setting, RegExp]>([
  [
    'genuine has taken out what is up here',
    server(entry(0), entry(1)),
    { results: { '192.168.0.1': up() } },
    /has masq weight 0, .* would have masq weight 1 because our check has succeeded 1\.0 s ago\. It could mean: the genuine check fails where ours succeeds/,
  ],
  [
    'another weight, with thresholds',
    server(entry(5, { upper: 20, lower: 4 }), entry(1)),
    { results: { '192.168.0.1': up() } },
    /has masq weight 5 thresholds 4 to 20, .* changed it by hand, or only one of the two has read/,
  ],
  [
    'a server that is not configured',
    server(entry(1), undefined, '192.168.0.9:80'),
    {},
    /no such server\. .* added it by hand/,
  ],
  ['not checked yet', server(entry(1)), {}, /because it has not been checked yet/],
  [
    'quiesced by one, removed by the other',
    server(entry(0)),
    { results: refused },
    /quiesced by one and removed by the other/,
  ],
  [
    'maintenance',
    server(entry(1)),
    { note: parseNote('drain\n') },
    /because a file in the maintenance directory says drained/,
  ],
  [
    'the fallback',
    server(undefined, entry(1, { address: '127.0.0.1' }), '127.0.0.1:80'),
    { results: refused },
    /^Difference: fallback server 127\.0\.0\.1:80 .* the table does not have it, .* because no real server is up\. .* do not agree whether/,
  ],
  [
    'a genuine program that was halted',
    server(entry(1)),
    { genuine: { state: 'still', pid: 7 } },
    /genuine ldirectord \(pid 7\) is halted by a signal/,
  ],
  [
    'no genuine program',
    server(entry(1)),
    { genuine: { state: 'absent', pid: undefined } },
    /It could mean: no ldirectord with a pid file runs for this configuration/,
  ],
  [
    'the settings of the virtual server',
    {
      ...{ kind: 'virtual', virtualId: WEB, theirs: { ...wantedService(web), persistent: 600 } },
      ours: wantedService(web),
    },
    {},
    /^Difference: virtual server tcp:10\.0\.0\.3:80 .* has scheduler wrr persistent 600, ldirectord-ts would have scheduler wrr because \/etc\/ha\.d\/test\.cf says so/,
  ],
  [
    'a virtual server that is gone',
    { kind: 'virtual', virtualId: WEB, theirs: undefined, ours: wantedService(web) },
    {},
    /the table does not have it, .* deleted it by hand/,
  ],
  [
    'a virtual server that has left the configuration',
    { kind: 'virtual', virtualId: 'tcp:10.0.0.4:80', theirs: wantedService(web), ours: undefined },
    {},
    /because the configuration no longer has this virtual server\. It could mean: only one of the two has read/,
  ],
])('%s', (_, what, setting, text) => expect(begun(what, setting)).toMatch(text));

test('the end, and both as events', () => {
  const what = server(entry(1));
  const ended = { subject: subjectOf(what), what, since: at(2), lasted: millis(95_000) };
  expect(endedText(sceneOf(), ended)).toBe(
    'Difference is over: real server 192.168.0.1:80 of tcp:10.0.0.3:80, after 95 s',
  );
  expect(differenceEnded(ended)).toEqual({
    ...{ type: 'difference', change: 'ended', subject: `${WEB} 192.168.0.1:80` },
    ...{ genuine: 'masq weight 1', ours: 'nothing', duration: 95_000 },
  });
  expect(differenceBegan(sceneOf({ results: refused }), open(what))).toMatchObject({
    ...{ type: 'difference', change: 'began', genuine: 'masq weight 1', ours: 'nothing', duration: 8_000 },
    cause: expect.stringMatching(/^our check has failed .*; the genuine check succeeds/),
  });
});

test('the sums', () => {
  const text = summaryText({
    ...{ watchedMs: 86_400_000, comparedMs: 80_000_000, checks: 1, tableChanges: 2, decisions: 3 },
    ...{ differences: 2, longestMs: 95_000, passing: 4, longestPassingMs: 3_200 },
  });
  expect(text).toBe(
    'Summary: watched for 24 h, compared for 22 h; 1 check, 2 changes of the table, 3 changes by ldirectord-ts; ' +
      '2 differences, the longest of 95 s; 4 passed within the tolerance, the longest of 3.2 s',
  );
});

describe('status', () => {
  const scene = sceneOf({ results: refused, open: [open(server(entry(1)))] });
  const report = (shadow: ShadowReport['shadow'], problem: string | null = null): ShadowReport => ({
    ...{ version: 1, state: 'running', config: 'test.cf', pid: 42, shadow, problem },
  });

  test('for machines: times, sums, and a difference that lasts counts as long as it does', () => {
    expect(shadowStatus(scene, 6_000)).toMatchObject({
      ...{ version: 1, program: 'ldirectord-shadow', pid: 42, comparing: true, toleranceMs: 6_000 },
      genuine: { state: 'running', pid: 7 },
      summary: { watchedMs: 10_000, differences: 1, longestMs: 8_000, passing: 0 },
      differences: [
        {
          ...{ virtual: WEB, server: '192.168.0.1:80', lastsMs: 8_000, told: true },
          ...{ theirs: 'masq weight 1', ours: null },
        },
      ],
    });
  });

  test('for people', () => {
    const text = shadowTable(report(shadowStatus(scene, 6_000)));
    expect(text).toContain('the shadow of ldirectord for test.cf is running with pid 42\n');
    expect(text).toContain('the genuine ldirectord has pid 7\n');
    expect(text).toMatch(/^tcp:10\.0\.0\.3:80 +192\.168\.0\.1:80 +masq weight 1 +nothing +8\.0 s +told$/m);
    expect(text).toMatch(/^192\.168\.0\.1:80: our check has failed .* It could mean: /m);
    expect(shadowTable(report(shadowStatus(sceneOf(), 6_000)))).toContain('The tables are alike.');
  });

  test('what was told and is over', () => {
    const what = server(entry(5), entry(1));
    const past = [{ subject: subjectOf(what), what, since: at(2), lasted: millis(95_000) }];
    const told = shadowStatus(sceneOf({ past }), 6_000);
    expect(told.ended).toEqual([
      {
        ...{ virtual: WEB, server: '192.168.0.1:80', since: '2027-01-15T08:00:02.000Z', lastedMs: 95_000 },
        ...{ theirs: 'masq weight 5', ours: 'masq weight 1' },
      },
    ]);
    expect(shadowTable(report(told))).toMatch(
      /^Over:\n.*\ntcp:10\.0\.0\.3:80 +192\.168\.0\.1:80 +masq weight 5 +masq weight 1 +95 s +2027-01-15T08:00:02\.000Z$/m,
    );
  });

  test('when nobody answers, or nothing runs', () => {
    expect(shadowTable(report(null, 'it does not answer'))).toMatch(/running with pid 42\nit does not answer\n$/);
    const stopped = { ...report(null), pid: null };
    expect(shadowTable({ ...stopped, state: 'stopped' })).toBe('no shadow runs for test.cf\n');
    expect(shadowTable({ ...stopped, state: 'stale' })).toBe(
      'no shadow runs for test.cf (its pid file is left over)\n',
    );
  });
});
