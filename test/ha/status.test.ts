/** `ha status`: what is gathered, what is wrong, how it is shown, how it exits. */
import type { MachineStatus } from '../../lib/ha/status/status.js';
import type { NodeSnapshot } from '../../lib/heartbeat/cluster/snapshot.js';
import type { HeartbeatSnapshot } from '../../lib/heartbeat/snapshot.js';
import type { LiveStatus } from '../../lib/ldirectord/live-status.js';
import type { Answer } from '../../lib/platform/control-client.js';
import type { DaemonName } from '../../lib/platform/daemons.js';
import { haIn, type Said } from '../support/ha.js';
import { peerSays } from '../support/status-world.js';

const NOW = Date.UTC(2026, 10, 27, 20, 15, 0);

const nodeNamed = (name: string, more: Partial<NodeSnapshot> = {}): NodeSnapshot => ({
  ...{ name, type: 'normal', self: false, status: 'active', kind: 'ha-suite', heardAge: 120, deadAfter: 1000 },
  ...{ links: [{ name: 'eth0', status: 'up', heardAge: 120 }], holds: 'none', health: null, clockAhead: 0 },
  ...more,
});

const HEARTBEAT: HeartbeatSnapshot = {
  ...{ version: 1, program: 'heartbeat', node: 'lb1', pid: 77, started: NOW - 7_200_000, written: NOW - 10 },
  cluster: {
    ...{ self: 'lb1', status: 'active', communicationUp: true, holds: 'local', autoFailback: 'on', standby: 'not' },
    ...{ jobs: 0, quiet: true, health: null, failing: [], heldKeys: null, refused: {} },
    nodes: [nodeNamed('lb1', { self: true, heardAge: 0, holds: 'local' }), nodeNamed('lb2')],
    groups: { local: 'here', foreign: 'nowhere' },
  },
  groups: [{ node: 'lb1', resources: ['10.0.0.100', 'ldirectord'], line: '/etc/ha.d/haresources:1', place: 'here' }],
  since: { 'node lb2': NOW - 60_000, 'holding lb1': NOW - 3_600_000 },
  late: null,
};

const DIRECTOR: LiveStatus = {
  ...{ version: 1, pid: 78, config: '/etc/ha.d/www.cf', status: 'running' },
  ...{ started: new Date(NOW - 5000).toISOString(), loaded: new Date(NOW - 5000).toISOString() },
  written: new Date(NOW).toISOString(),
  virtuals: [
    {
      ...{ id: 'tcp:10.0.0.100:80', service: '10.0.0.100:80', protocol: 'tcp', scheduler: 'wlc', name: null, up: 1 },
      reals: [
        {
          ...{ server: '192.168.0.1:80', state: 'up', since: null, weight: 1, method: 'masq', failures: 0 },
          ...{
            failureCount: 1,
            refused: false,
            check: 'connect',
            lastCheck: null,
            lastFailure: null,
            maintenance: null,
          },
        },
      ],
      fallback: null,
    },
  ],
};

type Sockets = Readonly<Record<string, unknown>>;

/** `ha status WORDS` where these sockets answer so; a text is a problem. */
const status = (sockets: Sockets | string, ...words: readonly string[]): Promise<Said> => {
  const named = (socket: string): DaemonName =>
    socket === 'heartbeat'
      ? { program: 'heartbeat', instance: '', socket }
      : { program: 'ldirectord', instance: socket, socket };
  const answer = (value: unknown): Answer =>
    typeof value === 'string'
      ? { kind: 'none', problem: value, isThere: !value.includes('gone') }
      : { kind: 'lines', lines: [JSON.stringify(value)] };
  return haIn({}, ['status', ...words], {
    wall: () => NOW,
    daemons: {
      list: () => (typeof sockets === 'string' ? sockets : Object.keys(sockets).map(named)),
      past: () => [],
      ask: async (socket) => answer(typeof sockets === 'string' ? '' : sockets[socket]),
      follow: async () => undefined,
    },
  });
};

const withCluster = (change: Partial<NonNullable<HeartbeatSnapshot['cluster']>>): HeartbeatSnapshot => ({
  ...HEARTBEAT,
  cluster: HEARTBEAT.cluster === null ? null : { ...HEARTBEAT.cluster, ...change },
});
const withReal = (change: Partial<LiveStatus['virtuals'][number]['reals'][number]>, up: number): LiveStatus => ({
  ...DIRECTOR,
  virtuals: DIRECTOR.virtuals.map((virtual) => ({
    ...{ ...virtual, up },
    reals: virtual.reals.map((real) => ({ ...real, ...change })),
  })),
});

test('all is well: the whole page', async () => {
  const { stdout, stderr, code } = await status({ heartbeat: HEARTBEAT, 'www.cf': DIRECTOR });
  expect([stderr, code]).toEqual(['', 0]);
  expect(stdout).toBe(`heartbeat on lb1 runs with pid 77 for 119 min: active, auto_failback on

  lb1  active            this node        holds local  eth0 up
  lb2  active  for 59 s  heard 0.1 s ago  holds none   eth0 up

  on lb1  prefers lb1  10.0.0.100 ldirectord

ldirectord for /etc/ha.d/www.cf is running with pid 78 for 5.0 s: running, configuration read 5.0 s ago

tcp 10.0.0.100:80 wlc, 1 of 1 up
  192.168.0.1:80  masq 1  up    not checked yet

All is well.
`);
});

test('what the other node has told: its links, groups, real servers and files; what is not known is said to be unknown', async () => {
  const { stdout, code } = await status({ heartbeat: { ...HEARTBEAT, peer: { ...peerSays(), node: 'lb2' } } });
  expect(code).toBe(1);
  expect(stdout).toContain(`
What lb2 said of itself 2.0 s ago (ha-suite 1)
  hears lb2:eth0  up  2.1 s ago
  holds IPaddr2::10.0.0.100/24/eth0  prefers lb1  for 61 s
  ldirectord www.cf
    tcp:10.0.0.100:80, 2 of 3 up
      192.168.0.1:80  weight 5  8 active, 2 inactive  up    for 10 min
      192.168.0.9:80  weight 5  connections unknown   down  for 12 s    L4TIMEOUT
  ldirectord old.cf: it does not answer
  files that differ from those here: haresources, www.cf (only there)
  left out of the message: 3 virtual services, 1 real servers

! lb2 says: 192.168.0.9:80 of tcp:10.0.0.100:80 is down
! lb2 says: ldirectord old.cf: it does not answer
`);
  const problem = 'not told: lb2 runs another heartbeat';
  const silent = await status({ heartbeat: { ...HEARTBEAT, peer: { node: 'lb2', told: null, problem } } });
  expect(silent.code).toBe(0);
  expect(silent.stdout).toContain(`\nWhat lb2 says of itself: unknown (${problem})\n\nAll is well.\n`);
  const dead = await status({ heartbeat: { ...HEARTBEAT, peer: peerSays(true) } });
  // What it said when it lived is no trouble of now.
  expect([dead.code, dead.stdout]).toEqual([0, expect.stringContaining('(ha-suite 1): STALE\n')]);
});

const DEAD_LINK = [{ name: 'eth0', status: 'dead', heardAge: null }] as const;

test.each<[string, Sockets, number, readonly string[]]>([
  [
    'a dead node and its link',
    { heartbeat: withCluster({ nodes: [nodeNamed('lb2', { status: 'dead', links: DEAD_LINK })] }) },
    1,
    ['node lb2 is dead', 'link lb2:eth0 is dead'],
  ],
  [
    'monitors that say no',
    { heartbeat: withCluster({ nodes: [nodeNamed('lb2', { health: 'bad' })] }) },
    1,
    ['the monitors of lb2 say that it is not fit'],
  ],
  [
    'a group without an owner',
    { heartbeat: { ...HEARTBEAT, groups: [{ ...HEARTBEAT.groups[0], place: 'nowhere' }] } },
    1,
    ['the group of 10.0.0.100 is on no node'],
  ],
  [
    'a group with two',
    { heartbeat: { ...HEARTBEAT, groups: [{ ...HEARTBEAT.groups[0], place: 'both' }] } },
    1,
    ['the group of 10.0.0.100 is on both nodes'],
  ],
  [
    'a group on its way',
    {
      heartbeat: { ...withCluster({ holds: 'transition' }), groups: [{ ...HEARTBEAT.groups[0], place: 'nowhere' }] },
    },
    0,
    [],
  ],
  [
    'real servers that are down',
    { heartbeat: HEARTBEAT, 'www.cf': withReal({ state: 'down' }, 0) },
    1,
    ['tcp:10.0.0.100:80 has no server that is up', '192.168.0.1:80 of tcp:10.0.0.100:80 is down'],
  ],
  [
    'an answer of long ago',
    { heartbeat: { ...HEARTBEAT, written: NOW - 60_000 } },
    1,
    ['heartbeat has not answered for 60 s'],
  ],
  [
    'a daemon before its first step',
    { heartbeat: { ...HEARTBEAT, cluster: null } },
    1,
    ['heartbeat has not begun yet'],
  ],
  [
    'a daemon that hangs',
    { heartbeat: HEARTBEAT, 'www.cf': 'the daemon does not answer within 5 s' },
    1,
    ['ldirectord www.cf: the daemon does not answer within 5 s'],
  ],
  [
    'a heartbeat that was killed',
    { heartbeat: 'gone' },
    3,
    ['heartbeat: it does not run: it has ended without taking its socket away'],
  ],
  ['a socket that was left behind', { heartbeat: HEARTBEAT, 'www.cf': 'gone' }, 0, []],
  [
    'another version',
    { heartbeat: { ...HEARTBEAT, version: 2 } },
    3,
    ['heartbeat: it speaks another version of this format: restart it'],
  ],
  ['a refusal', { heartbeat: { version: 1, error: 'too many clients' } }, 3, ['heartbeat: too many clients']],
  ['nobody', {}, 3, ['heartbeat: no daemon of ha-suite runs here']],
])('%s', async (_, sockets, exit, troubles) => {
  const { stdout, code } = await status(sockets, '--json');
  const read = JSON.parse(stdout) as MachineStatus;
  expect([code, read.troubles]).toEqual([exit, troubles]);
  const text = (await status(sockets)).stdout;
  for (const trouble of troubles) expect(text).toContain(`\n! ${trouble}\n`);
  expect(text.endsWith('All is well.\n')).toBe(troubles.length === 0);
});

test('who may not look is told so', async () => {
  const { stdout, code } = await status('/run/x is only for root');
  expect([code, stdout]).toEqual([3, 'heartbeat: /run/x is only for root\n\n! heartbeat: /run/x is only for root\n']);
});

test('places in words', async () => {
  const nodes = [nodeNamed('lb1', { self: true, holds: 'all' }), nodeNamed('lb2', { status: 'dead', clockAhead: -90 })];
  const group = (node: string, place: string) => ({ ...HEARTBEAT.groups[0], node, place });
  const { stdout } = await status({
    heartbeat: {
      ...withCluster({ nodes, quiet: false }),
      groups: [group('lb2', 'here'), group('lb1', 'there'), group('lb2', 'there'), group('lb1', 'unknown')],
    },
  });
  expect(stdout).toContain('auto_failback on, resources are moving\n');
  expect(stdout).toContain('clock 90 s behind\n');
  expect(stdout).toMatch(/on lb1, in place of lb2 {2}prefers lb2 /);
  expect(stdout).toMatch(/on lb2, in place of lb1 {2}prefers lb1 /);
  expect(stdout).toMatch(/on lb2 {19}prefers lb2 /);
  expect(stdout).toMatch(/unknown {18}prefers lb1 /);
});
