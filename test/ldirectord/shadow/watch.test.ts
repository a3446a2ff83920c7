/** What a shadow tells after looks at the table: told and over once, idle on the node that stands by, dropped virtuals. */
import fc from 'fast-check';
import type { Table } from '../../../lib/ipvs/model.js';
import { wantedService } from '../../../lib/ldirectord/plan.js';
import type { GenuineState } from '../../../lib/ldirectord/shadow/model.js';
import {
  cannotLook,
  looked,
  NO_WATCH,
  reconfigured,
  type Step,
  type Watch,
} from '../../../lib/ldirectord/shadow/watch.js';
import { millis } from '../../../lib/time.js';
import { virtual } from '../build.js';

const WEB = 'tcp:10.0.0.3:80';
const TOLERANCE = 6_000;
const EMPTY: Table = { services: [] };

const tableOf = (...weights: readonly number[]): Table => ({
  services: [
    {
      ...wantedService(virtual('10.0.0.3:80', [])),
      destinations: weights.map((weight, index) => ({
        ...{ address: `192.168.0.${index + 1}`, port: 80, method: 'masq' as const, weight, upper: 0, lower: 0 },
      })),
    },
  ],
});

const look = (watch: Watch, second: number, theirs: Table, ours: Table, genuine: GenuineState = 'running'): Step =>
  looked(watch, {
    ...{ configured: new Set([WEB]), genuine, theirs, ours },
    toleranceFor: () => millis(TOLERANCE),
    now: { mono: millis(second * 1_000), wall: millis(second * 1_000) },
  });

/** Looks each second; answers what was told, with the second. */
const film = (frames: readonly (readonly [Table, Table])[]) => {
  let watch = NO_WATCH;
  const told: string[] = [];
  for (const [second, [theirs, ours]] of frames.entries()) {
    const step = look(watch, second, theirs, ours);
    watch = step.watch;
    for (const { subject } of step.news.ended) told.push(`${second} over ${subject}`);
    for (const { subject } of step.news.begun) told.push(`${second} begun ${subject}`);
  }
  return { watch, told };
};

const repeat = <T>(times: number, value: T): readonly T[] => Array.from({ length: times }, () => value);

test('what passes in time is not told; what lasts is told once, and once more when it is over', () => {
  const [alike, apart] = [
    [tableOf(1), tableOf(1)],
    [tableOf(1), tableOf(0)],
  ] as const;
  const { told, watch } = film([...repeat(7, apart), alike, ...repeat(12, apart), ...repeat(3, alike)]);
  expect(told).toEqual([`15 begun ${WEB} 192.168.0.1:80`, `20 over ${WEB} 192.168.0.1:80`]);
  expect(watch.differences.tally).toEqual({ told: 1, longestTold: 12_000, passing: 1, longestPassing: 7_000 });
  expect(watch.counts).toMatchObject({ compared: 22_000, tableChanges: 0 });
  expect(watch.past).toMatchObject([{ subject: `${WEB} 192.168.0.1:80`, lasted: 12_000 }]);
});

test('changes of the true table are counted', () => {
  const { watch } = film([
    [tableOf(1, 1), EMPTY],
    [tableOf(1, 0), EMPTY],
    [tableOf(1), EMPTY],
  ]);
  expect(watch.counts.tableChanges).toBe(2);
});

test('on the node that stands by nothing is compared; that is said once, and once more when it is over', () => {
  const first = look(NO_WATCH, 0, EMPTY, tableOf(1), 'absent');
  expect(first.news.idle).toMatch(/no ldirectord runs/);
  const second = look(first.watch, 100, EMPTY, tableOf(1), 'absent');
  expect(second.news).toEqual({ ended: [], begun: [] });
  expect(second.watch.differences.open.size).toBe(0);
  const third = look(second.watch, 200, tableOf(1), tableOf(1));
  expect(third.news).toEqual({ resumed: true, ended: [], begun: [] });
  expect(third.watch.counts.compared).toBe(0);
});

test('a table that a killed genuine daemon has left behind is compared', () => {
  const { watch } = look(NO_WATCH, 0, tableOf(1), tableOf(0), 'absent');
  expect([...watch.differences.open.keys()]).toEqual([`${WEB} 192.168.0.1:80`]);
});

test('a table that cannot be read begins every difference anew that was not told', () => {
  const first = look(NO_WATCH, 0, tableOf(1), tableOf(0));
  const blind = cannotLook(first.watch, 'no ipvsadm');
  expect(blind.news.idle).toBe('no ipvsadm');
  expect(cannotLook(blind.watch, 'no ipvsadm').news.idle).toBeUndefined();
  expect(look(blind.watch, 7, tableOf(1), tableOf(0)).news.begun).toEqual([]);
});

test('a virtual that has left the configuration is looked at until the true table has lost it', () => {
  const gone = reconfigured(NO_WATCH, ['tcp:10.0.0.4:80', WEB], new Set([WEB]));
  expect([...gone.dropped]).toEqual(['tcp:10.0.0.4:80']);
  const other: Table = { services: [{ ...wantedService(virtual('10.0.0.4:80', [])), destinations: [] }] };
  const both: Table = { services: [...tableOf(1).services, ...other.services] };
  const kept = look(gone, 0, both, tableOf(1)).watch;
  expect([...kept.differences.open.keys()]).toEqual(['tcp:10.0.0.4:80']);
  const lost = look(kept, 1, tableOf(1), tableOf(1)).watch;
  expect([...lost.dropped]).toEqual([]);
  // Whoever adds it now owns it.
  expect(look(lost, 2, both, tableOf(1)).watch.differences.open.size).toBe(0);
});

test('property: whatever the tables do, each stretch longer than the tolerance is told exactly once', () => {
  const frames = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { maxLength: 40 });
  fc.assert(
    fc.property(frames, (weights) => {
      const { told } = film(weights.map(([theirs, ours]) => [tableOf(theirs), tableOf(ours)]));
      const apart = weights.map(([theirs, ours]) => (theirs === ours ? '.' : 'x')).join('');
      const stretches = apart.match(/x+/g) ?? [];
      const long = stretches.filter(({ length }) => (length - 1) * 1_000 > TOLERANCE).length;
      expect(told.filter((line) => line.includes('begun'))).toHaveLength(long);
      expect(told.filter((line) => line.includes('over'))).toHaveLength(long - (/x{8,}$/.test(apart) ? 1 : 0));
    }),
  );
});
