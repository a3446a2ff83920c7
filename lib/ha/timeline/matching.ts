/** Finds the events of two machines that are the two ends of one cluster message. Pure. */
import type { HaEvent } from '../../events/event.js';
import type { Sample } from './skew.js';

/** The machine that an event was seen on: heartbeat says its node name, ldirectord the name of the host. */
export const machineOf = (name: string): string => name.toLowerCase().replace(/\..*$/, '');

/** What was sent on one machine and heard on the other. */
export interface Heard {
  readonly sent: HaEvent;
  readonly heard: HaEvent;
}

/** A message as one event tells of it: what it said, and whether this machine said it or heard it. */
interface Word {
  readonly event: HaEvent;
  readonly said: string;
  readonly speaker: string;
}

/**
 * A node tells every change of its own status and of what it holds, and the words of a hand-over (heartbeat reference 6.5):
 * who hears `me` enters `other`, who hears `done` enters `done`.
 */
const wordOf = (event: HaEvent, here: string, there: string): Word | undefined => {
  if (event.program !== 'heartbeat') return undefined;
  switch (event.type) {
    case 'node':
    case 'holding':
      return { event, said: `${event.type} ${event.to}`, speaker: machineOf(event.name) };
    case 'standby':
      if (event.to === 'me' || event.to === 'other') {
        return { event, said: 'standby me', speaker: event.to === 'me' ? here : there };
      }
      if (event.to === 'done') return { event, said: 'standby done', speaker: event.from === 'me' ? here : there };
      return undefined;
    default:
      return undefined;
  }
};

interface Pair extends Heard {
  /** What the pair says must be added to their time, but for the time that the message took. */
  readonly add: number;
}

/** Messages take less, and clocks drift by less while a journal lasts, in milliseconds. */
const SPREAD = 10_000;
/** A great difference must be told by so many messages, one of more than an hour by more. */
const ENOUGH = 3;
const PLENTY = 5;
const HOUR = 3_600_000;
/** Of one word, only so many of the newest are compared with each other. */
const COMPARED = 200;

const pairsBetween = (
  ours: readonly HaEvent[],
  theirs: readonly HaEvent[],
  us: string,
  them: string,
): readonly Pair[] => {
  const words = [
    ...ours.flatMap((event) => wordOf(event, us, them) ?? []).map((word) => ({ ...word, side: us })),
    ...theirs.flatMap((event) => wordOf(event, them, us) ?? []).map((word) => ({ ...word, side: them })),
  ];
  const said = new Map<string, (typeof words)[number][]>();
  for (const word of words) {
    if (word.speaker !== us && word.speaker !== them) continue;
    const key = `${word.speaker} ${word.said}`;
    said.set(key, [...(said.get(key) ?? []), word].slice(-2 * COMPARED));
  }
  return [...said.values()].flatMap((group) => {
    const sent = group.filter(({ side, speaker }) => side === speaker);
    const heard = group.filter(({ side, speaker }) => side !== speaker);
    return heard.flatMap((hearing) =>
      sent.map((saying): Pair => {
        const later = hearing.event.wall - saying.event.wall;
        return { sent: saying.event, heard: hearing.event, add: saying.speaker === them ? later : -later };
      }),
    );
  });
};

const isEnough = (support: number, add: number): boolean => {
  const distance = Math.abs(add);
  return support >= (distance > HOUR ? PLENTY : distance > SPREAD ? ENOUGH : 1);
};

/** How many different messages a growing and shrinking stretch of pairs tells of. */
const createTally = () => {
  const counts = new Map<HaEvent, number>();
  return {
    add: ({ sent }: Pair): void => {
      counts.set(sent, (counts.get(sent) ?? 0) + 1);
    },
    remove: ({ sent }: Pair): void => {
      const left = (counts.get(sent) ?? 0) - 1;
      if (left > 0) counts.set(sent, left);
      else counts.delete(sent);
    },
    size: (): number => counts.size,
  };
};

/** The stretch of differences that most messages agree on; of equal ones that which is nearest to none. */
const agreed = (pairs: readonly Pair[]): readonly Pair[] => {
  const sorted = pairs.toSorted((a, b) => a.add - b.add);
  const tally = createTally();
  let best:
    | { readonly begin: number; readonly end: number; readonly support: number; readonly distance: number }
    | undefined;
  let end = 0;
  for (const [begin, first] of sorted.entries()) {
    for (let next = sorted[end]; next !== undefined && next.add <= first.add + SPREAD; next = sorted[end]) {
      tally.add(next);
      end += 1;
    }
    const support = tally.size();
    const distance = Math.abs(sorted[(begin + end) >> 1]?.add ?? first.add);
    const isBetter =
      best === undefined || support > best.support || (support === best.support && distance < best.distance);
    if (isBetter && isEnough(support, first.add)) best = { begin, end, support, distance };
    tally.remove(first);
  }
  return best === undefined ? [] : sorted.slice(best.begin, best.end);
};

/** The messages that both machines tell of, each event once, in the order of the hearers. */
export const matchMessages = (
  ours: readonly HaEvent[],
  theirs: readonly HaEvent[],
  us: string,
  them: string,
): readonly Heard[] => {
  const pairs = agreed(pairsBetween(ours, theirs, us, them));
  const middle = pairs.map(({ add }) => add).toSorted((a, b) => a - b)[Math.floor(pairs.length / 2)] ?? 0;
  const used = new Set<HaEvent>();
  // The most likely ones first.
  const chosen = pairs
    .toSorted((a, b) => Math.abs(a.add - middle) - Math.abs(b.add - middle))
    .filter(({ sent, heard }) => !used.has(sent) && !used.has(heard) && used.add(sent).add(heard) !== undefined);
  return chosen.map(({ sent, heard }) => ({ sent, heard })).toSorted((a, b) => a.heard.wall - b.heard.wall);
};

/** The same for {@link estimateSkew}; `them`: whose clock is to be estimated. */
export const sampleOf = ({ sent, heard }: Heard, them: string): Sample => ({
  by: machineOf(sent.node) === them ? 'theirs' : 'ours',
  sent: sent.wall,
  heard: heard.wall,
});
