/** Whatever an authenticated peer, a script or the daemon says: the machine goes on, on time, and counts on. */
import fc from 'fast-check';
import type { ClusterEvent, ClusterSettings } from '../../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { type Field, type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';

const settings = (autoFailback: ClusterSettings['autoFailback'], seed: number): ClusterSettings => ({
  self: 'lb1',
  nodes: ['lb1', 'lb2'],
  pingNodes: ['gw'],
  links: ['eth0', 'eth1'],
  keepalive: millis(1000),
  deadtime: millis(5000),
  warntime: millis(3000),
  initdead: millis(10_000),
  deadping: millis(5000),
  autoFailback,
  hopfudge: 1,
  maxRexmitDelay: millis(250),
  uuid: new Uint8Array(16).fill(1),
  generation: 5,
  hasLocalGroups: true,
  hasForeignGroups: true,
  localKeys: ['a'],
  foreignKeys: ['b'],
  seed,
});

const odd = fc.constantFrom(
  '',
  '0',
  '1',
  '5',
  '6',
  'ff',
  'ffffffffffffffff',
  '-1',
  'zz',
  '1e9',
  '7fffffff',
  ' 1',
  'dead',
);
const words = fc.constantFrom('init', 'up', 'active', 'dead', 'banana', 'me', 'other', 'done', 'shutdown', 'mach_down');
const holds = fc.constantFrom('none', 'local', 'foreign', 'all', 'nothing', 'failback');
const value = fc.oneof(odd, words, holds, fc.string({ unit: 'binary', maxLength: 8 }));

const POOLS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  t: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom(
        'status',
        'NS_st',
        'NS_ackmsg',
        'NS_rexmit',
        'NS_nak_rexmit',
        'reqnodes',
        'repnodes',
        'starting',
        'resource',
        'ask_resources',
        'ip-request',
        'ip-request-resp',
        'shutdone',
        'hb_takeover',
        'stonith',
        'hbapi-clstat',
        'other',
      ),
    },
    { weight: 1, arbitrary: value },
  ),
  src: fc.constantFrom('lb1', 'lb2', 'lb2', 'lb2', 'gw', 'lb9', 'LB2', ''),
  seq: fc.oneof(
    fc.integer({ min: 1, max: 40 }).map((seq) => seq.toString(16)),
    odd,
  ),
  hg: fc.constantFrom('5', '6', '7', '0', 'zz', ''),
  ts: odd,
  st: words,
  dt: fc.oneof(fc.constantFrom('1388', '88b8', '0', '1', 'ffffffffff'), odd),
  protocol: fc.constantFrom('1', '', 'x'),
  dest: fc.constantFrom('lb1', 'lb2', 'lb9'),
  rsc_hold: holds,
  rtype: fc.constantFrom('full', 'half'),
  isstable: fc.constantFrom('0', '1', 'x'),
  info: words,
  firstseq: odd,
  lastseq: odd,
  ackseq: odd,
  nodelist: fc.constantFrom('lb1 lb2 ', 'lb9', ''),
  ipaddr: fc.constantFrom('a', 'b', 'c'),
  ok: fc.constantFrom('OK', 'no'),
  hasuite: odd,
  hs_phase: fc.constantFrom('init', 'starting', 'stable', 'leaving', 'left', 'x'),
  hs_hold: holds,
  hs_stable: odd,
  hs_standby: odd,
};

const field: fc.Arbitrary<Field> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .constantFrom(...Object.keys(POOLS))
      .chain((name) => (POOLS[name] ?? value).map((found): Field => ({ type: 'string', name, value: found }))),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('binary' as const),
      name: fc.constantFrom('srcuuid', 'destuuid', 't', 'seq'),
      value: fc.uint8Array({ maxLength: 20 }),
    }),
  },
);
const base: fc.Arbitrary<readonly Field[]> = fc
  .tuple(
    ...['t', 'src', 'seq', 'hg', 'ts'].map((name) =>
      (POOLS[name] ?? value).map((found): Field => ({ type: 'string', name, value: found })),
    ),
  )
  .map((fields) => fields);
const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(base, fc.array(field, { maxLength: 8 }))
      .map(([first, more]) => ({ fields: [...first, ...more] })),
  },
  { weight: 1, arbitrary: fc.array(field, { maxLength: 8 }).map((fields) => ({ fields })) },
);

const event: fc.Arbitrary<ClusterEvent> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('packet' as const),
      message: anyMessage,
      link: fc.constantFrom('eth0', 'eth1', 'gw', 'nowhere'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('submit' as const), message: anyMessage }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('jobDone' as const),
      job: fc.integer({ min: 0, max: 12 }),
      outcome: fc.constantFrom('done' as const, 'failed' as const),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ type: 'wake', loadAverage: 'n/a' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('stalled' as const),
      late: fc.integer({ min: -5, max: 100_000 }).map(millis),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'stop' } as const) },
);

/** A peer that lives: it beats, it is started up, and its numbers go on unless the message brings its own. */
const lived = fc.record({
  kin: fc.boolean(),
  up: fc.boolean(),
  beats: fc.boolean(),
  autoFailback: fc.constantFrom('on' as const, 'off' as const, 'legacy' as const),
  seed: fc.integer(),
});
/** Plain fields most of the time, so that the odd ones meet a machine that took the others seriously. */
const plausible = fc.record({ numbered: fc.integer({ min: 0, max: 9 }), message: anyMessage });

/** Well-formed words, from the peer or from a script here. */
const talk = fc.record({
  from: fc.constantFrom('peer' as const, 'peer' as const, 'script' as const),
  words: fc.oneof(
    fc.record({ t: fc.constant('ask_resources'), rsc_hold: holds, info: fc.constantFrom('me', 'other', 'done') }),
    fc.record({
      t: fc.constant('resource'),
      rsc_hold: holds,
      rtype: fc.constant('full'),
      isstable: fc.constantFrom('0', '1', '1'),
    }),
    fc.record({ t: fc.constant('hb_takeover'), rsc_hold: holds }),
    fc.record({ t: fc.constantFrom('starting', 'shutdone', 'reqnodes'), dest: fc.constant('lb1') }),
    fc.record({ t: fc.constant('ip-request'), ipaddr: fc.constantFrom('a', 'b') }),
  ),
});

/** Two words that belong together. */
const dance = fc.record({ leads: fc.boolean(), rsc_hold: fc.constantFrom('local', 'foreign', 'all') });

/** The peer starts anew. */
const rebirth = fc.constant({ newLife: true });

class Driver {
  mono = 1000;
  private jobs: number[] = [];
  private state;
  private lastSeq = 0;
  private peerSeq = 0;
  private peerLife = 5;
  readonly logged = new Set<string>();

  constructor(private readonly life: typeof lived extends fc.Arbitrary<infer T> ? T : never) {
    this.state = clusterMachine.create(settings(life.autoFailback, life.seed), this.now());
    this.step({ type: 'start', loadAverage: '0.1' });
    if (!life.up) return;
    this.beat('init');
    this.beat('up');
    this.fromPeer({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
    this.beat('active');
    this.fromPeer({ t: 'starting' });
    this.fromPeer({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  }

  private now() {
    return { mono: millis(this.mono), wall: millis(this.mono) };
  }

  step(next: ClusterEvent): void {
    const result = clusterMachine.step(this.state, next, this.now());
    this.state = result.state;
    expect(clusterMachine.wakeAt(this.state)).toBeGreaterThan(this.mono);
    clusterMachine.view(this.state);
    for (const effect of result.effects) {
      if (effect.type === 'job') this.jobs.push(effect.job);
      if (effect.type === 'log') this.logged.add(effect.text.replace(/[0-9]+/g, 'N'));
      if (effect.type !== 'send' || text(effect.message, 't')?.startsWith('NS_')) continue;
      // A number is new exactly once; what is sent again is an old number.
      const seq = Number.parseInt(text(effect.message, 'seq') ?? '', 16);
      expect(seq).toBeLessThanOrEqual(this.lastSeq + 1);
      this.lastSeq = Math.max(this.lastSeq, seq);
    }
  }

  /** A message of the peer; its number and generation are right unless it brings some. */
  fromPeer(fields: Readonly<Record<string, string>>, odd: readonly Field[] = []): void {
    this.peerSeq += 1;
    const plain = message({
      ...fields,
      src: 'lb2',
      seq: this.peerSeq.toString(16),
      hg: this.peerLife.toString(16),
      ts: '1',
    }).fields;
    const added = plain.filter((one) => !odd.some((other) => other.name === one.name));
    this.step({ type: 'packet', message: { fields: [...odd, ...added] }, link: 'eth0' });
  }

  startAnew(): void {
    this.peerLife += 1;
    this.peerSeq = 0;
    this.beat('init');
  }

  private beat(st: string): void {
    this.fromPeer({
      t: 'status',
      st,
      dt: '1388',
      protocol: '1',
      ...(this.life.kin ? { hasuite: '1', hs_phase: 'stable', hs_hold: 'local', hs_stable: '1', hs_standby: '0' } : {}),
    });
  }

  say(from: 'peer' | 'script', words: Readonly<Record<string, string>>): void {
    if (from === 'peer') this.fromPeer(words);
    else this.step({ type: 'submit', message: message(words) });
  }

  /** Lets time pass as a daemon on time would; whatever the peer does, the ping node answers. */
  pass(wait: number): void {
    const end = this.mono + wait;
    for (;;) {
      const wake = clusterMachine.wakeAt(this.state);
      if (wake > end) break;
      this.mono = wake;
      this.step({ type: 'wake', loadAverage: '0.2' });
      const done = this.jobs.shift();
      if (done !== undefined) this.step({ type: 'jobDone', job: done, outcome: done % 7 === 0 ? 'failed' : 'done' });
      this.step({ type: 'packet', message: message({ t: 'NS_st', st: 'ping', src: 'gw', ts: '1' }), link: 'gw' });
      if (this.life.beats) this.beat('active');
    }
    this.mono = end;
  }
}

/** Runs the fuzz, and tells what was logged in any of the runs. */
const shake = (parameters: fc.Parameters<unknown>): ReadonlySet<string> => {
  const logged = new Set<string>();
  fc.assert(
    fc.property(
      lived,
      fc.array(
        fc.tuple(
          fc.oneof(
            { weight: 2, arbitrary: plausible },
            { weight: 1, arbitrary: event },
            { weight: 4, arbitrary: talk },
            { weight: 5, arbitrary: dance },
            { weight: 1, arbitrary: rebirth },
          ),
          fc.oneof(
            { weight: 3, arbitrary: fc.constant(0) },
            { weight: 3, arbitrary: fc.integer({ min: 0, max: 7000 }) },
          ),
          fc.integer({ min: 0, max: 12 }),
        ),
        { maxLength: 40 },
      ),
      (life, events) => {
        const driver = new Driver(life);
        for (const [next, wait, late] of events) {
          // Now and then the daemon sleeps.
          if (late === 0) driver.mono += wait;
          else driver.pass(wait);
          if ('numbered' in next) {
            const own = ['src', 'seq', 'hg', 'ts'];
            const odd = next.message.fields.filter(({ name }) => next.numbered === 0 || !own.includes(name));
            driver.fromPeer({}, odd);
          } else if ('newLife' in next) driver.startAnew();
          else if ('leads' in next) {
            const { leads, rsc_hold } = next;
            driver.say(leads ? 'script' : 'peer', { t: 'ask_resources', rsc_hold, info: 'me' });
            driver.say('peer', { t: 'ask_resources', rsc_hold, info: leads ? 'other' : 'done' });
          } else if ('words' in next) driver.say(next.from, next.words);
          else driver.step(next);
        }
        for (const line of driver.logged) logged.add(line);
      },
    ),
    parameters,
  );
  return logged;
};

test('no message, no order of events and no delay breaks a step', () => {
  shake({ numRuns: 400 });
});

test('the fuzz reaches what it is meant to shake', () => {
  const logged = shake({ numRuns: 800, seed: 2 });
  for (const line of [
    "Local status now set to: 'active'",
    'node lbN: is dead',
    'Resources being acquired from lbN.',
    'Cluster node lbN returning after partition.',
    'Heartbeat restart on node lbN',
    'lbN wants to go standby [',
    'Local standby process completed [',
    'standby: acquire [',
    'Heartbeat shutdown in progress.',
    'Cancelling pending standby operation',
    "Received shutdown notice from 'lbN'.",
    'Both machines own',
    'N lost packet(s) for [lbN]',
  ])
    expect([line, [...logged].some((found) => found.startsWith(line))]).toEqual([line, true]);
});

test('an arbitrary message changes nothing before the start', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const now = { mono: millis(0), wall: millis(0) };
      const state = clusterMachine.create(settings('on', 1), now);
      const { effects } = clusterMachine.step(state, { type: 'packet', message, link: 'eth0' }, now);
      expect(effects).toEqual([]);
    }),
  );
});
