/** The situations that `ha explain` is held to, each with what is asked. */
import type { Happening } from '../../../lib/events/event.js';
import { dead, deathOf, down, FILES, LINKS, live, real, type Situation, virtual } from './scenes.js';

const AUTO_FAILBACK = (mode: 'on' | 'off' | 'legacy'): Pick<Situation, 'files' | 'cluster'> => ({
  files: { '/etc/ha.d/ha.cf': (FILES['/etc/ha.d/ha.cf'] ?? '').replace('auto_failback off', `auto_failback ${mode}`) },
  cluster: { autoFailback: mode },
});
const TAKEN_OVER: Situation = {
  ...{ other: dead('lb1'), places: ['here', 'here'], since: { 'node lb1': 720, 'holding lb2': 720 } },
  events: deathOf('lb1', 720),
};
const BACK: Situation = { ...TAKEN_OVER, other: { holds: 'none' }, since: { 'node lb1': 180 } };
const job = (scope: string, cause: string): Happening => ({ type: 'job', step: 'begun', job: 9, scope, cause });
const HANDED_HERE: NonNullable<Situation['events']> = [
  [300, job('foreign', 'a hand-over was asked for')],
  [299, { type: 'holding', name: 'lb2', from: 'local', to: 'all' }],
];
/** One resource of this node could not be started. */
export const FAILED: NonNullable<Situation['events']> = [
  [
    60,
    {
      ...{ type: 'resource', resource: 'IPaddr2::10.0.0.200/24/eth0', action: 'start', outcome: 'failed' },
      ...{ duration: 80, cause: 'exit code 1', decidedBy: '/etc/ha.d/haresources:3' },
    },
  ],
];
const NOTE = {
  since: new Date(1_800_000_000_000 - 600_000).toISOString(),
  ...{ deadline: '2027-01-15T12:00:00.000Z', by: 'alice', reason: 'new disk' },
};
const WEB = '10.0.0.100:80';
const FALLBACK = { server: '127.0.0.1:80', method: 'gate', active: true };

export interface Asked {
  readonly title: string;
  readonly situation: Situation;
  readonly word: string;
}

const OF_HEARTBEAT: readonly Asked[] = [
  { title: 'an address on its preferred node, which is this one', situation: {}, word: '10.0.0.200' },
  { title: 'an address on its preferred node, which is the other one', situation: {}, word: '10.0.0.100' },
  {
    title: 'an address on its preferred node, and the other one is dead',
    situation: {
      other: dead('lb1'),
      places: ['nowhere', 'here'],
      since: { 'node lb1': 720 },
      events: deathOf('lb1', 720),
    },
    word: '10.0.0.200',
  },
  { title: 'an address in place of a dead node', situation: TAKEN_OVER, word: '10.0.0.100' },
  {
    title: 'an address in place of a dead node that comes back by itself',
    situation: { ...TAKEN_OVER, ...AUTO_FAILBACK('on') },
    word: '10.0.0.100',
  },
  {
    title: 'an address in place of a node on which heartbeat was stopped',
    situation: {
      ...TAKEN_OVER,
      events: [[730, { type: 'holding', name: 'lb1', from: 'local', to: 'none' }], ...deathOf('lb1', 720)],
    },
    word: '10.0.0.100',
  },
  { title: 'an address that stays although its node is back: auto_failback off', situation: BACK, word: '10.0.0.100' },
  {
    title: 'an address that stays although its node is back: auto_failback legacy',
    situation: { ...BACK, ...AUTO_FAILBACK('legacy') },
    word: '10.0.0.100',
  },
  {
    title: 'an address that waits to go back: auto_failback on',
    situation: { ...BACK, ...AUTO_FAILBACK('on') },
    word: '10.0.0.100',
  },
  {
    title: 'an address that was handed over, with auto_failback on',
    situation: { ...BACK, ...AUTO_FAILBACK('on'), events: HANDED_HERE },
    word: '10.0.0.100',
  },
  {
    title: 'an address that stays because the monitors of its node fail',
    situation: { ...BACK, other: { health: 'bad' } },
    word: '10.0.0.100',
  },
  {
    title: 'an address of this node that the other one has, because our monitor fails',
    situation: {
      places: ['there', 'there'],
      self: { health: 'bad' },
      cluster: { health: 'bad', failing: ['gateway'] },
    },
    word: '10.0.0.200',
  },
  {
    title: 'an address of this node that was handed to the other one',
    situation: {
      places: ['there', 'there'],
      events: [
        [240, job('local', 'a hand-over was asked for')],
        [239, { type: 'holding', name: 'lb1', from: 'local', to: 'all' }],
      ],
    },
    word: '10.0.0.200',
  },
  {
    title: 'an address while something moves',
    situation: { ...BACK, cluster: { jobs: 1, standby: 'me' } },
    word: '10.0.0.100',
  },
  {
    title: 'an address whose start has failed',
    situation: {
      other: dead('lb1'),
      places: ['nowhere', 'here'],
      events: [...deathOf('lb1', 720), ...FAILED],
    },
    word: '10.0.0.200',
  },
  {
    title: 'an address whose start has failed, on the other node',
    situation: { places: ['there', 'there'], events: FAILED },
    word: '10.0.0.200',
  },
  {
    title: 'an address on no node, both nodes well',
    situation: { places: ['nowhere', 'here'], other: { holds: 'none' } },
    word: '10.0.0.100',
  },
  {
    title: 'an address on no node while heartbeat is being stopped',
    situation: {
      ...{ places: ['nowhere', 'nowhere'], other: dead('lb1'), since: { 'node lb1': 720 } },
      events: [...deathOf('lb1', 720), [4, { type: 'daemon', change: 'stopping' }]],
    },
    word: '10.0.0.200',
  },
  {
    title: 'an address before initdead is over',
    situation: {
      ...{ places: ['unknown', 'unknown'], self: { status: 'up' }, other: { status: 'unknown', heardAge: null } },
      ...{ cluster: { communicationUp: false, status: 'up' }, heartbeat: { started: 1_800_000_000_000 - 7000 } },
    },
    word: '10.0.0.100',
  },
  {
    title: 'an address on both nodes',
    situation: { places: ['both', 'here'], events: deathOf('lb1', 90) },
    word: '10.0.0.100',
  },
  {
    title: 'an address when heartbeat does not run here, and was stopped',
    situation: {
      silent: 'stopped',
      events: [
        [400, { type: 'daemon', change: 'stopping' }],
        [398, { type: 'daemon', change: 'stopped' }],
      ],
    },
    word: '10.0.0.100',
  },
  {
    title: 'an address when heartbeat does not run here, and was killed',
    situation: { silent: 'stopped', events: deathOf('lb1', 600) },
    word: '10.0.0.100',
  },
  {
    title: 'an address when heartbeat does not answer',
    situation: { silent: 'no answer' },
    word: '10.0.0.100',
  },
  {
    title: 'an address when what heartbeat says is old',
    situation: { heartbeat: { written: 1_800_000_000_000 - 30_000 } },
    word: '10.0.0.100',
  },
  { title: 'a resource', situation: {}, word: 'ldirectord::ldirectord.cf' },
  { title: 'this node', situation: {}, word: 'lb2' },
  { title: 'the other node, active', situation: { since: { 'node lb1': 3000 } }, word: 'lb1' },
  { title: 'a node that is dead', situation: TAKEN_OVER, word: 'lb1' },
  { title: 'a node that is dead, with no journal', situation: { ...TAKEN_OVER, events: [] }, word: 'lb1' },
  {
    title: 'a node that is starting',
    situation: { places: ['here', 'here'], other: { status: 'up', holds: null } },
    word: 'lb1',
  },
  {
    title: 'a node that was never heard',
    situation: { places: ['here', 'here'], other: { status: 'init', heardAge: null } },
    word: 'lb1',
  },
  { title: 'a node with a dead link', situation: { other: { links: LINKS.halfDead } }, word: 'lb1' },
  { title: 'a ping node', situation: {}, word: '10.0.0.254' },
  {
    title: 'a ping node that is dead',
    situation: { ping: { status: 'dead', heardAge: 300_000 }, since: { 'node 10.0.0.254': 270 } },
    word: '10.0.0.254',
  },
];

const OF_LDIRECTORD: readonly Asked[] = [
  { title: 'an address of both daemons', situation: TAKEN_OVER, word: '10.0.0.100' },
  { title: 'an address that only ldirectord has', situation: {}, word: '10.0.0.150' },
  { title: 'a real server that is up', situation: {}, word: '192.168.0.1:80' },
  { title: 'a real server, called as the file calls it', situation: {}, word: 'web1' },
  {
    title: 'a real server that is down',
    situation: { live: live(virtual(WEB, [down('192.168.0.1:80'), real('192.168.0.2:80')])) },
    word: '192.168.0.1:80',
  },
  {
    title: 'a real server that fails, but not often enough yet',
    situation: {
      live: live(
        virtual(WEB, [
          { ...down('192.168.0.1:80', 'L7STATUS 503', '503 Busy'), state: 'up', failures: 2 },
          real('192.168.0.2:80'),
        ]),
      ),
    },
    word: '192.168.0.1:80',
  },
  {
    title: 'a real server that was not checked yet',
    situation: {
      live: live(virtual(WEB, [real('192.168.0.1:80', { state: 'unknown', lastCheck: null, since: null })])),
    },
    word: '192.168.0.1:80',
  },
  {
    title: 'a real server in maintenance',
    situation: { live: live(virtual(WEB, [real('192.168.0.1:80', { state: 'maintenance' }), real('192.168.0.2:80')])) },
    word: '192.168.0.1:80',
  },
  {
    title: 'a real server that is drained, with who did it and why',
    situation: {
      live: live(
        virtual(WEB, [real('192.168.0.1:80', { state: 'drained', maintenance: NOTE }), real('192.168.0.2:80')]),
      ),
    },
    word: 'web1',
  },
  {
    title: 'a real server that the engine refuses',
    situation: { live: live(virtual(WEB, [real('192.168.0.1:80', { refused: true }), real('192.168.0.2:80')])) },
    word: '192.168.0.1:80',
  },
  { title: 'a real server of weight 0', situation: {}, word: '192.168.0.2:443' },
  {
    title: 'a real server that two virtuals share',
    situation: {
      live: live(
        virtual(WEB, [real('192.168.0.1:80'), real('192.168.0.2:80')]),
        virtual('10.0.0.150:443', [down('192.168.0.2:80'), real('192.168.0.3:443')]),
      ),
    },
    word: '192.168.0.2:80',
  },
  { title: 'an address of two real servers', situation: {}, word: '192.168.0.2' },
  {
    title: 'a fallback that stands in',
    situation: {
      live: live(
        virtual(WEB, [down('192.168.0.1:80'), down('192.168.0.2:80', 'L4CON', 'connection refused')], {
          fallback: FALLBACK,
        }),
      ),
    },
    word: '127.0.0.1:80',
  },
  {
    title: 'a virtual with nothing up',
    situation: {
      live: live(
        virtual(WEB, [down('192.168.0.1:80'), down('192.168.0.2:80', 'L4CON', 'connection refused')], {
          fallback: FALLBACK,
        }),
      ),
    },
    word: WEB,
  },
  {
    title: 'a real server when ldirectord runs on the other node',
    situation: { live: null },
    word: '192.168.0.1:80',
  },
];

export const SITUATIONS: readonly Asked[] = [
  ...OF_HEARTBEAT.map((asked) => ({ ...asked, situation: { withoutDirector: true, ...asked.situation } })),
  ...OF_LDIRECTORD,
];
