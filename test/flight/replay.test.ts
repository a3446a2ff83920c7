/** What really happened, once more: the same decisions; and whatever differs is found. */
import fc from 'fast-check';
import type { ClusterMachine } from '../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../lib/heartbeat/cluster/machine.js';
import type { ClusterState } from '../../lib/heartbeat/cluster/state.js';
import { Simulation } from '../../lib/rehearsal/simulation.js';
import { millis } from '../../lib/time.js';
import { type Act, apply, NODES, schedule } from '../support/fault-schedule.js';
import { recording, replayed, segmentOf } from '../support/recorded-life.js';

const weather = fc.record({
  seed: fc.integer(),
  loss: fc.constantFrom(0, 0.1, 0.2),
  duplication: fc.constantFrom(0, 0.2),
  jitter: fc.constantFrom(0, 50),
  autoFailback: fc.constantFrom('on' as const, 'off' as const, 'legacy' as const),
});

interface Conditions {
  readonly seed: number;
  readonly loss: number;
  readonly duplication: number;
  readonly jitter: number;
  readonly autoFailback: 'on' | 'off' | 'legacy';
}

/** A cluster in that weather, to which all of that happens; the recordings of both nodes, and what was done in all. */
const lived = (
  { seed, autoFailback, ...network }: Conditions,
  acts: readonly { readonly wait: number; readonly act: Act }[],
) => {
  const recordings = { lb1: recording(120, 40), lb2: recording(120, 40) };
  const simulation = new Simulation({
    ...{ seed, network, links: ['eth0', 'eth1'] },
    hosts: { lb1: recordings.lb1.host, lb2: recordings.lb2.host },
    settings: { keepalive: millis(200), warntime: millis(1500), autoFailback },
  });
  for (const name of NODES) simulation.start(name);
  simulation.run(15_000, () => {});
  for (const { act, wait } of acts) {
    apply(simulation, act, () => {});
    simulation.run(wait, () => {});
  }
  const effects = (node: string): number => simulation.effects.filter((one) => one.node === node).length;
  return { recordings, effects };
};

const QUIET: Conditions = { seed: 1, loss: 0, duplication: 0, jitter: 0, autoFailback: 'on' };
/** A death and a return, recorded by the other node. */
const { recordings: death } = lived(QUIET, [
  { wait: 8_000, act: { act: 'crash', node: 'lb1' } },
  { wait: 20_000, act: { act: 'start', node: 'lb1' } },
]);

test('whatever happens to two nodes, a replay decides every single thing as they did', () => {
  fc.assert(
    fc.property(weather, schedule, (conditions, acts) => {
      const { recordings, effects } = lived(conditions, acts);
      for (const node of NODES) {
        const runs = replayed(recordings[node].files());
        expect(runs.map(({ parting, gaps }) => [parting, gaps])).toEqual(runs.map(() => [undefined, []]));
        expect(runs.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(effects(node));
        expect(runs[0]?.states).toBeGreaterThan(2);
      }
    }),
    { numRuns: 8, seed: 20_261_128 },
  );
});

test('the story is that of the journal, and each life is told by itself', () => {
  const [only, ...others] = replayed(death.lb2.files());
  expect(others).toEqual([]);
  const told = only?.told ?? [];
  const dead = told.filter((event) => event.type === 'node' && event.to === 'dead');
  expect(dead).toMatchObject([{ name: 'lb1', from: 'active', decidedBy: 'deadtime of ha.cf', node: 'lb2' }]);
  expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1));
  expect(told.filter((event) => event.type === 'job').length).toBeGreaterThan(2);
  const lives = replayed(death.lb1.files());
  expect(lives.map(({ header }) => header.run)).toEqual([1, 2]);
});

test('a range tells what lies in it, and ends with it', () => {
  const files = death.lb2.files();
  const [whole] = replayed(files);
  const dead = whole?.told.find((event) => event.type === 'node' && event.to === 'dead');
  const range = { from: dead?.wall ?? 0, to: (dead?.wall ?? 0) + 1 };
  const [part] = replayed(files, clusterMachine, range);
  expect(part?.told).toContainEqual({ ...dead, seq: expect.any(Number) });
  expect(part?.told.every(({ wall }) => wall >= range.from && wall <= range.to)).toBe(true);
  expect(part?.to).toBeLessThanOrEqual(range.to);
});

/** The machine with one thing that it does differently. */
const changed = (
  change: (step: ReturnType<ClusterMachine<ClusterState>['step']>, kind: string) => typeof step,
): ClusterMachine<ClusterState> => ({
  ...clusterMachine,
  step: (state, event, now) => change(clusterMachine.step(state, event, now), event.type),
});

test('a machine that acquires nothing after a death is found out at that very step', () => {
  const lazy = changed((step) => ({
    ...step,
    effects: step.effects.filter(
      (effect) => !(effect.type === 'job' && effect.action === 'acquire' && effect.scope === 'foreign'),
    ),
  }));
  const [run] = replayed(death.lb2.files(), lazy);
  const { parting } = run ?? {};
  if (parting?.kind !== 'decision') throw new Error(`it is ${parting?.kind}`);
  expect(parting.recorded).toContainEqual(
    expect.objectContaining({ type: 'job', action: 'acquire', scope: 'foreign' }),
  );
  expect(parting.replayed).not.toContainEqual(expect.objectContaining({ type: 'job' }));
  expect(run?.told.at(-1)?.wall).toBe(parting.step.now.wall);
});

test('a machine that says something else in its heartbeat, though only that, is found out', () => {
  const chatty = changed((step) => ({
    ...step,
    effects: step.effects.map((effect) =>
      effect.type === 'send'
        ? { type: 'send', message: { fields: [...effect.message.fields, { type: 'string', name: 'x', value: '' }] } }
        : effect,
    ),
  }));
  expect(replayed(death.lb2.files(), chatty)[0]?.parting).toMatchObject({
    kind: 'decision',
    difference: { path: expect.stringMatching(/^\d+\.hash$/) },
  });
});

test('a machine that decides the same and remembers something else is found out by its state', () => {
  const forgetful = changed((step) => ({ ...step, state: { ...step.state, loadAverage: 'forgotten' } }));
  expect(replayed(death.lb2.files(), forgetful)[0]?.parting?.kind).toMatch(/^(mark|decision)$/);
  const late = (first: number): ClusterMachine<ClusterState> => {
    let count = 0;
    return changed((step) => {
      count += 1;
      return count < first ? step : { ...step, state: { ...step.state, counters: { odd: 1 } } };
    });
  };
  const segments = death.lb2.files().map(segmentOf);
  const first = segments[0]?.entries.filter(({ type }) => type === 'step').length ?? 0;
  // From the last step of the first file on, behind its last fingerprint.
  const withoutMarks = segments.map((segment) => ({
    ...segment,
    entries: segment.entries.filter(({ type }) => type === 'step'),
  }));
  expect(replayed(withoutMarks, late(first))[0]?.parting).toMatchObject({
    kind: 'state',
    difference: { path: 'counters.odd', recorded: undefined, replayed: 1 },
  });
});

test('a recording with one changed packet, one lost event or one changed decision is found out', () => {
  const segments = death.lb2.files().map(segmentOf);
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('drop', 'decision', 'instant'), (pick, how) => {
      const [file, ...rest] = segments;
      if (file === undefined) throw new Error('nothing was recorded');
      // Steps in which it sent something: a copy of a packet may be lost without any consequence.
      const steps = [...file.entries.entries()].filter(
        ([, entry]) =>
          entry.type === 'step' && entry.decided !== 'threw' && entry.decided.some(({ type }) => type === 'send'),
      );
      const [at, entry] = steps[pick % steps.length] ?? [];
      if (at === undefined || entry?.type !== 'step' || entry.decided === 'threw')
        throw new Error('it decided nothing');
      const mutants = {
        drop: [],
        decision: [{ ...entry, decided: [...entry.decided, { type: 'announce' as const }] }],
        instant: [{ ...entry, now: { ...entry.now, wall: millis(entry.now.wall - 3_600_000) } }],
      };
      const entries = file.entries.toSpliced(at, 1, ...mutants[how]);
      expect(replayed([{ ...file, entries }, ...rest])[0]?.parting).toBeDefined();
    }),
    { numRuns: 15, seed: 20_261_128 },
  );
});

test('where a file is missing, or says that something was lost, it goes on from the state in the next one', () => {
  const segments = death.lb2.files().map(segmentOf);
  expect(segments.length).toBeGreaterThan(3);
  const [missing] = replayed(segments.toSpliced(1, 1));
  expect([missing?.parting, missing?.gaps]).toEqual([undefined, ['what comes before file 2 is missing']]);
  const [gap] = replayed(
    segments.toSpliced(1, 1).map((segment, index) => ({ ...segment, header: { ...segment.header, gap: index === 1 } })),
  );
  expect([gap?.parting, gap?.gaps]).toEqual([
    undefined,
    ['before file 2 something was lost, because it could not be written'],
  ]);
});
