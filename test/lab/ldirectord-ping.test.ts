/** The ping check on a real network: hosts that answer, stay silent or cannot be reached, a thousand at once. */
import { jest } from '@jest/globals';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { evaluateInside } from './agents-module.js';

jest.setTimeout(60_000);

let lab: Lab;
let director: Host;

/** Networks behind the other host, by what becomes of a packet to them. */
const FATES = { answers: 77, silent: 78, unreachable: 79, prohibited: 80 };

beforeAll(async () => {
  lab = await createLab('ldirectord-ping');
  const lan = await lab.network('lan');
  const interfaces = (last: number) => [
    { device: 'eth0', network: lan, addresses: [`10.9.0.${last}/24`, `fd00:9::${last}/64`] },
  ];
  director = await lab.host('director', { interfaces: interfaces(1) });
  const other = await lab.host('other', { interfaces: interfaces(2) });
  const shell = (host: Host, lines: readonly string[]) => host.run(['sh', '-ec', lines.join('\n')]);
  await shell(other, [
    'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1',
    'ip route add local 10.77.0.0/16 dev lo',
    'ip -6 route add local fd00:77::/64 dev lo',
    'ip route add blackhole 10.78.0.0/16',
    'ip -6 route add blackhole fd00:78::/64',
    'ip route add unreachable 10.79.0.0/16',
    'ip -6 route add unreachable fd00:79::/64',
    'ip route add prohibit 10.80.0.0/16',
    'ip -6 route add prohibit fd00:80::/64',
  ]);
  await shell(director, [
    'until ping -6 -c1 -W1 fd00:9::2 >/dev/null; do :; done',
    ...Object.values(FATES).flatMap((net) => [
      `ip route add 10.${net}.0.0/16 via 10.9.0.2`,
      `ip -6 route add fd00:${net}::/64 via fd00:9::2`,
    ]),
  ]);
}, 30_000);
afterAll(() => lab.close());

/** Runs ping checks with the outer deadline of the daemon; `addresses` is an expression. */
const check = (addresses: string, { timeout = 1000, count = 1, native = true } = {}): Promise<unknown> =>
  evaluateInside(
    director,
    ['ldirectord/checks/ping', 'ldirectord/checks/deadline', 'ldirectord/wiring/ping'],
    `const { readdirSync, readlinkSync } = await import('node:fs');
     const sockets = () => readdirSync('/proc/self/fd').filter((fd) => {
       try { return readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; }
     }).length;
     const lines = [];
     const check = m.pingCheck(m.createEcho((priority, text) => lines.push(priority + ' ' + text)));
     const virtual = { checkTimeout: ${timeout}, checkCount: ${count} };
     const before = sockets();
     const ask = (address) =>
       m.runCheck({ check, deadline: ${timeout * count} }, { virtual, real: { address }, port: 0 });
     const round = async () => (await Promise.all((${addresses}).map(ask))).map((verdict) =>
       [verdict.state === 'up' ? 'up' : verdict.cause, verdict.detail].filter(Boolean).join(' '));
     const first = await round();
     const start = performance.now();
     const second = await round();
     return { first, second, took: performance.now() - start, opened: sockets() - before, lines };`,
    native,
  );

const list = (addresses: readonly string[]): string => JSON.stringify(addresses);

test.each([
  ['IPv4', (net: number) => `10.${net}.0.7`],
  ['IPv6', (net: number) => `fd00:${net}::7`],
])('%s: answers, silence and the refusal of a router, with its reason', async (family, at) => {
  const router = family === 'IPv4' ? '10.9.0.2' : 'fd00:9::2';
  const noRoute = family === 'IPv4' ? 'No route to host' : 'Network is unreachable';
  const addresses = Object.values(FATES).map(at);
  expect(await check(list([...addresses, family === 'IPv4' ? '192.0.2.1' : '2001:db8::1']))).toMatchObject({
    first: [
      'up',
      'L3TIMEOUT',
      `L3UNREACHABLE ${noRoute} (says ${router})`,
      `L3UNREACHABLE prohibited (says ${router})`,
      'L3UNREACHABLE ENETUNREACH (network is unreachable)',
    ],
    // One socket, however often and whatever is asked.
    opened: 1,
    lines: [],
  });
});

test('checkcount attempts of checktimeout each: silence takes all of them, no longer', async () => {
  const { second, took } = (await check(list(['10.78.0.7']), { timeout: 300, count: 3 })) as {
    readonly second: unknown;
    readonly took: number;
  };
  expect(second).toEqual(['L3TIMEOUT']);
  expect(took).toBeGreaterThanOrEqual(890);
  expect(took).toBeLessThan(3_000);
});

test('a thousand hosts that answer, five hundred that do not and a hundred without a neighbour, all at once', async () => {
  const addresses = `[
    ...Array.from({ length: 500 }, (_, n) => '10.77.' + (n >> 7) + '.' + (n & 127)),
    ...Array.from({ length: 500 }, (_, n) => 'fd00:77::' + (n + 1).toString(16)),
    ...Array.from({ length: 500 }, (_, n) => '10.78.' + (n >> 7) + '.' + (n & 127)),
    ...Array.from({ length: 100 }, (_, n) => '10.9.0.' + (n + 100)),
  ]`;
  const { first, second, opened } = (await check(addresses, { timeout: 2_000 })) as {
    readonly first: readonly string[];
    readonly second: readonly string[];
    readonly opened: number;
  };
  for (const round of [first, second]) {
    expect(round.slice(0, 1000).filter((verdict) => verdict !== 'up')).toEqual([]);
    expect(round.slice(1000, 1500).filter((verdict) => verdict !== 'L3TIMEOUT')).toEqual([]);
    expect(round.slice(1500).filter((verdict) => !/^L3(TIMEOUT|UNREACHABLE)/.test(verdict))).toEqual([]);
  }
  expect(opened).toBe(2);
});

test('without koffi ping(8) answers the same, and the log says so once', async () => {
  const addresses = ['10.77.0.1', 'fd00:77::1', '10.78.0.1', '10.9.0.2'];
  expect(await check(list(addresses), { native: false })).toMatchObject({
    second: ['up', 'up', 'L3TIMEOUT', 'up'],
    lines: ['WARN no raw ICMP socket (is the package koffi installed?): every ping check starts a ping(8)'],
  });
});
