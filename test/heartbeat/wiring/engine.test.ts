import type {
  ClusterEffect,
  ClusterEvent,
  ClusterMachine,
  ClusterSettings,
} from '../../../lib/heartbeat/cluster/interface.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { createEngine, type Engine, timerAt, toleratedLateness } from '../../../lib/heartbeat/wiring/engine.js';
import { latenessMeter } from '../../../lib/platform/event-loop-delay.js';
import { type Millis, millis, seconds } from '../../../lib/time.js';

const settings: ClusterSettings = {
  self: 'lb1',
  nodes: ['lb1', 'lb2'],
  pingNodes: [],
  links: ['eth0'],
  keepalive: seconds(1),
  deadtime: seconds(5),
  warntime: seconds(3),
  initdead: seconds(10),
  deadping: seconds(5),
  autoFailback: 'on',
  hopfudge: 1,
  maxRexmitDelay: millis(250),
  uuid: new Uint8Array(16),
  generation: 1,
  hasLocalGroups: true,
  hasForeignGroups: true,
  seed: 1,
};

interface Seen {
  readonly events: readonly string[];
  readonly wake: Millis;
}

/** A machine that notes what it is told, and wants to be woken every second. */
const recorder = (answer: (event: ClusterEvent) => readonly ClusterEffect[]): ClusterMachine<Seen> => ({
  create: (_settings, now) => ({ events: [], wake: now.mono }),
  step: (state, event, now) => ({
    state: {
      events: [...state.events, event.type],
      wake: event.type === 'wake' ? millis(now.mono + 1000) : state.wake,
    },
    effects: answer(event),
  }),
  wakeAt: (state) => state.wake,
  view: (state) => ({
    nodes: state.events.map((name) => ({ name, type: 'normal', status: '', links: [] })),
    resources: 'none',
    communicationUp: false,
  }),
});

/** Virtual time with one pending timer, as the engine uses it. */
const virtual = () => {
  let mono = 0;
  const meter = latenessMeter(millis(100), millis(50), millis(0));
  let pending: { readonly at: number; readonly call: () => void } | undefined;
  return {
    clock: {
      now: () => ({ mono: millis(mono), wall: millis(mono) }),
      at: (instant: Millis, call: () => void) => {
        const mine = { at: instant, call };
        pending = mine;
        return () => {
          if (pending === mine) pending = undefined;
        };
      },
      loadAverage: () => 'n/a',
      lateness: (at: Millis) => meter.look(at),
    },
    /** Lets time pass with the regular look every 100 ms, as the daemon does it. */
    pass: (engine: Engine, duration: number): void => {
      const end = mono + duration;
      while (mono < end) {
        mono = Math.min(end, mono + 100);
        if (pending !== undefined && pending.at <= mono) {
          const { call } = pending;
          pending = undefined;
          call();
        }
        engine.look();
      }
    },
    /** The whole process sleeps. */
    sleep: (duration: number): void => {
      mono += duration;
    },
    fire: (): void => {
      const due = pending;
      pending = undefined;
      due?.call();
    },
  };
};

const eventsOf = (engine: Engine): string[] => engine.view().nodes.map(({ name }) => name);

test('the machine is woken at the instants it asks for', () => {
  const time = virtual();
  const engine = createEngine({
    machine: recorder(() => []),
    settings,
    clock: time.clock,
    perform: () => {},
    log: () => {},
  });
  engine.start();
  time.fire();
  time.pass(engine, 3000);
  expect(eventsOf(engine)).toEqual(['start', 'wake', 'wake', 'wake', 'wake']);
});

test('effects are performed in order, and what they cause comes after them', () => {
  const time = virtual();
  const performed: string[] = [];
  const engine: Engine = createEngine({
    machine: recorder((event) =>
      event.type === 'submit'
        ? [
            { type: 'job', job: 1, action: 'release', scope: 'all' },
            { type: 'log', priority: 'info', text: 'after the job was started' },
          ]
        : [{ type: 'log', priority: 'info', text: event.type }],
    ),
    settings,
    clock: time.clock,
    perform: (effect) => {
      performed.push(effect.type === 'log' ? effect.text : effect.type);
      if (effect.type === 'job') engine.dispatch({ type: 'jobDone', job: 1, outcome: 'done' });
    },
    log: () => {},
  });
  engine.dispatch({ type: 'submit', message: message({ t: 'x' }) });
  expect(performed).toEqual(['job', 'after the job was started', 'jobDone']);
});

test('after a sleep of the daemon the machine hears of it before anything else', () => {
  const time = virtual();
  const engine = createEngine({
    machine: recorder(() => []),
    settings,
    clock: time.clock,
    perform: () => {},
    log: () => {},
  });
  engine.start();
  time.fire();
  time.sleep(8000);
  time.fire();
  expect(eventsOf(engine)).toEqual(['start', 'wake', 'stalled', 'wake']);
});

test('an exception in the machine or in an effect costs that event or effect only', () => {
  const time = virtual();
  const said: string[] = [];
  const engine = createEngine({
    machine: recorder((event) => {
      if (event.type === 'stop') throw new Error('bug');
      return event.type === 'start' ? [{ type: 'announce' }, { type: 'communicationUp' }] : [];
    }),
    settings,
    clock: time.clock,
    perform: (effect) => {
      if (effect.type === 'announce') throw new Error('another');
      said.push(effect.type);
    },
    log: (priority, text) => said.push(`${priority} ${text.split('\n')[0]}`),
  });
  engine.start();
  engine.dispatch({ type: 'stop' });
  engine.dispatch({ type: 'submit', message: message({ t: 'x' }) });
  expect(said).toEqual([
    'CRIT internal error in effect announce: Error: another',
    'communicationUp',
    'CRIT internal error on event stop: Error: bug',
  ]);
  expect(eventsOf(engine)).toEqual(['start', 'submit']);
});

test('a recorder sees the state before the first step, and every step with its effects, also one that fails', () => {
  const time = virtual();
  const seen: unknown[] = [];
  const engine = createEngine({
    machine: recorder((event) => {
      if (event.type === 'stop') throw new Error('bug');
      return event.type === 'start' ? [{ type: 'announce' }] : [];
    }),
    settings,
    clock: time.clock,
    perform: ({ type }) => seen.push(`performed ${type}`),
    recorder: {
      begin: (state, { mono }) => seen.push(['begin', state.events, mono]),
      step: (event, { mono }, effects, after) => seen.push([event.type, mono, effects, after.events]),
    },
    log: () => {},
  });
  engine.start();
  time.sleep(20);
  engine.dispatch({ type: 'stop' });
  expect(seen).toEqual([
    ['begin', [], 0],
    ['start', 0, [{ type: 'announce' }], ['start']],
    'performed announce',
    ['stop', 20, undefined, ['start']],
  ]);
});

test('a halted engine does nothing any more', () => {
  const time = virtual();
  const performed: string[] = [];
  const engine: Engine = createEngine({
    machine: recorder(() => [{ type: 'exit', restart: false }, { type: 'announce' }]),
    settings,
    clock: time.clock,
    perform: (effect) => {
      performed.push(effect.type);
      engine.halt();
    },
    log: () => {},
  });
  engine.start();
  engine.dispatch({ type: 'stop' });
  expect(performed).toEqual(['exit']);
});

test('a timer never fires before its instant', async () => {
  const mono = (): Millis => millis(performance.now());
  const wanted = millis(mono() + 5.7);
  const fired = await new Promise<number>((resolve) => {
    timerAt(mono)(wanted, () => resolve(mono()));
  });
  expect(fired).toBeGreaterThanOrEqual(wanted);
});

test.each([
  [50, 50],
  [200, 100],
  [1000, 500],
  [10_000, 500],
])('with keepalive %d ms a lateness of %d ms is tolerated', (keepalive, tolerated) => {
  expect(toleratedLateness(millis(keepalive))).toBe(tolerated);
});
