/** The schedule: a fixed beat for each check, first ones at once, no overlap, no burst, no server waits for another. */
import fc from 'fast-check';
import { itemsOf } from '../../lib/ldirectord/heap.js';
import {
  due,
  EMPTY_SCHEDULE,
  nextWake,
  type Schedule,
  SLOT,
  scheduleFor,
  started,
} from '../../lib/ldirectord/schedule.js';
import { type Millis, millis } from '../../lib/time.js';

interface World {
  /** How long the check of an id takes. */
  readonly takes?: (id: string) => number;
  /** How much later than asked the timer of each wake-up fires. */
  readonly late?: (wake: number) => number;
}

interface Start {
  readonly id: string;
  readonly at: number;
}

/** Runs a schedule on virtual time from `from` until `until`: all starts, and the schedule then. */
const run = (schedule: Schedule, from: number, until: number, { takes = () => 5, late = () => 0 }: World = {}) => {
  const ends = new Map<string, number>();
  const starts: Start[] = [];
  let current = schedule;
  let now = from;
  for (let wake = 0; ; wake += 1) {
    const running = { has: (id: string) => (ends.get(id) ?? 0) > now };
    const step = due(current, running, millis(now));
    for (const id of step.start) {
      starts.push({ id, at: now });
      ends.set(id, now + takes(id));
    }
    current = step.schedule;
    const next = nextWake(current);
    if (next === undefined || next > until) return { starts, schedule: current };
    now = Math.max(now, next + late(wake));
  }
};

const simulate = (intervals: ReadonlyMap<string, Millis>, until: number, world?: World): readonly Start[] =>
  run(scheduleFor(intervals, EMPTY_SCHEDULE, millis(0)), 0, until, world).starts;

const startsOf = (starts: readonly Start[], id: string): readonly number[] =>
  starts.filter((start) => start.id === id).map(({ at }) => at);

const byId = (starts: readonly Start[]): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, number[]>();
  for (const { id, at } of starts) {
    const all = found.get(id);
    if (all === undefined) found.set(id, [at]);
    else all.push(at);
  }
  return found;
};

const gaps = (starts: readonly number[]): readonly number[] =>
  starts.slice(1).map((start, index) => start - (starts[index] ?? 0));

/** The most starts within any 100 ms; times are not whole numbers, and 99.99 is as good as 100. */
const busiest = (starts: readonly Start[]): number => {
  let most = 0;
  let first = 0;
  starts.forEach(({ at }, last) => {
    while ((starts[first]?.at ?? at) <= at - 99.9) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
};

/** Starts in 100 ms on the average. */
const meanOf = (intervals: ReadonlyMap<string, Millis>): number =>
  [...intervals.values()].reduce((sum, interval) => sum + 100 / interval, 0);

const many = (count: number, interval: number, prefix = 'r'): Map<string, Millis> =>
  new Map(Array.from({ length: count }, (_, index): [string, Millis] => [`${prefix}${index}`, millis(interval)]));

describe('schedule', () => {
  test('one check starts at once and then every interval', () => {
    expect(startsOf(simulate(many(1, 1000), 3500), 'r0')).toEqual([0, 1000, 2000, 3000]);
  });

  test('a hundred checks all start within a tenth of a second, later ones are spread over the interval', () => {
    const starts = simulate(many(100, 1000), 5000);
    expect(starts.slice(0, 100).every(({ at }) => at < 100)).toBe(true);
    const later = new Set([...byId(starts).values()].map((all) => (all[3] ?? Number.NaN) % 1000));
    expect(later.size).toBe(20);
  });

  test('a thousand checks have all started after one second, whatever the interval', () => {
    for (const interval of [1000, 10_000, 60_000])
      expect(new Set(simulate(many(1000, interval), 999).map(({ id }) => id)).size).toBe(1000);
  });

  test('ten thousand checks every ten seconds: never more than 200 in a tenth of a second, in the end never more than 100', () => {
    const starts = simulate(many(10_000, 10_000), 60_000);
    expect(busiest(starts)).toBeLessThanOrEqual(200);
    expect(busiest(starts.filter(({ at }) => at > 30_000))).toBeLessThanOrEqual(101);
    expect(new Set(starts.filter(({ at }) => at < 6500).map(({ id }) => id)).size).toBe(10_000);
  });

  test('a silent server skips its own beats and nobody else’s', () => {
    const starts = simulate(many(2, 1000), 8000, { takes: (id) => (id === 'r0' ? 2500 : 5) });
    const silent = startsOf(starts, 'r0');
    expect(silent.slice(0, 2)).toEqual([0, 2500]);
    expect(silent[2]).toBeGreaterThanOrEqual(5000);
    expect(startsOf(starts, 'r1')).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]);
  });

  test('after a pause of the machine each check starts once, then in time again', () => {
    let schedule = scheduleFor(many(1, 1000), EMPTY_SCHEDULE, millis(0));
    schedule = due(schedule, new Set(), millis(0)).schedule;
    const late = due(schedule, new Set(), millis(61_234));
    expect(late.start).toEqual(['r0']);
    expect(nextWake(late.schedule)).toBe(62_000);
  });

  test('after a pause of the machine, too, there is no burst', () => {
    const before = run(scheduleFor(many(5000, 10_000), EMPTY_SCHEDULE, millis(0)), 0, 30_000);
    const { starts } = run(before.schedule, 95_000, 120_000);
    expect(busiest(starts)).toBeLessThanOrEqual(100);
    expect(new Set(starts.filter(({ at }) => at < 101_000).map(({ id }) => id)).size).toBe(5000);
  });

  test('a reload keeps the beat of what is the same and starts what is new at once', () => {
    const { schedule } = run(scheduleFor(many(2, 1000), EMPTY_SCHEDULE, millis(0)), 0, 2000);
    const reloaded = scheduleFor(new Map([...many(2, 1000), ['new', millis(500)]]), schedule, millis(2100));
    expect(itemsOf(reloaded.beats)).toEqual(expect.arrayContaining([...itemsOf(schedule.beats)]));
    expect(due(reloaded, new Set(), millis(2100)).start).toEqual(['new']);
  });

  test('starts that take their time delay the next ones, so that those do not crowd', () => {
    const { schedule, start } = due(scheduleFor(many(200, 100), EMPTY_SCHEDULE, millis(0)), new Set(), millis(0));
    expect(start.length).toBeGreaterThan(50);
    expect(nextWake(schedule)).toBe(SLOT);
    expect(nextWake(started(schedule, millis(30)))).toBe(30 + SLOT);
    expect(due(started(schedule, millis(30)), new Set(), millis(30 + SLOT - 1)).start).toEqual([]);
  });

  test('a check that is gone is not started again', () => {
    const { schedule } = run(scheduleFor(many(3, 1000), EMPTY_SCHEDULE, millis(0)), 0, 2000);
    const { starts } = run(scheduleFor(many(2, 1000), schedule, millis(2100)), 2100, 5000);
    expect(new Set(starts.map(({ id }) => id))).toEqual(new Set(['r0', 'r1']));
  });

  const groups = fc.array(
    fc.record({ count: fc.integer({ min: 1, max: 900 }), interval: fc.integer({ min: 1, max: 12 }) }),
    { minLength: 1, maxLength: 4 },
  );
  const intervalsOf = (list: readonly { readonly count: number; readonly interval: number }[]) =>
    new Map(list.flatMap(({ count, interval }, group) => [...many(count, interval * 1000, `g${group}r`)]));

  test('property: nobody waits longer than its interval for the next start, nor is started in a hurry', () => {
    fc.assert(
      fc.property(groups, (list) => {
        const intervals = intervalsOf(list);
        const starts = byId(simulate(intervals, 30_000));
        expect(starts.size).toBe(intervals.size);
        let longest = 0;
        let shortest = 1;
        for (const [id, interval] of intervals) {
          const all = gaps(starts.get(id) ?? []);
          // What a start may have to wait while first and second round overlap.
          longest = Math.max(longest, ...all.map((gap) => gap - interval));
          shortest = Math.min(shortest, ...all.map((gap) => gap / interval));
        }
        expect(longest).toBeLessThanOrEqual(500);
        expect(shortest).toBeGreaterThanOrEqual(0.4);
      }),
      { numRuns: 10 },
    );
  });

  test('property: at no time more than twice the mean rate starts, or 1000 a second if that is more, however late the timers are', () => {
    const lateness = fc.array(fc.integer({ min: 0, max: SLOT - 1 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(groups, lateness, fc.integer({ min: 0, max: 3000 }), (list, late, pause) => {
        const intervals = intervalsOf(list);
        const starts = simulate(intervals, 25_000, {
          late: (wake) => (wake === 400 ? pause : (late[wake % late.length] ?? 0)),
        });
        expect(busiest(starts)).toBeLessThanOrEqual(Math.max(100, 2 * meanOf(intervals)));
      }),
      { numRuns: 12 },
    );
  });

  test('property: once in place, checks of one interval are spread evenly, also those that came with a reload', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 1, max: 10 }),
        (first, second, interval) => {
          const all = many(first + second, interval * 1000);
          const initial = many(first, interval * 1000);
          const before = run(scheduleFor(initial, EMPTY_SCHEDULE, millis(0)), 0, 23_000);
          const { starts } = run(scheduleFor(all, before.schedule, millis(23_010)), 23_010, 60_000);
          const settled = starts.filter(({ at }) => at > 23_000 + 3 * interval * 1000);
          expect(busiest(settled)).toBeLessThanOrEqual(1.5 * meanOf(all) + 4);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('property: checks of one server never overlap, however long they take', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ interval: fc.integer({ min: 50, max: 3000 }), takes: fc.integer({ min: 0, max: 6000 }) }),
          { minLength: 1, maxLength: 20 },
        ),
        (checks) => {
          const intervals = new Map(checks.map(({ interval }, index) => [`r${index}`, millis(interval)]));
          const takes = (id: string) => checks[Number(id.slice(1))]?.takes ?? 0;
          const starts = byId(simulate(intervals, 20_000, { takes }));
          for (const [id, interval] of intervals) {
            const [first, ...more] = starts.get(id) ?? [];
            expect(first).toBe(0);
            const all = gaps([0, ...more]);
            expect(Math.min(...all)).toBeGreaterThanOrEqual(takes(id));
            expect(Math.max(...all)).toBeLessThanOrEqual(takes(id) + interval + SLOT);
          }
        },
      ),
    );
  });
});
