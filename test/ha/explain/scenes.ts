/** Situations of a pair of directors for the tests of `ha explain`: what the daemons, the files and the journals say. */
import type { HaEvent, Happening, Program } from '../../../lib/events/event.js';
import type { World } from '../../../lib/ha/sub-command.js';
import type { ClusterSnapshot, LinkSnapshot, NodeSnapshot, Place } from '../../../lib/heartbeat/cluster/snapshot.js';
import type { HeartbeatSnapshot } from '../../../lib/heartbeat/snapshot.js';
import type { LiveStatus, RealStatus, VirtualStatus } from '../../../lib/ldirectord/live-status.js';
import { millis } from '../../../lib/time.js';
import { haIn, type Said } from '../../support/ha.js';

export const NOW = 1_800_000_000_000;
const seconds = (count: number): number => NOW - count * 1000;
const iso = (count: number): string => new Date(seconds(count)).toISOString();

export const FILES: Readonly<Record<string, string>> = {
  '/etc/ha.d/ha.cf': `logfacility local0
keepalive 200ms
deadtime 1
initdead 20
bcast eth0 eth1
auto_failback off
node lb1 lb2
ping 10.0.0.254
`,
  '/etc/ha.d/haresources': `# who has what
lb1 10.0.0.100 ldirectord::ldirectord.cf
lb2 IPaddr2::10.0.0.200/24/eth0
`,
  '/etc/ha.d/ldirectord.cf': `checkinterval = 5
maintenancedir = /etc/ha.d/maintenance

virtual = 10.0.0.100:80
    real = web1:80 gate 2
    real = 192.168.0.2:80 gate
    fallback = 127.0.0.1:80
    service = http
    checktype = negotiate
    failurecount = 3
    quiescent = no

virtual = 10.0.0.150:443
    real = 192.168.0.2:443 gate 0
    real = 192.168.0.3:443 gate
`,
  '/etc/ha.d/ha-suite.ini': `[monitor gateway]
command = ping -c 1 10.0.0.254
`,
  '/etc/hosts': '127.0.0.1 localhost\n192.168.0.1 web1\n',
};

const link = (name: string, status: LinkSnapshot['status'] = 'up'): LinkSnapshot => ({
  ...{ name, status },
  heardAge: status === 'up' ? 100 : 65_000,
});

export const node = (name: string, more: Partial<NodeSnapshot> = {}): NodeSnapshot => ({
  ...{ name, type: 'normal', self: false, status: 'active', kind: 'ha-suite', heardAge: 100, deadAfter: 1000 },
  ...{ links: [link('eth0'), link('eth1')], holds: 'local', health: null, clockAhead: 0 },
  ...more,
});

/** Dead for so many seconds. */
export const dead = (name: string, age = 720): Partial<NodeSnapshot> => ({
  ...{ name, status: 'dead', heardAge: age * 1000 + 1000, holds: 'none' },
  links: [link('eth0', 'dead'), link('eth1', 'dead')],
});

export const LINKS = { halfDead: [link('eth0', 'dead'), link('eth1')] };

export interface Situation {
  readonly self?: Partial<NodeSnapshot>;
  readonly other?: Partial<NodeSnapshot>;
  readonly ping?: Partial<NodeSnapshot>;
  readonly cluster?: Partial<ClusterSnapshot>;
  /** Where the groups of lb1 and lb2 are. */
  readonly places?: readonly [Place, Place];
  readonly since?: Readonly<Record<string, number>>;
  readonly heartbeat?: Partial<HeartbeatSnapshot>;
  /** Of heartbeat or ldirectord, so many seconds ago, in their order. */
  readonly events?: readonly (readonly [number, Happening, Program?])[];
  /** There is no ldirectord.cf, and no ldirectord. */
  readonly withoutDirector?: boolean;
  /** What ldirectord says; null: it does not run. */
  readonly live?: LiveStatus | null;
  /** What heartbeat answers instead of a snapshot. */
  readonly silent?: 'stopped' | 'no answer';
  readonly files?: Readonly<Record<string, string>>;
  /** The name of this node. */
  readonly name?: string;
}

export const real = (server: string, more: Partial<RealStatus> = {}): RealStatus => ({
  ...{ server, state: 'up', since: iso(600), weight: 1, method: 'gate', failures: 0, failureCount: 3, refused: false },
  check: 'negotiate http',
  lastCheck: { at: iso(2), durationMs: 4.2, result: 'up', cause: null },
  lastFailure: null,
  maintenance: null,
  ...more,
});

export const down = (server: string, cause = 'L4TOUT', text = 'connection timed out'): RealStatus =>
  real(server, {
    ...{ state: 'down', since: iso(180), failures: 3 },
    lastCheck: { at: iso(1), durationMs: 5000, result: 'down', cause },
    lastFailure: { at: iso(1), cause, text },
  });

export const virtual = (
  service: string,
  reals: readonly RealStatus[],
  more: Partial<VirtualStatus> = {},
): VirtualStatus => ({
  ...{ id: `tcp:${service}`, service, protocol: 'tcp', scheduler: 'wrr', name: null, reals, fallback: null },
  up: reals.filter(({ state }) => state === 'up').length,
  ...more,
});

export const live = (...virtuals: readonly VirtualStatus[]): LiveStatus => ({
  ...{ version: 1, pid: 42, config: '/etc/ha.d/ldirectord.cf', status: 'running', virtuals },
  ...{ started: iso(3600), loaded: iso(3600), written: iso(0) },
});

const WELL: LiveStatus = live(
  virtual('10.0.0.100:80', [real('192.168.0.1:80', { weight: 2 }), real('192.168.0.2:80')], {
    fallback: { server: '127.0.0.1:80', method: 'gate', active: false },
  }),
  virtual('10.0.0.150:443', [real('192.168.0.2:443', { weight: 0 }), real('192.168.0.3:443')]),
);

const snapshotOf = (situation: Situation): HeartbeatSnapshot => {
  const { name = 'lb2', self, other, ping, places = ['there', 'here'], since = {} } = situation;
  const [own, partner] = [
    node(name, { self: true, heardAge: 0, ...self }),
    node(name === 'lb1' ? 'lb2' : 'lb1', other),
  ];
  const pinged = node('10.0.0.254', {
    ...{ type: 'ping', status: 'ping', holds: null, deadAfter: 30_000, links: [link('10.0.0.254')] },
    ...ping,
  });
  const cluster: ClusterSnapshot = {
    ...{ self: name, status: own.status, communicationUp: true, holds: 'local', autoFailback: 'off', standby: 'not' },
    ...{ jobs: 0, quiet: true, health: own.health, failing: [], nodes: [partner, own, pinged] },
    ...{ groups: { local: 'here', foreign: 'there' }, heldKeys: null, refused: {} },
    ...situation.cluster,
  };
  return {
    ...{ version: 1, program: 'heartbeat', node: name, pid: 77, started: seconds(3600), written: NOW, cluster },
    groups: [
      {
        ...{ node: 'lb1', resources: ['10.0.0.100', 'ldirectord::ldirectord.cf'], place: places[0] },
        line: '/etc/ha.d/haresources:2',
      },
      {
        ...{ node: 'lb2', resources: ['IPaddr2::10.0.0.200/24/eth0'], place: places[1] },
        line: '/etc/ha.d/haresources:3',
      },
    ],
    since: Object.fromEntries(Object.entries(since).map(([key, age]) => [key, seconds(age)])),
    late: null,
    ...situation.heartbeat,
  };
};

/** The events of a situation as the journal has them. */
const eventsOf = ({ events = [], name = 'lb2' }: Situation): readonly HaEvent[] =>
  events.map(([age, happening, program = 'heartbeat'], index) => ({
    ...{ node: name, program, instance: program === 'heartbeat' ? '' : 'ldirectord', run: 1, seq: index + 1 },
    ...{ mono: millis(1e9 - age * 1000), wall: millis(seconds(age)) },
    ...happening,
  }));

const daemonsOf = (situation: Situation): World['daemons'] => {
  const { silent, withoutDirector = false, live: told = withoutDirector ? null : WELL } = situation;
  const answers = new Map<string, unknown>();
  if (silent === undefined) answers.set('hb', snapshotOf(situation));
  if (told !== null) answers.set('ld', told);
  return {
    list: () => [
      ...(silent === 'stopped' ? [] : [{ program: 'heartbeat', instance: '', socket: 'hb' } as const]),
      ...(told === null ? [] : [{ program: 'ldirectord', instance: 'ldirectord', socket: 'ld' } as const]),
    ],
    past: () => eventsOf(situation),
    ask: async (socket) => {
      const answer = answers.get(socket);
      return answer === undefined
        ? { kind: 'none', problem: 'the daemon does not answer within 5 s', isThere: true }
        : { kind: 'lines', lines: [JSON.stringify(answer)] };
    },
    follow: async () => undefined,
  };
};

const filesOf = ({ files, withoutDirector = false }: Situation): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ ...FILES, ...files }).filter(([path]) => !withoutDirector || !path.endsWith('/ldirectord.cf')),
  );

/** What `ha explain WORDS` says there. */
export const explainIn = (situation: Situation, ...words: readonly string[]): Promise<Said> =>
  haIn(filesOf(situation), ['explain', ...words], {
    daemons: daemonsOf(situation),
    wall: () => NOW,
  });

/** A death that was noticed, with what it leads to on the survivor. */
export const deathOf = (name: string, age: number): NonNullable<Situation['events']> => [
  [
    age,
    {
      ...{ type: 'node', name, from: 'active', to: 'dead', cause: 'nothing heard for 1023 ms' },
      decidedBy: '/etc/ha.d/ha.cf:3 (deadtime)',
    },
  ],
  [age, { type: 'holding', name, from: 'local', to: 'none' }],
  [age, { type: 'holding', name: name === 'lb1' ? 'lb2' : 'lb1', from: 'local', to: 'all' }],
  [age, { type: 'job', step: 'begun', job: 7, scope: 'foreign', cause: `${name} is dead` }],
];
