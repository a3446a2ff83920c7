/** The events of all machines in one order, on one clock. Pure. */
import type { HaEvent } from '../../events/event.js';
import { type Heard, machineOf, matchMessages, sampleOf } from './matching.js';
import { estimateSkew, type Skew } from './skew.js';

/** A machine, with how its clock differs from that of the first one. */
export interface Machine {
  readonly name: string;
  /** How far its clock is ahead, in milliseconds, at last; null: no message tells. The first machine is 0 ahead. */
  readonly ahead: number | null;
  /** The real difference is at most so far from it, in milliseconds; null: it is not known. */
  readonly error: number | null;
  /** How many messages tell of it. */
  readonly messages: number;
}

/** An event on the clock of the first machine. */
export interface Moment {
  readonly event: HaEvent;
  readonly machine: string;
  /** Wall-clock milliseconds of the first machine. */
  readonly at: number;
}

export interface Merged {
  /** The first one is that whose clock counts. */
  readonly machines: readonly Machine[];
  /** Nothing is heard before it was sent, and the events of one daemon stand as it told them. */
  readonly moments: readonly Moment[];
  readonly heard: readonly Heard[];
}

const lifeOf = ({ node, program, instance, run }: HaEvent): string =>
  [machineOf(node), program, instance, run].join(' ');

const byLife = (events: readonly HaEvent[]): ReadonlyMap<string, readonly HaEvent[]> => {
  const lives = new Map<string, Map<number, HaEvent>>();
  for (const event of events) {
    const key = lifeOf(event);
    const life = lives.get(key) ?? new Map<number, HaEvent>();
    // Of a journal that is given twice, everything counts once.
    if (!life.has(event.seq)) life.set(event.seq, event);
    lives.set(key, life);
  }
  return new Map([...lives].map(([key, life]) => [key, [...life.values()].toSorted((a, b) => a.seq - b.seq)]));
};

/** Of the messages of one stretch of time, so many must allow the same difference. */
const AGREEING = 0.9;

/** A stretch of their time in which their clock was not set: what is added to it to get ours. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly heard: readonly Heard[];
  readonly skew: Skew;
}

const stretchOf = (heard: readonly Heard[], them: string): Stretch | undefined => {
  const skew = estimateSkew(heard.map((one) => sampleOf(one, them)));
  const times = heard.map(({ sent, heard: hearing }) => (machineOf(sent.node) === them ? sent.wall : hearing.wall));
  const sorted = times.toSorted((a, b) => a - b);
  const [begin, end] = [sorted[0], sorted.at(-1)];
  return skew === undefined || begin === undefined || end === undefined ? undefined : { begin, end, heard, skew };
};

/**
 * Clocks are set when a machine starts, and else they hardly change: a life of their heartbeat has the difference of the one
 * before it, unless its messages contradict that.
 */
const stretchesOf = (heard: readonly Heard[], them: string): readonly Stretch[] => {
  const lives = new Map<string, Heard[]>();
  for (const one of heard) {
    const life = lifeOf(machineOf(one.sent.node) === them ? one.sent : one.heard);
    const some = lives.get(life) ?? [];
    some.push(one);
    lives.set(life, some);
  }
  const stretches: Stretch[] = [];
  for (const some of lives.values()) {
    const before = stretches.at(-1);
    const together = stretchOf([...(before?.heard ?? []), ...some], them);
    const isSame = together !== undefined && together.skew.agreeing >= AGREEING * together.skew.samples;
    if (isSame) stretches.pop();
    const next = isSame ? together : stretchOf(some, them);
    if (next !== undefined) stretches.push(next);
  }
  return stretches;
};

/** What is added to a time of theirs: what the stretch tells that it falls into, or the nearest one. */
const adder = (stretches: readonly Stretch[]): ((wall: number) => number) => {
  const distance = (wall: number, { begin, end }: Stretch): number => Math.max(0, begin - wall, wall - end);
  return (wall) => {
    let best: Stretch | undefined;
    for (const stretch of stretches)
      if (best === undefined || distance(wall, stretch) < distance(wall, best)) best = stretch;
    return best?.skew.add ?? 0;
  };
};

interface Queue {
  readonly events: readonly HaEvent[];
  next: number;
  /** The time of the last one that was taken. */
  last: number;
}

/** Takes the earliest event of all daemons, again and again; one that was heard waits for the one that says it. */
const inOrder = (
  lives: ReadonlyMap<string, readonly HaEvent[]>,
  timeOf: (event: HaEvent) => number,
  heard: readonly Heard[],
): readonly Moment[] => {
  const sentOf = new Map(heard.map(({ sent, heard: hearing }) => [hearing, sent]));
  const queues: Queue[] = [...lives.values()].map((events) => ({ events, next: 0, last: Number.NEGATIVE_INFINITY }));
  const taken = new Map<HaEvent, number>();
  const moments: Moment[] = [];
  for (;;) {
    let best:
      | { readonly queue: Queue; readonly event: HaEvent; readonly at: number; readonly waits: boolean }
      | undefined;
    for (const queue of queues) {
      const event = queue.events[queue.next];
      if (event === undefined) continue;
      const sent = sentOf.get(event);
      const waits = sent !== undefined && !taken.has(sent);
      const at = Math.max(timeOf(event), queue.last, (sent === undefined ? undefined : taken.get(sent)) ?? 0);
      // If all wait for each other, something was matched wrongly, and the earliest goes on.
      const isBetter = best === undefined || (best.waits && !waits) || (best.waits === waits && at < best.at);
      if (isBetter) best = { queue, event, at, waits };
    }
    if (best === undefined) return moments;
    const { queue, event, at } = best;
    queue.next += 1;
    queue.last = at;
    taken.set(event, at);
    moments.push({ event, machine: machineOf(event.node), at });
  }
};

/**
 * @param events of all machines, in any order; what is given twice counts once
 * @param own the machine whose clock counts; undefined: that of the first event
 */
export const merge = (events: readonly HaEvent[], own: string | undefined): Merged => {
  const lives = byLife(events);
  const names = [...new Set([...(own === undefined ? [] : [own]), ...events.map(({ node }) => machineOf(node))])];
  const [first = '', ...others] = names;
  const unique = [...lives.values()].flat();
  const seenOn = (name: string): readonly HaEvent[] => unique.filter(({ node }) => machineOf(node) === name);
  const ours = seenOn(first);
  const known = others.map((name) => {
    const heard = matchMessages(ours, seenOn(name), first, name);
    const stretches = stretchesOf(heard, name);
    return { name, heard, stretches, add: adder(stretches) };
  });
  const heard = known.flatMap((one) => one.heard);
  const timeOf = ({ node, wall }: HaEvent): number =>
    wall + (known.find(({ name }) => name === machineOf(node))?.add(wall) ?? 0);
  const machines = known.map(({ name, stretches }): Machine => {
    const newest = stretches.at(-1)?.skew;
    if (newest === undefined) return { name, ahead: null, error: null, messages: 0 };
    return { name, ahead: -newest.add + 0, error: newest.error, messages: newest.samples };
  });
  return {
    machines: first === '' ? [] : [{ name: first, ahead: 0, error: 0, messages: 0 }, ...machines],
    moments: inOrder(lives, timeOf, heard),
    heard,
  };
};
