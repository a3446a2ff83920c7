import fc from 'fast-check';
import {
  FAST_DEATH,
  initialPrograms,
  MAX_FAST_DEATHS,
  PATIENCE,
  type ProgramEffect,
  type ProgramEvent,
  type ProgramSpec,
  type ProgramsState,
  programsWakeAt,
  REST,
  stepPrograms,
} from '../../../lib/heartbeat/children/machine.js';
import { millis } from '../../../lib/time.js';

const spec = (command: string, kind: ProgramSpec['kind'] = 'respawn'): ProgramSpec => ({
  kind,
  command,
  uid: 103,
  gid: 106,
});

/** A machine with its clock, and a system that gives process numbers from 100 on. */
const world = (...specs: readonly ProgramSpec[]) => {
  let state: ProgramsState = initialPrograms(specs);
  let now = 0;
  let nextPid = 100;
  const pids = new Map<number, number>();
  const seen: ProgramEffect[] = [];
  const feed = (event: ProgramEvent): void => {
    const step = stepPrograms(state, event, millis(now));
    state = step.state;
    seen.push(...step.effects);
    for (const effect of step.effects) {
      if (effect.type !== 'start') continue;
      pids.set(effect.index, nextPid);
      feed({ type: 'started', index: effect.index, pid: nextPid++ });
    }
  };
  return {
    feed,
    state: () => state,
    pid: (index: number) => pids.get(index),
    drain: () => seen.splice(0),
    texts: () =>
      seen.splice(0).flatMap((effect) => (effect.type === 'log' ? [`${effect.priority}: ${effect.text}`] : [])),
    pass: (duration: number): void => {
      const end = now + duration;
      for (let due = programsWakeAt(state); due !== undefined && due <= end; due = programsWakeAt(state)) {
        now = due;
        feed({ type: 'wake' });
      }
      now = end;
    },
  };
};

test('a program is announced when communication is up, and again under its own process number', () => {
  const { feed, drain } = world(spec('/bin/a -x'));
  feed({ type: 'up' });
  expect(drain()).toEqual([
    { type: 'log', priority: 'info', text: 'Starting child client "/bin/a -x" (103,106)' },
    { type: 'start', index: 0 },
    { type: 'log', priority: 'info', text: 'Starting "/bin/a -x" as uid 103  gid 106 (pid 100)', pid: 100 },
  ]);
});

test.each([
  [{ code: 0 }, 'info: Managed /bin/a process 100 exited with return code 0.'],
  [{ code: 3 }, 'WARN: Managed /bin/a process 100 exited with return code 3.'],
  [
    { code: undefined, signal: 'SIGKILL' as const },
    'WARN: Managed /bin/a process 100 killed by signal 9 [SIGKILL - Kill, unblockable].',
  ],
])('ended with %j it is started again, after a pause because it did not live for 30 s', (how, said) => {
  const { feed, texts, pass } = world(spec('/bin/a'));
  feed({ type: 'up' });
  texts();
  feed({ type: 'ended', index: 0, ...how });
  expect(texts()).toEqual([
    said,
    'ERROR: Respawning client "/bin/a":',
    'info: Starting child client "/bin/a" (103,106)',
  ]);
  pass(REST - 1);
  expect(texts()).toEqual([]);
  pass(1);
  expect(texts()).toEqual(['info: Starting "/bin/a" as uid 103  gid 106 (pid 101)']);
});

test('who has lived for 30 s is started again at once, and its earlier fast deaths are forgotten', () => {
  const { feed, drain, pass, state } = world(spec('/bin/a'));
  feed({ type: 'up' });
  feed({ type: 'ended', index: 0, code: 1 });
  pass(REST + FAST_DEATH);
  drain();
  feed({ type: 'ended', index: 0, code: 1 });
  expect(drain().map(({ type }) => type)).toEqual(['log', 'log', 'log', 'start', 'log']);
  expect(state().programs[0]?.fastDeaths).toBe(0);
});

test('exit code 100 means never again', () => {
  const { feed, texts, pass } = world(spec('/bin/a'));
  feed({ type: 'up' });
  texts();
  feed({ type: 'ended', index: 0, code: 100 });
  pass(100_000);
  expect(texts()).toEqual(['WARN: Managed /bin/a process 100 exited with return code 100.']);
});

test('eleven starts that all die at once are enough', () => {
  const { feed, texts, pass } = world(spec('/bin/a'));
  feed({ type: 'up' });
  const said: string[] = [];
  for (let death = 0; death <= MAX_FAST_DEATHS; death++) {
    feed({ type: 'ended', index: 0, code: 1 });
    pass(REST);
    said.push(...texts());
  }
  expect(said.filter((text) => text.startsWith('info: Starting "'))).toHaveLength(11);
  expect(said.at(-1)).toBe('ERROR: Client /bin/a "respawning too fast"');
  pass(1_000_000);
  expect(texts()).toEqual([]);
});

test.each([
  ['a bad end', { code: 1 }, true],
  ['a signal', { code: undefined, signal: 'SIGSEGV' as const }, true],
  ['a good end', { code: 0 }, false],
])('failfast: %s', (_name, how, reboots) => {
  const { feed, drain } = world(spec('/bin/a', 'failfast'));
  feed({ type: 'up' });
  drain();
  feed({ type: 'ended', index: 0, ...how });
  const effects = drain();
  expect(effects.some(({ type }) => type === 'reboot')).toBe(reboots);
  expect(effects).toContainEqual(
    reboots ? { type: 'reboot', reason: '/bin/a' } : expect.objectContaining({ text: 'Respawning client "/bin/a":' }),
  );
});

test('a failfast program that ends because we stop reboots nothing', () => {
  const { feed, drain } = world(spec('/bin/a', 'failfast'));
  feed({ type: 'up' });
  feed({ type: 'stop' });
  feed({ type: 'ended', index: 0, code: undefined, signal: 'SIGTERM' });
  expect(drain().map(({ type }) => type)).not.toContain('reboot');
});

test('a program that the system cannot start is tried like one that dies, without a reboot', () => {
  const state = stepPrograms(initialPrograms([spec('/bin/a', 'failfast')]), { type: 'up' }, millis(0)).state;
  const { effects } = stepPrograms(state, { type: 'failed', index: 0, why: 'EACCES' }, millis(1));
  expect(effects[0]).toEqual({ type: 'log', priority: 'ERROR', text: 'Cannot start client /bin/a: EACCES' });
  expect(effects.map(({ type }) => type)).not.toContain('reboot');
});

test('stopping goes from the last line to the first, each after the one before has gone', () => {
  const { feed, drain, texts } = world(spec('/bin/a'), spec('/bin/b'), spec('/bin/c'));
  feed({ type: 'up' });
  feed({ type: 'ended', index: 1, code: 100 });
  texts();
  feed({ type: 'stop' });
  expect(drain()).toEqual([
    { type: 'log', priority: 'info', text: 'killing /bin/c process group 102 with signal 15' },
    { type: 'signal', pid: 102, signal: 'SIGTERM' },
  ]);
  feed({ type: 'ended', index: 2, code: undefined, signal: 'SIGTERM' });
  expect(drain()).toEqual([
    { type: 'log', priority: 'info', text: 'client [/bin/b] is not running.' },
    { type: 'log', priority: 'info', text: 'killing /bin/a process group 100 with signal 15' },
    { type: 'signal', pid: 100, signal: 'SIGTERM' },
  ]);
  feed({ type: 'ended', index: 0, code: 0 });
  expect(drain()).toEqual([{ type: 'gone' }]);
});

test('who does not heed SIGTERM is killed after ten seconds', () => {
  const { feed, drain, pass } = world(spec('/bin/a'));
  feed({ type: 'up' });
  feed({ type: 'stop' });
  drain();
  pass(PATIENCE - 1);
  expect(drain()).toEqual([]);
  pass(1);
  expect(drain()).toEqual([
    { type: 'log', priority: 'WARN', text: '/bin/a process group 100 does not end: killing it with signal 9' },
    { type: 'signal', pid: 100, signal: 'SIGKILL' },
  ]);
});

test('without programs, or before communication is up, there is nothing to stop', () => {
  for (const specs of [[], [spec('/bin/a')]]) {
    const { effects } = stepPrograms(initialPrograms(specs), { type: 'stop' }, millis(0));
    expect(effects).toEqual([{ type: 'gone' }]);
  }
});

describe('whatever happens', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('ended' as const), index: fc.nat(2), code: fc.constantFrom(0, 1, 100) }),
    fc.record({ kind: fc.constant('killed' as const), index: fc.nat(2) }),
    fc.record({ kind: fc.constant('pass' as const), time: fc.constantFrom(1, 500, 1000, 5000, 31_000) }),
    fc.constant({ kind: 'stop' as const }),
  );

  test('never two copies of a program, no more than eleven fast starts in a row, and every stop ends', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { feed, drain, pass, state } = world(spec('/bin/a'), spec('/bin/b', 'failfast'), spec('/bin/c'));
        const alive = new Set<number>();
        let gone = false;
        const note = (): void => {
          for (const effect of drain()) {
            if (effect.type === 'start') {
              expect(alive.has(effect.index)).toBe(false);
              expect(gone).toBe(false);
              alive.add(effect.index);
            }
            if (effect.type === 'gone') {
              expect(gone).toBe(false);
              gone = true;
            }
          }
        };
        const end = (index: number, how: { code: number | undefined; signal?: NodeJS.Signals }): void => {
          if (!alive.delete(index)) return;
          feed({ type: 'ended', index, ...how });
          note();
        };
        feed({ type: 'up' });
        note();
        for (const one of events) {
          if (one.kind === 'ended') end(one.index, { code: one.code });
          else if (one.kind === 'killed') end(one.index, { code: undefined, signal: 'SIGKILL' });
          else if (one.kind === 'stop') feed({ type: 'stop' });
          else pass(one.time);
          note();
          expect(state().programs.every(({ fastDeaths }) => fastDeaths <= MAX_FAST_DEATHS)).toBe(true);
        }
        feed({ type: 'stop' });
        note();
        for (const index of [2, 1, 0]) {
          pass(PATIENCE);
          end(index, { code: undefined, signal: 'SIGKILL' });
        }
        expect(gone).toBe(true);
        expect(alive.size).toBe(0);
        expect(programsWakeAt(state())).toBeUndefined();
      }),
    );
  });
});
