/** When each check starts: a fixed beat for every check, spread over the interval, so that no server delays another. */
import { type Millis, millis } from '../time.js';
import { type Heap, heapOf, insert, itemsOf, merge, rest } from './heap.js';

/** The beat of one check. */
export interface Beat {
  readonly id: string;
  readonly interval: Millis;
  /** Monotonic time of the next start. */
  readonly nextAt: Millis;
  /** By how much the coming starts are drawn forward, one after the other, until the check is in its place. */
  readonly leads: readonly number[];
  /** Its place in the file, which decides between beats of the same instant. */
  readonly order: number;
}

export interface Schedule {
  readonly beats: Heap<Beat>;
  /** How many checks may start together. */
  readonly perSlot: number;
  /** No start before this time: the slot before has had its share. */
  readonly notBefore: Millis;
}

export const EMPTY_SCHEDULE: Schedule = { beats: undefined, perSlot: 0, notBefore: millis(0) };

/**
 * Starts are gathered: never less than this time lies between two of them. Ten checks together cost half as much as ten
 * wake-ups of an idle process.
 */
export const SLOT = 50;

/** So many starts in a slot, 1000 a second, are never too many: that many servers are looked at in the first second. */
export const ALWAYS_PER_SLOT = 50;

/** Otherwise the mean may be exceeded by this factor, at the start and after a pause. */
const HASTE = 1.9;

/** The part of the way to its place that a check makes with its second start; with the third one it is there. */
const FIRST_STEP = 0.45;

const STEADY: readonly number[] = [];

const before = (one: Beat, other: Beat): boolean =>
  one.nextAt === other.nextAt ? one.order < other.order : one.nextAt < other.nextAt;

const perSlotFor = (intervals: Iterable<Millis>): number => {
  let mean = 0;
  for (const interval of intervals) mean += SLOT / interval;
  return Math.max(ALWAYS_PER_SLOT, Math.floor(HASTE * mean));
};

const remainder = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;

interface Fresh {
  readonly id: string;
  readonly order: number;
  readonly at: number;
}

/**
 * The beats of checks of one interval that are new.
 *
 * Once the last of them has had its first start their places divide the interval evenly. A place is reached by coming
 * early twice, and never by more than 55 % of the interval: nobody waits longer than an interval, and the second starts
 * do not crowd either.
 */
const placed = (interval: Millis, fresh: readonly Fresh[]): readonly Beat[] => {
  const begin = fresh[0]?.at ?? 0;
  const took = (fresh.at(-1)?.at ?? 0) - begin;
  return fresh.map(({ id, order, at }, index): Beat => {
    const place = (interval * (index + 1)) / fresh.length;
    const lead = Math.round(remainder(at - begin - took - place, interval));
    const leads = lead === 0 ? STEADY : [lead * FIRST_STEP, lead * (1 - FIRST_STEP)];
    return { id, interval, nextAt: millis(at), leads, order };
  });
};

/**
 * The schedule for these checks (with their intervals, in order of the file).
 *
 * A check that was scheduled before keeps its beat; new ones start at once, as many at a time as is allowed.
 */
export const scheduleFor = (intervals: ReadonlyMap<string, Millis>, previous: Schedule, now: Millis): Schedule => {
  const known = new Map(itemsOf(previous.beats).map((beat) => [beat.id, beat]));
  const perSlot = perSlotFor(intervals.values());
  const beats: Beat[] = [];
  const fresh = new Map<Millis, Fresh[]>();
  let order = 0;
  let started = 0;
  for (const [id, interval] of intervals) {
    const kept = known.get(id);
    if (kept?.interval === interval) {
      beats.push(kept.order === order ? kept : { ...kept, order });
    } else {
      const group = fresh.get(interval) ?? [];
      fresh.set(interval, group);
      group.push({ id, order, at: now + Math.floor(started++ / perSlot) * SLOT });
    }
    order += 1;
  }
  for (const [interval, group] of fresh) beats.push(...placed(interval, group));
  return { beats: heapOf(beats, before), perSlot, notBefore: previous.notBefore };
};

/** The beat after `now`. */
const following = ({ id, interval, nextAt, leads, order }: Beat, now: Millis): Beat => {
  const first = nextAt + interval - (leads[0] ?? 0);
  // After a pause (a slow check, a suspended machine) the beat goes on in time; missed starts are not made up for.
  const missed = first > now ? 0 : Math.floor((now - first) / interval) + 1;
  return {
    id,
    interval,
    nextAt: millis(first + missed * interval),
    leads: leads.length > 1 ? leads.slice(1) : STEADY,
    order,
  };
};

/**
 * What is to be started at `now`, and the schedule afterwards.
 *
 * A check that still runs skips the beat: checks of one server never overlap. What is too much for one slot waits for
 * the next one, in the order of the beats.
 */
export const due = (
  schedule: Schedule,
  running: Pick<ReadonlySet<string>, 'has'>,
  now: Millis,
): { readonly schedule: Schedule; readonly start: readonly string[] } => {
  const { perSlot, notBefore } = schedule;
  let { beats } = schedule;
  if (now < notBefore || beats === undefined || beats.item.nextAt > now) return { schedule, start: [] };
  let later: Heap<Beat>;
  const start: string[] = [];
  while (beats !== undefined && beats.item.nextAt <= now && start.length < perSlot) {
    const { item }: { readonly item: Beat } = beats;
    beats = rest(beats, before);
    later = insert(later, following(item, now), before);
    if (!running.has(item.id)) start.push(item.id);
  }
  return { schedule: { beats: merge(beats, later, before), perSlot, notBefore: millis(now + SLOT) }, start };
};

/** The schedule once the starts of a slot are made, which may have taken a while: the next one comes a whole slot later. */
export const started = (schedule: Schedule, now: Millis): Schedule => ({ ...schedule, notBefore: millis(now + SLOT) });

/** When to look again; undefined: nothing is scheduled. */
export const nextWake = ({ beats, notBefore }: Schedule): Millis | undefined =>
  beats === undefined ? undefined : millis(Math.max(notBefore, beats.item.nextAt));
