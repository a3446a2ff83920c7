/** `ha doctor`: every rule finds what it is for, and says nothing bad of what is well. */
import fc from 'fast-check';
import { examine } from '../../lib/doctor/examine.js';
import type { Readings, Symptom } from '../../lib/doctor/readings.js';
import { reportJson, reportText } from '../../lib/doctor/report.js';
import { heartbeatHeard, machineStatus } from '../../lib/ha/status/status.js';
import type { NodeSnapshot } from '../../lib/heartbeat/cluster/snapshot.js';
import type { GroupSnapshot, HeartbeatSnapshot } from '../../lib/heartbeat/snapshot.js';
import type { Destination, Table } from '../../lib/ipvs/model.js';
import type { LiveStatus, RealStatus, VirtualStatus } from '../../lib/ldirectord/live-status.js';
import type { AddressEntry } from '../../lib/platform/address-entry.js';

const NOW = 1_000_000_000;
const VIP = '10.0.0.100';

const entry = (device: string, address: string, more: Partial<AddressEntry> = {}): AddressEntry => ({
  ...{ device, address, family: address.includes(':') ? 'ipv6' : 'ipv4', prefix: 24 },
  ...{ secondary: false, tentative: false, duplicate: false },
  ...more,
});

const peer = (more: Partial<NodeSnapshot> = {}): NodeSnapshot => ({
  ...{ name: 'lb2', type: 'normal', self: false, status: 'active', kind: 'ha-suite', heardAge: 100, deadAfter: 2000 },
  ...{ links: [{ name: 'eth0', status: 'up', heardAge: 100 }], holds: 'none', health: null, clockAhead: 0 },
  ...more,
});

const group = (more: Partial<GroupSnapshot> = {}): GroupSnapshot => ({
  ...{
    node: 'lb1',
    resources: [`IPaddr2::${VIP}/24/eth0`, 'ldirectord::www.cf'],
    line: 'haresources:1',
    place: 'here',
  },
  ...more,
});

const heartbeatWith = (
  nodes: readonly NodeSnapshot[],
  groups: readonly GroupSnapshot[],
  more: Partial<HeartbeatSnapshot> = {},
  refused: Readonly<Record<string, number>> = {},
): HeartbeatSnapshot => ({
  ...{
    version: 1,
    program: 'heartbeat',
    node: 'lb1',
    pid: 7,
    started: NOW - 1000,
    written: NOW,
    since: {},
    late: null,
  },
  cluster: {
    ...{ self: 'lb1', status: 'active', communicationUp: true, holds: 'local', autoFailback: 'on', standby: 'not' },
    ...{ jobs: 0, quiet: true, health: null, failing: [], heldKeys: null, refused },
    nodes: [peer({ name: 'lb1', self: true, heardAge: 0 }), ...nodes],
    groups: { local: 'here', foreign: 'nowhere' },
  },
  groups,
  ...more,
});

const real = (server: string, more: Partial<RealStatus> = {}): RealStatus => ({
  ...{ server, state: 'up', since: null, weight: 1, method: 'masq', failures: 0, failureCount: 1, refused: false },
  ...{ check: 'connect', lastCheck: null, lastFailure: null, maintenance: null },
  ...more,
});

const virtual = (reals: readonly RealStatus[], more: Partial<VirtualStatus> = {}): VirtualStatus => ({
  ...{ id: `tcp:${VIP}:80`, service: `${VIP}:80`, protocol: 'tcp', scheduler: 'wlc', name: null, fallback: null },
  ...{ reals, up: reals.filter(({ state }) => state === 'up').length },
  ...more,
});

const live = (virtuals: readonly VirtualStatus[]): LiveStatus => {
  const time = new Date(NOW).toISOString();
  return {
    ...{
      version: 1,
      pid: 8,
      config: '/etc/ha.d/www.cf',
      status: 'running',
      started: time,
      loaded: time,
      written: time,
    },
    virtuals,
  };
};

const destination = (address: string, weight = 1): Destination => ({
  ...{ address, port: 80, method: 'masq', weight, upper: 0, lower: 0 },
});
const tableOf = (...destinations: readonly Destination[]): Table => ({
  services: [
    {
      key: { protocol: 'tcp', address: VIP, port: 80, family: 'ipv4' } as Table['services'][number]['key'],
      ...{ scheduler: 'wlc', flags: [], persistent: undefined, netmask: undefined, ops: false, destinations },
    },
  ],
});

interface Scene {
  readonly heartbeat?: unknown;
  readonly directors?: readonly LiveStatus[];
  readonly readings?: Partial<Readings>;
}

/** A pair that is well, with these changes. */
const readings = (scene: Scene = {}): Readings => {
  const {
    heartbeat = heartbeatWith([peer()], [group()]),
    directors = [live([virtual([real('192.168.0.1:80'), real('192.168.0.2:80', { state: 'down' })])])],
  } = scene;
  return {
    status: machineStatus(
      NOW,
      typeof heartbeat === 'string' ? { snapshot: null, problem: heartbeat } : heartbeatHeard(heartbeat, NOW),
      directors.map((snapshot) => ({ name: 'www.cf', heard: { snapshot, age: 0, stale: false } })),
    ),
    addresses: [
      entry('lo', '127.0.0.1'),
      entry('eth0', '10.0.0.1'),
      entry('eth0', VIP),
      entry('eth1', '192.168.0.254'),
    ],
    routes: [
      { device: 'eth0', network: '10.0.0.0', prefix: 24, direct: true, metric: 0 },
      { device: 'eth1', network: '192.168.0.0', prefix: 24, direct: true, metric: 0 },
      { device: 'eth0', network: '0.0.0.0', prefix: 0, direct: false, metric: 0 },
    ],
    settings: new Map([
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv6.conf.all.forwarding', '0'],
    ]),
    openArp: [],
    table: tableOf(destination('192.168.0.1'), destination('192.168.0.2', 0)),
    listeners: [],
    clockKept: true,
    spaces: [{ path: '/var/log', free: 10_000_000_000, size: 20_000_000_000 }],
    ...scene.readings,
  };
};

const codes = (scene: Scene, severity: Symptom['severity']): readonly string[] =>
  examine(readings(scene))
    .filter((symptom) => symptom.severity === severity)
    .map(({ code }) => code);

test('a pair that is well: only good news, one line for each', () => {
  const symptoms = examine(readings());
  expect(symptoms.filter(({ severity }) => severity !== 'good')).toEqual([]);
  expect(symptoms.map(({ code }) => code)).toEqual([
    ...['doctor/heartbeat', 'doctor/director', 'doctor/link', 'doctor/clock', 'doctor/clock-kept', 'doctor/address'],
    ...['doctor/entrance', 'doctor/forwarding', 'doctor/table', 'doctor/disk'],
  ]);
  const text = reportText(symptoms, false);
  expect(text).toContain('ok  lb2 is heard on eth0, last 0.1 s ago\n');
  expect(text.endsWith('\n\n0 bad, 0 doubtful, 10 good\n')).toBe(true);
});

const GATE = { method: 'gate' } as const;

test.each<[string, Scene, 'bad' | 'doubtful', string]>([
  ['no heartbeat', { heartbeat: 'no daemon of ha-suite runs here', directors: [] }, 'bad', 'doctor/no-heartbeat'],
  [
    'a dead node',
    {
      heartbeat: heartbeatWith(
        [peer({ status: 'dead', links: [{ name: 'eth0', status: 'dead', heardAge: 9000 }] })],
        [group()],
      ),
    },
    'bad',
    'doctor/node-dead',
  ],
  [
    'one of two links dead',
    {
      heartbeat: heartbeatWith(
        [
          peer({
            links: [
              { name: 'eth0', status: 'up', heardAge: 100 },
              { name: 'eth1', status: 'dead', heardAge: null },
            ],
          }),
        ],
        [group()],
      ),
    },
    'bad',
    'doctor/link-dead',
  ],
  [
    'a link that is nearly too late',
    { heartbeat: heartbeatWith([peer({ links: [{ name: 'eth0', status: 'up', heardAge: 1500 }] })], [group()]) },
    'doubtful',
    'doctor/link-late',
  ],
  [
    'a second machine with our name',
    { heartbeat: heartbeatWith([peer()], [group()], {}, { ownName: 3, oldNumber: 9 }) },
    'doubtful',
    'doctor/refused-ownName',
  ],
  [
    'a daemon that was late',
    { heartbeat: heartbeatWith([peer()], [group()], { late: { duration: 1500, at: NOW - 60_000 } }) },
    'doubtful',
    'doctor/late',
  ],
  [
    'clocks that differ',
    { heartbeat: heartbeatWith([peer({ clockAhead: -30 })], [group()]) },
    'doubtful',
    'doctor/clocks-differ',
  ],
  ['nothing keeps the clock', { readings: { clockKept: false } }, 'doubtful', 'doctor/clock-free'],
  [
    'a group on both nodes',
    { heartbeat: heartbeatWith([peer()], [group({ place: 'both' })]) },
    'bad',
    'doctor/group-both',
  ],
  [
    'an address that is missing',
    { readings: { addresses: [entry('eth1', '192.168.0.254')] } },
    'bad',
    'doctor/address-missing',
  ],
  [
    'an address that another has, too',
    { readings: { addresses: [entry('eth0', VIP, { duplicate: true })] } },
    'bad',
    'doctor/address-duplicate',
  ],
  [
    'an address that was left behind',
    { heartbeat: heartbeatWith([peer()], [group({ place: 'there' })]) },
    'bad',
    'doctor/address-left',
  ],
  [
    'a virtual service whose address is nowhere',
    {
      heartbeat: heartbeatWith([peer()], []),
      readings: { addresses: [entry('eth1', '192.168.0.254')] },
    },
    'bad',
    'doctor/no-entrance',
  ],
  [
    'no forwarding for masq',
    { readings: { settings: new Map([['net.ipv4.ip_forward', '0']]) } },
    'bad',
    'doctor/forwarding-off',
  ],
  [
    'gate behind a router',
    {
      directors: [live([virtual([real('172.16.0.1:80', GATE)])])],
      readings: { table: tableOf(destination('172.16.0.1')) },
    },
    'bad',
    'doctor/gate-behind-router',
  ],
  [
    'gate without a route',
    {
      directors: [live([virtual([real('192.168.0.1:80', GATE)])])],
      readings: { routes: [], table: tableOf(destination('192.168.0.1')) },
    },
    'bad',
    'doctor/gate-behind-router',
  ],
  [
    'an address on lo that neighbours hear of',
    { readings: { addresses: [entry('eth0', VIP), entry('lo', '10.0.0.7')], openArp: ['arp_ignore=0'] } },
    'doubtful',
    'doctor/arp-open',
  ],
  ['a table that cannot be read', { readings: { table: 'Permission denied' } }, 'bad', 'doctor/no-table'],
  ['a service that is missing', { readings: { table: { services: [] } } }, 'bad', 'doctor/service-missing'],
  [
    'a table that somebody has changed',
    { readings: { table: tableOf(destination('192.168.0.1'), destination('192.168.0.2')) } },
    'doubtful',
    'doctor/table-differs',
  ],
  [
    'a fallback where nobody listens',
    {
      directors: [
        live([
          virtual([real('192.168.0.1:80')], { fallback: { server: '127.0.0.1:80', method: 'masq', active: false } }),
        ]),
      ],
      readings: { table: tableOf(destination('192.168.0.1')) },
    },
    'doubtful',
    'doctor/fallback-silent',
  ],
  ['a full disk', { readings: { spaces: [{ path: '/var/log', free: 1000, size: 1e9 }] } }, 'bad', 'doctor/disk-full'],
  [
    'little room',
    { readings: { spaces: [{ path: '/run', free: 9_000_000, size: 1e9 }] } },
    'doubtful',
    'doctor/disk-scarce',
  ],
])('%s', (_, scene, severity, code) => {
  expect(codes(scene, severity)).toEqual([code]);
  expect(codes(scene, severity === 'bad' ? 'doubtful' : 'bad')).toEqual([]);
  const [symptom] = examine(readings(scene)).filter((one) => one.code === code);
  expect([symptom?.why, symptom?.fix]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
});

test('near misses', () => {
  const active = { server: '127.0.0.1:80', method: 'masq', active: true } as const;
  const none: Scene[] = [
    // A director that waits for the other node's group.
    {
      heartbeat: heartbeatWith([peer()], [group({ place: 'there' })]),
      readings: { addresses: [entry('eth1', '192.168.0.254')] },
    },
    { heartbeat: heartbeatWith([peer()], [group()], { late: { duration: 1500, at: NOW - 100_000_000 } }) },
    { heartbeat: heartbeatWith([peer()], [group()], {}, { oldNumber: 900 }) },
    { heartbeat: heartbeatWith([peer({ clockAhead: 1 })], [group()]) },
    // All are down, and the fallback stands in.
    {
      directors: [live([virtual([real('192.168.0.1:80', { state: 'down' })], { fallback: active })])],
      readings: { table: tableOf(destination('127.0.0.1')), listeners: [{ address: '::', port: 80 }] },
    },
    // Tunnels need neither.
    {
      directors: [live([virtual([real('172.16.0.1:80', { method: 'ipip' })])])],
      readings: { table: tableOf(destination('172.16.0.1')), settings: new Map([['net.ipv4.ip_forward', '0']]) },
    },
    // A real server that is drained gets nobody, and that is wanted.
    {
      directors: [live([virtual([real('192.168.0.1:80'), real('192.168.0.2:80', { state: 'drained' })])])],
    },
    { readings: { addresses: [entry('eth0', VIP), entry('lo', '10.0.0.7')] } },
  ];
  for (const scene of none) {
    const wrong = examine(readings(scene)).filter(({ severity }) => severity !== 'good');
    expect(wrong.map(({ message }) => message)).toEqual([]);
  }
});

test('the same cause is told once', () => {
  const reals = ['1', '2', '3'].map((number) => real(`192.168.0.${number}:80`));
  const scene: Scene = {
    directors: [live([virtual(reals)])],
    readings: {
      settings: new Map([['net.ipv4.ip_forward', '0']]),
      table: tableOf(...reals.map(({ server }) => destination(server.replace(/:80$/, '')))),
    },
  };
  expect(codes(scene, 'bad')).toEqual(['doctor/forwarding-off']);
});

test('for people and for machines', () => {
  const symptoms = examine(readings({ readings: { clockKept: false, table: { services: [] } } }));
  const text = reportText(symptoms, false);
  expect(text).toContain('!   tcp:10.0.0.100:80 is not in the table\n      why: clients get no answer.\n      fix: ');
  expect(text).toContain('\n?   neither chrony');
  expect(text.endsWith('\n1 bad, 1 doubtful, 8 good\n')).toBe(true);
  expect(reportText(symptoms, true)).toContain('\x1b[31m! \x1b[0m  tcp:');
  expect(JSON.parse(reportJson(symptoms))).toMatchObject({ version: 1, bad: 1, doubtful: 1, good: 8 });
});

test('whatever the servers are called, no rule throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.array(fc.string(), { maxLength: 3 }), (server, service, resources) => {
      const scene: Scene = {
        heartbeat: heartbeatWith([peer()], [group({ resources })]),
        directors: [live([virtual([real(server), real('x:1', GATE)], { service, id: service })])],
      };
      for (const { message } of examine(readings(scene))) expect(message).not.toBe('');
    }),
  );
});
