/** When each check starts: a fixed beat for every identity, spread over the interval, so that no server delays another. */
import { type Millis, millis } from '../time.js';

/** The beat of one identity. */
export interface Beat {
  readonly interval: Millis;
  /** Monotonic time of the next start. */
  readonly nextAt: Millis;
  /** From the first start to the second; 0 once that is over. */
  readonly phase: Millis;
}

/** All beats by identity. */
export type Schedule = ReadonlyMap<string, Beat>;

/** Starts are gathered on this grid, so that a thousand checks do not mean a thousand wake-ups. */
const GRID = 10;

/** The first checks start at once, but not all in the same millisecond. */
const FIRST_SPACING = 0.5;

const onGrid = (time: number): Millis => millis(Math.floor(time / GRID) * GRID);

/**
 * The schedule for these identities (with their intervals, in order of the file).
 *
 * An identity that was scheduled before keeps its beat; a new one starts at once.
 */
export const scheduleFor = (intervals: ReadonlyMap<string, Millis>, previous: Schedule, now: Millis): Schedule => {
  const total = Math.max(1, intervals.size);
  let fresh = 0;
  return new Map(
    [...intervals].map(([identity, interval], index) => {
      const before = previous.get(identity);
      if (before?.interval === interval) return [identity, before];
      // The second starts are spread over the second half of the interval, and all later ones keep that place.
      const phase = onGrid(interval * (0.5 + (0.5 * (index + 1)) / total));
      const nextAt = before === undefined ? millis(now + onGrid(fresh++ * FIRST_SPACING)) : now;
      return [identity, { interval, nextAt, phase }];
    }),
  );
};

/** The beat after `now`. */
const following = ({ interval, nextAt, phase }: Beat, now: Millis): Beat => {
  const step = phase > 0 ? phase : interval;
  const first = nextAt + step;
  // After a pause (a slow check, a suspended machine) the beat goes on in time; missed starts are not made up for.
  const missed = first > now ? 0 : Math.floor((now - first) / interval) + 1;
  return { interval, nextAt: millis(first + missed * interval), phase: millis(0) };
};

/**
 * What is to be started at `now`, and the schedule afterwards.
 *
 * An identity whose last check still runs skips the beat: checks of one server never overlap.
 */
export const due = (
  schedule: Schedule,
  running: ReadonlySet<string>,
  now: Millis,
): { readonly schedule: Schedule; readonly start: readonly string[] } => {
  const ready = [...schedule].filter(([, beat]) => beat.nextAt <= now);
  if (ready.length === 0) return { schedule, start: [] };
  const next = new Map(schedule);
  for (const [identity, beat] of ready) next.set(identity, following(beat, now));
  return { schedule: next, start: ready.map(([identity]) => identity).filter((identity) => !running.has(identity)) };
};

/** When to look again; undefined: nothing is scheduled. */
export const nextWake = (schedule: Schedule): Millis | undefined => {
  let earliest: Millis | undefined;
  for (const { nextAt } of schedule.values()) if (earliest === undefined || nextAt < earliest) earliest = nextAt;
  return earliest;
};
