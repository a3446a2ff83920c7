/** The parts of `ha drain`: times, words for servers, the countdown. */
import fc from 'fast-check';
import { adopt } from '../../../lib/ldirectord/director.js';
import {
  BEGINNING,
  type Countdown,
  type Look,
  seenOf,
  stepCountdown,
} from '../../../lib/ldirectord/drain/countdown.js';
import { coversOf, findServers, nobodyCalled, parseWhom } from '../../../lib/ldirectord/drain/whom.js';
import { maintenanceOf } from '../../../lib/ldirectord/maintenance.js';
import { hostPort } from '../../../lib/ldirectord/names.js';
import { parseSpan } from '../../../lib/text/span.js';
import { millis } from '../../../lib/time.js';
import { config, mark, real, virtual } from '../build.js';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['90', 90_000],
  ['10m', 600_000],
  ['8h', 28_800_000],
  ['1.5d', 129_600_000],
  ['0s', 0],
])('%s is %d ms', (text, time) => expect(parseSpan(text)).toBe(time));
test.each(['', 'h', '-1h', '8 h', '8hours', '1e3', '367d', '999999999999d'])('%j is no time', (text) =>
  expect(parseSpan(text)).toBeUndefined(),
);

const port = (name: string): number | undefined => (name === 'http' ? 80 : undefined);

test.each([
  ['web1', 'web1', undefined],
  ['web1:http', 'web1', 80],
  ['10.0.0.5:8080', '10.0.0.5', 8080],
  ['[FD00:0::5]:80', 'fd00::5', 80],
  ['[fd00::5]', 'fd00::5', undefined],
  ['fd00::5', 'fd00::5', undefined],
  ['192.168.010.1', '192.168.8.1', undefined],
])('%s is %s, port %s', (word, host, number) => expect(parseWhom(word, port)).toEqual({ host, port: number }));
test.each(['', ':80', 'web1:', 'web1:80:80', 'web1:70000', 'web1:gopher', '[web1]:', '[]:80'])('%j is nobody', (word) =>
  expect(parseWhom(word, port)).toBeUndefined(),
);

const NAMES = new Map([['10.0.0.5', ['web1.example.test']]]);
const { members } = adopt(
  config([
    virtual('10.0.0.3:80', [real('10.0.0.5'), real('10.0.0.6')]),
    virtual('10.0.0.3:443', [real('10.0.0.5', 443)]),
    virtual('10.0.0.4:80', [real('10.0.0.5')]),
    mark(7, [real('10.0.0.5', 0, { method: 'gate' })]),
  ]),
  undefined,
);
const found = (word: string) => findServers(parseWhom(word, port) ?? { host: '', port: undefined }, members, NAMES);

test('all virtual services are meant unless a port is given; short names and full ones are the same', () => {
  for (const word of ['web1', 'web1.example.test', '10.0.0.5'])
    expect(found(word).map(({ file, members: places }) => [file, places.length])).toEqual([['10.0.0.5', 4]]);
  expect(found('web1:80').map((server) => [server.file, server.members.map(({ virtualId }) => virtualId)])).toEqual([
    ['10.0.0.5:80', ['tcp:10.0.0.3:80', 'tcp:10.0.0.4:80']],
  ]);
  expect(found('web1.example')).toEqual([]);
  expect(found('10.0.0.7')).toEqual([]);
});

test('whoever is found by a word is found by the name of the file that is written for him', () => {
  const words = fc.tuple(fc.constantFrom('web1', '10.0.0.5', '10.0.0.6'), fc.constantFrom('', ':80', ':443', ':0'));
  fc.assert(
    fc.property(words, ([host, behind]) => {
      for (const server of found(`${host}${behind}`)) {
        const files = new Map([[server.file, 'drain\n']]);
        const meant = members.filter((member) => maintenanceOf(files, member.real, []) !== undefined);
        // Exactly the places that are meant, so that it is never wider than what was asked for.
        expect(meant).toEqual(server.members);
        expect(coversOf(server, members, files, new Map())).toMatchObject([{ file: server.file, isWider: false }]);
        expect(found(server.file)).toEqual([server]);
      }
    }),
  );
});

test('a list of many servers is cut', () => {
  const many = Array.from({ length: 30 }, (_, index) => real(`10.0.1.${index}`));
  const text = nobodyCalled('x', 'a.cf', adopt(config([virtual('10.0.0.3:80', many)]), undefined).members, NAMES);
  expect(text).toMatch(
    /^a\.cf has no real server 'x'\nIts real servers: 10\.0\.1\.0:80, .*, 10\.0\.1\.19:80 and 10 more\.$/,
  );
  expect(nobodyCalled('x', 'a.cf', [], NAMES)).toBe("a.cf has no real server 'x'\nIt has no real servers.");
});

test('connections are added up over all places of a server, and of no other', () => {
  const load = (virtualAt: number, address: string, active: number, weight: number, number = 80) => ({
    key: { protocol: 'tcp', family: 'ipv4', address: '10.0.0.3', port: virtualAt } as const,
    destination: { address, port: number, method: 'masq', weight, upper: 0, lower: 0 } as const,
    active,
    inactive: 1,
  });
  const loads = [load(80, '10.0.0.5', 3, 0), load(443, '10.0.0.5', 4, 2, 443), load(80, '10.0.0.6', 50, 9)];
  expect(loads.map(({ destination }) => hostPort(destination.address, destination.port))).toHaveLength(3);
  expect(seenOf(loads, found('web1')[0]?.members ?? [])).toEqual({ active: 7, inactive: 2, weight: 2 });
  expect(seenOf(loads, found('web1:80')[0]?.members ?? [])).toEqual({ active: 3, inactive: 1, weight: 0 });
  expect(seenOf([], found('web1')[0]?.members ?? [])).toEqual({ active: 0, inactive: 0, weight: 0 });
});

test('the countdown ends safe exactly when nobody is there and nobody can come, never later than the deadline', () => {
  const look: fc.Arbitrary<Look> = fc.oneof(
    fc.record({ active: fc.nat(2), inactive: fc.nat(2), weight: fc.nat(1) }),
    fc.constant({ problem: 'busy' }),
  );
  fc.assert(
    fc.property(fc.array(look, { maxLength: 40 }), fc.integer({ min: 0, max: 30 }), (looks, deadline) => {
      let countdown: Countdown = BEGINNING;
      for (const [second, one] of looks.entries()) {
        const step = stepCountdown(countdown, one, millis(second * 1000), millis(deadline * 1000));
        const isSafe = !('problem' in one) && one.active === 0 && one.weight === 0;
        expect(step.end === 'safe').toBe(isSafe);
        if (second >= deadline) expect(step.end).toBeDefined();
        // Only what is new is said.
        expect(step.line === undefined).toBe(step.countdown.said === countdown.said);
        if (step.end !== undefined) return;
        countdown = step.countdown;
      }
    }),
  );
});
