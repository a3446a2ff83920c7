/** The wait of `ha drain --wait`: from what the table shows to what is said of it, until the server can be stopped. */
import type { Load } from '../../ipvs/grammar/listing.js';
import type { Millis } from '../../time.js';
import type { Member } from '../director.js';
import { loadsByPlace, placeKey } from '../loads.js';

/** What the table holds of a server, over all its places. */
export interface Seen {
  readonly active: number;
  /** Connections that are ending, and all of udp. */
  readonly inactive: number;
  /** The largest of its weights; 0 also when it is not there. */
  readonly weight: number;
}

/** One look at the table; `problem`: why it could not be read. */
export type Look = Seen | { readonly problem: string };

/** `blind`: the table cannot be read. `late`: the deadline has passed. */
export type End = 'safe' | 'late' | 'blind';

export interface Countdown {
  /** What was said last. */
  readonly said: string;
  readonly seen: Seen | undefined;
  /** Looks in a row that failed. */
  readonly misses: number;
}

export interface Step {
  readonly countdown: Countdown;
  /** Something new to be said. */
  readonly line: string | undefined;
  readonly end: End | undefined;
}

export const BEGINNING: Countdown = { said: '', seen: undefined, misses: 0 };

/** A table that could be read once is given a while: an ipvsadm may be late on a machine that is busy. */
const MOST_MISSES = 10;

/** Adds up what the table shows of these members; places that several share count once. */
export const seenOf = (loads: readonly Load[], members: readonly Member[]): Seen => {
  const byPlace = loadsByPlace(loads);
  return [...new Set(members.map(placeKey))]
    .flatMap((key) => byPlace.get(key) ?? [])
    .reduce(
      (sum, { active, inactive, destination }) => ({
        active: sum.active + active,
        inactive: sum.inactive + inactive,
        weight: Math.max(sum.weight, destination.weight),
      }),
      { active: 0, inactive: 0, weight: 0 },
    );
};

/** `1 active connection`. */
export const connectionsText = (active: number): string => `${active} active connection${active === 1 ? '' : 's'}`;

const seenText = ({ active, weight }: Seen): string =>
  weight > 0
    ? `${connectionsText(active)}, and new ones: ldirectord has not set its weight of ${weight} to 0 yet`
    : connectionsText(active);

/** Takes in one look, `elapsed` after the beginning. `deadline`: how long at most; undefined: for ever. */
export const stepCountdown = (
  { said, seen, misses }: Countdown,
  look: Look,
  elapsed: Millis,
  deadline: Millis | undefined,
): Step => {
  const isLate = deadline !== undefined && elapsed >= deadline;
  const step = (countdown: Omit<Countdown, 'said'>, text: string, end: End | undefined): Step => ({
    countdown: { ...countdown, said: text },
    line: text === said ? undefined : text,
    end,
  });
  if ('problem' in look) {
    const countdown = { seen, misses: misses + 1 };
    const isHopeless = seen === undefined || countdown.misses >= MOST_MISSES;
    return step(countdown, look.problem, isHopeless ? 'blind' : isLate ? 'late' : undefined);
  }
  const isSafe = look.active === 0 && look.weight === 0;
  return step({ seen: look, misses: 0 }, seenText(look), isSafe ? 'safe' : isLate ? 'late' : undefined);
};
