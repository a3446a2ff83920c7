/** The schedule: a fixed beat for each check, first ones at once, no overlap, no server waits for another. */
import fc from 'fast-check';
import { due, nextWake, type Schedule, scheduleFor } from '../../lib/ldirectord/schedule.js';
import { type Millis, millis } from '../../lib/time.js';

/** Runs a schedule on virtual time; `duration` says how long the check of an identity takes. Returns all starts. */
const simulate = (
  intervals: ReadonlyMap<string, Millis>,
  duration: (identity: string) => number,
  until: number,
): Map<string, number[]> => {
  let schedule: Schedule = scheduleFor(intervals, new Map(), millis(0));
  const ends = new Map<string, number>();
  const starts = new Map<string, number[]>();
  for (;;) {
    const now = nextWake(schedule);
    if (now === undefined || now > until) return starts;
    const running = new Set([...ends].filter(([, end]) => end > now).map(([identity]) => identity));
    const step = due(schedule, running, now);
    for (const identity of step.start) {
      starts.set(identity, [...(starts.get(identity) ?? []), now]);
      ends.set(identity, now + duration(identity));
    }
    schedule = step.schedule;
  }
};

const many = (count: number, interval: number): Map<string, Millis> =>
  new Map(Array.from({ length: count }, (_, index): [string, Millis] => [`r${index}`, millis(interval)]));

describe('schedule', () => {
  test('one check starts at once and then every interval', () => {
    expect(simulate(many(1, 1000), () => 5, 3500).get('r0')).toEqual([0, 1000, 2000, 3000]);
  });

  test('a hundred checks all start within 50 ms, later ones are spread over the interval', () => {
    const starts = simulate(many(100, 1000), () => 5, 5000);
    const first = [...starts.values()].map(([at]) => at ?? Number.NaN);
    expect(Math.max(...first)).toBeLessThanOrEqual(50);
    const later = new Set([...starts.values()].map((all) => (all[3] ?? Number.NaN) % 1000));
    expect(later.size).toBeGreaterThanOrEqual(50);
  });

  test('a silent server skips its own beats and nobody else’s', () => {
    const starts = simulate(many(2, 1000), (identity) => (identity === 'r0' ? 2500 : 5), 8000);
    expect(starts.get('r0')).toEqual([0, 2750, 5750]);
    expect(starts.get('r1')).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]);
  });

  test('after a pause of the machine each check starts once, then in time again', () => {
    let schedule = scheduleFor(many(1, 1000), new Map(), millis(0));
    schedule = due(schedule, new Set(), millis(0)).schedule;
    const late = due(schedule, new Set(), millis(61_234));
    expect(late.start).toEqual(['r0']);
    expect(nextWake(late.schedule)).toBe(62_000);
  });

  test('a reload keeps the beat of what is the same and starts what is new at once', () => {
    let schedule = scheduleFor(many(2, 1000), new Map(), millis(0));
    for (let now = nextWake(schedule); now !== undefined && now <= 2000; now = nextWake(schedule))
      schedule = due(schedule, new Set(), now).schedule;
    const reloaded = scheduleFor(new Map([...many(2, 1000), ['new', millis(500)]]), schedule, millis(2100));
    expect(reloaded.get('r0')).toBe(schedule.get('r0'));
    expect(due(reloaded, new Set(), millis(2100)).start).toEqual(['new']);
  });

  test('property: the gap between two starts is at most the interval, or what the check itself took', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ interval: fc.integer({ min: 20, max: 3000 }), takes: fc.integer({ min: 0, max: 6000 }) }),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        (checks) => {
          const intervals = new Map(checks.map(({ interval }, index) => [`r${index}`, millis(interval)]));
          const takes = (identity: string) => checks[Number(identity.slice(1))]?.takes ?? 0;
          const starts = simulate(intervals, takes, 20_000);
          for (const [identity, interval] of intervals) {
            const all = starts.get(identity) ?? [];
            expect(all[0]).toBeLessThanOrEqual(10);
            all.slice(1).forEach((start, index) => {
              const gap = start - (all[index] ?? 0);
              expect(gap).toBeGreaterThanOrEqual(takes(identity));
              expect(gap).toBeLessThanOrEqual(takes(identity) + interval + 10);
            });
          }
        },
      ),
    );
  });
});
