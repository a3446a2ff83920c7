/** What status --json and --table say, for a director of which everything is known. */

import type { Load } from '../../lib/ipvs/grammar/listing.js';
import { down, up, type Verdict } from '../../lib/ldirectord/checks/verdict.js';
import { spanText, statusTable } from '../../lib/ldirectord/cli/status-table.js';
import { adopt, type Director, hear, type Member } from '../../lib/ldirectord/director.js';
import { createHistory } from '../../lib/ldirectord/history.js';
import { type LiveStatus, liveStatus, type StatusReport } from '../../lib/ldirectord/live-status.js';
import { type LookAtTable, loadsByPlace, unread } from '../../lib/ldirectord/loads.js';
import { MAINTENANCE } from '../../lib/ldirectord/maintenance.js';
import { type MaintenanceNote, parseNote } from '../../lib/ldirectord/maintenance-note.js';
import { millis } from '../../lib/time.js';
import { config, fallback, mark, real, virtual } from './build.js';

const at = (second: number) => ({ mono: millis(second * 1000), wall: millis(1_800_000_000_000 + second * 1000) });
const iso = (second: number): string => new Date(at(second).wall).toISOString();

/** A director and its history in step, as the daemon keeps them. */
const simulate = (from: Director) => {
  let director = from;
  const history = createHistory();
  const maintained = new Map<string, MaintenanceNote>();
  const maintenanceOf = ({ real: { address } }: Member): MaintenanceNote | undefined => maintained.get(address);
  history.keep(new Set(director.membersByProbe.keys()), new Set(director.members.map(({ id }) => id)), at(0));
  return {
    maintained,
    result: (address: string, verdict: Verdict, second: number, took = 0.004): void => {
      for (const [probe, members] of director.membersByProbe) {
        if (members[0]?.real.address !== address) continue;
        history.begin(probe, at(second - took));
        const heard = hear(director, probe, verdict, (member) => maintenanceOf(member)?.mode);
        director = heard.director;
        history.end(probe, verdict, at(second));
        for (const id of heard.touched.keys()) history.move(id, at(second));
      }
    },
    /** The table is as `look` says: by default unread. */
    status: (second: number, look: LookAtTable = unread('not asked')): LiveStatus =>
      liveStatus({
        look,
        director,
        history,
        maintenanceOf,
        status: 'running',
        pid: 42,
        startedAt: at(0).wall,
        loadedAt: at(10).wall,
        wall: at(second).wall,
      }),
  };
};

const reals = [real('192.168.0.1', 80, { weight: 5 }), real('192.168.0.2')];
const web = virtual('10.0.0.3:80', reals, {
  checkType: { kind: 'negotiate' },
  failureCount: 2,
  serviceName: 'Web Site',
  fallback: fallback('127.0.0.1', 80),
});
const start = () => simulate(adopt(config([web, mark(7, [real('192.168.0.9')])]), { services: [] }));

describe('the live state', () => {
  test('before the first check nothing is known', () => {
    const [first, second] = start().status(1).virtuals;
    expect(first).toMatchObject({
      id: 'tcp:10.0.0.3:80',
      service: '10.0.0.3:80',
      protocol: 'tcp',
      name: 'Web Site',
      up: 0,
    });
    expect(first?.reals[0]).toEqual({
      server: '192.168.0.1:80',
      state: 'unknown',
      since: iso(0),
      weight: 5,
      method: 'masq',
      failures: 0,
      failureCount: 2,
      refused: false,
      check: 'negotiate http',
      lastCheck: null,
      lastFailure: null,
      maintenance: null,
      connections: null,
    });
    expect(second).toMatchObject({ id: 'fwm:7', service: '7', protocol: 'fwm', name: null, fallback: null });
  });

  test('up, failing, down, with layer, cause, times and the count', () => {
    const sim = start();
    sim.result('192.168.0.1', up('200 OK'), 20);
    sim.result('192.168.0.2', down('L4TIMEOUT', "500 Can't connect"), 22, 3);
    sim.result('192.168.0.1', down('L7STATUS', '503 Service Unavailable', { detail: '503' }), 30, 0.0125);
    const [one, two] = sim.status(40).virtuals[0]?.reals ?? [];
    expect(one).toMatchObject({
      state: 'up',
      since: iso(20),
      failures: 1,
      lastCheck: { at: iso(30), durationMs: 12.5, result: 'down', cause: 'L7STATUS 503' },
      lastFailure: { at: iso(30), cause: 'L7STATUS 503', text: '503 Service Unavailable' },
    });
    expect(two).toMatchObject({ state: 'down', since: iso(22), lastCheck: { durationMs: 3000, cause: 'L4TIMEOUT' } });
    expect(sim.status(40).virtuals[0]).toMatchObject({ up: 1, fallback: { server: '127.0.0.1:80', active: false } });
    sim.result('192.168.0.1', down('L7STATUS', '503 Service Unavailable', { detail: '503' }), 50);
    expect(sim.status(60).virtuals[0]).toMatchObject({ up: 0, fallback: { active: true } });
    sim.result('192.168.0.1', up('200 OK'), 70);
    // The last failure is still told when all is well again.
    expect(sim.status(80).virtuals[0]?.reals[0]).toMatchObject({
      state: 'up',
      since: iso(70),
      failures: 0,
      lastCheck: { result: 'up', cause: null },
      lastFailure: { at: iso(50), cause: 'L7STATUS 503' },
    });
  });

  test('maintenance is a state of its own', () => {
    const sim = start();
    sim.result('192.168.0.1', up(), 10);
    sim.maintained.set('192.168.0.1', parseNote(''));
    sim.result('192.168.0.1', MAINTENANCE, 11);
    expect(sim.status(12).virtuals[0]?.reals[0]).toMatchObject({
      state: 'maintenance',
      since: iso(11),
      maintenance: { since: null, deadline: null, by: null, reason: null },
    });
  });

  test('a drain is another, with what its file says', () => {
    const sim = start();
    sim.result('192.168.0.1', up(), 10);
    const text = `drain\nsince=${iso(10)}\nby=alice\ndeadline=${iso(90)}\nreason=new disk\n`;
    sim.maintained.set('192.168.0.1', parseNote(text));
    sim.result('192.168.0.1', MAINTENANCE, 11);
    const live = sim.status(12);
    expect(live.virtuals[0]?.reals[0]).toMatchObject({
      state: 'drained',
      since: iso(11),
      maintenance: { since: iso(10), deadline: iso(90), by: 'alice', reason: 'new disk' },
    });
    expect(statusTable({ version: 1, state: 'running', config: 'www.cf', pid: 42, live })).toMatch(
      /^ {2}192\.168\.0\.1:80 {2}masq 5 {2}drained {2,}for 1\.0 s .* by alice until \S+: new disk$/m,
    );
  });
});

describe('connections', () => {
  const load = (address: string, weight: number, active: number, inactive: number, key = web.key): Load => ({
    ...{ key, active, inactive },
    destination: { address, port: 80, method: 'masq', weight, upper: 0, lower: 0 },
  });
  const lookAt = (second: number, ...loads: readonly Load[]): LookAtTable => ({
    ...{ at: at(second).wall, loads: loadsByPlace(loads), problem: undefined },
  });
  const tableOf = (live: LiveStatus): string =>
    statusTable({ version: 1, state: 'running', config: 'www.cf', pid: 42, live });

  test('those of the place in the table, with the weight there; one that is not there has none', () => {
    const live = start().status(12, lookAt(11, load('192.168.0.1', 0, 12, 3), load('192.168.0.7', 1, 9, 9)));
    const [one, two] = live.virtuals[0]?.reals ?? [];
    expect(one).toMatchObject({ weight: 5, connections: { active: 12, inactive: 3, weight: 0, at: iso(11) } });
    expect(two).toMatchObject({ connections: null });
    expect(live.table).toEqual({ at: iso(11), problem: null });
    const text = tableOf(live);
    expect(text).toMatch(
      /^ {2}192\.168\.0\.1:80 {2}masq 5, now 0 {2}unknown {2}for 12 s {2}12 active, 3 inactive {2}not/m,
    );
    expect(text).toMatch(/^ {2}192\.168\.0\.2:80 {2}masq 1 .* {2}not in the table +not checked yet$/m);
    expect(text).not.toContain('connections as they were');
  });

  test('a mark of the other family is another service', () => {
    const mark6 = { protocol: 'fwm', family: 'ipv6', mark: 7 } as const;
    const mark4 = { ...mark6, family: 'ipv4' } as const;
    const connectionsOf = (key: Load['key']) =>
      start().status(2, lookAt(1, load('192.168.0.9', 1, 4, 0, key))).virtuals[1]?.reals[0]?.connections;
    expect(connectionsOf(mark6)).toBeNull();
    expect(connectionsOf(mark4)).toMatchObject({ active: 4 });
  });

  test('a count that is old is said to be, and one that there is not, with its reason', () => {
    const old = start().status(100, lookAt(80, load('192.168.0.1', 5, 1, 0)));
    expect(tableOf(old)).toMatch(/\nconnections as they were 20 s ago\n/);
    const none = start().status(100, unread('ipvsadm is\u001bnot installed'));
    expect(none.table).toEqual({ at: null, problem: 'ipvsadm is\u001bnot installed' });
    expect(tableOf(none)).toMatch(/\nconnections: unknown, ipvsadm is not installed\n/);
    expect(tableOf(none)).not.toContain('not in the table');
  });
});

describe('the history', () => {
  test('a reload forgets what is gone and counts the checks that have never answered', () => {
    const history = createHistory();
    expect(history.keep(new Set(['a', 'b']), new Set(['v a', 'v b']), at(0))).toBe(2);
    history.begin('a', at(1));
    expect(history.end('a', down('L4REFUSED', 'x'.repeat(1000)), at(2))).toBe(true);
    expect(history.end('a', up(), at(3))).toBe(false);
    expect(history.lastFailure('a')?.text).toHaveLength(200);
    expect(history.keep(new Set(['a', 'c']), new Set(['v a', 'v c']), at(4))).toBe(1);
    expect(history.since('v a')).toBe(at(0).wall);
    expect(history.since('v c')).toBe(at(4).wall);
    expect(history.keep(new Set(['b']), new Set(['v b']), at(5))).toBe(1);
    expect(history.lastCheck('a')).toBeUndefined();
    expect(history.since('v a')).toBeUndefined();
  });
});

describe('the table', () => {
  test('one line for each server, aligned, with the reason', () => {
    const sim = start();
    sim.result('192.168.0.1', up('200 OK'), 20);
    sim.result('192.168.0.2', down('L7STATUS', '503 Service\u001b[2J Unavailable', { detail: '503' }), 22, 3);
    const report: StatusReport = {
      version: 1,
      state: 'running',
      config: '/etc/ha.d/www.cf',
      pid: 42,
      live: sim.status(90),
    };
    expect(statusTable(report)).toBe(
      [
        'ldirectord for /etc/ha.d/www.cf is running with pid 42 for 90 s: running, configuration read 80 s ago',
        'connections: unknown, not asked',
        '',
        'tcp 10.0.0.3:80 wrr, 1 of 2 up, Web Site',
        '  192.168.0.1:80  masq 5  up    for 70 s  checked 70 s ago in 4 ms',
        '  192.168.0.2:80  masq 1  down  for 68 s  checked 68 s ago in 3000 ms  L7STATUS 503 Service [2J Unavailable',
        '  fallback 127.0.0.1:80  gate  not needed',
        '',
        'fwm 7 wrr, 0 of 1 up',
        '  192.168.0.9:80  masq 1  unknown  for 90 s  not checked yet',
        '',
      ].join('\n'),
    );
  });

  test('a daemon that does not answer, a stale pid file, none', () => {
    const common = { version: 1, config: '/etc/ha.d/www.cf' } as const;
    expect(statusTable({ ...common, state: 'running', pid: 42, live: null, problem: 'no answer' })).toBe(
      'ldirectord for /etc/ha.d/www.cf is running with pid 42\nno answer\n',
    );
    expect(statusTable({ ...common, state: 'stale', pid: null, live: null })).toContain('its pid file is left over');
    expect(statusTable({ ...common, state: 'stopped', pid: null, live: null })).toBe(
      'ldirectord is stopped for /etc/ha.d/www.cf\n',
    );
  });

  test.each([
    [0, '0.0 s'],
    [9400, '9.4 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
    [-5, '0.0 s'],
  ])('%d ms is %s', (milliseconds, text) => expect(spanText(milliseconds)).toBe(text));
});
