/**
 * Differences between what we would do and what the genuine program did: one that lasts longer than is to be expected is
 * told once, and once more when it is over; a shorter one never (pure).
 */
import { type Millis, millis, type Now } from '../time.js';

/** A difference that is there now. */
export interface OpenDifference<T> {
  /** What it is about; the same subject is the same difference, also while its content changes. */
  readonly subject: string;
  /** As it was seen last. */
  readonly what: T;
  /** When it was seen first. */
  readonly since: Now;
  /** Whether it has lasted long enough to be told. */
  readonly isTold: boolean;
}

/** A difference that was told and is over. */
export interface EndedDifference<T> extends Omit<OpenDifference<T>, 'isTold'> {
  readonly lasted: Millis;
}

/** What there is to say about all differences up to now. */
export interface Tally {
  /** How many were told. */
  readonly told: number;
  /** The longest of those that were told and are over. */
  readonly longestTold: Millis;
  /** How many have gone by in time, and the longest of them. */
  readonly passing: number;
  readonly longestPassing: Millis;
}

export interface Differences<T> {
  readonly open: ReadonlyMap<string, OpenDifference<T>>;
  readonly tally: Tally;
}

export const NO_TALLY: Tally = { told: 0, longestTold: millis(0), passing: 0, longestPassing: millis(0) };

/** The beginning: nothing has been compared yet. */
export const noDifferences = <T>(): Differences<T> => ({ open: new Map(), tally: NO_TALLY });

/** What a comparison has brought, to be told in this order: what is over, then what has lasted too long. */
export interface Observation<T> {
  readonly differences: Differences<T>;
  readonly ended: readonly EndedDifference<T>[];
  readonly begun: readonly OpenDifference<T>[];
}

const longer = (one: Millis, other: Millis): Millis => (one > other ? one : other);

const afterEnd = (tally: Tally, lasted: Millis, isTold: boolean): Tally =>
  isTold
    ? { ...tally, longestTold: longer(tally.longestTold, lasted) }
    : { ...tally, passing: tally.passing + 1, longestPassing: longer(tally.longestPassing, lasted) };

/**
 * Takes in one comparison.
 *
 * `found` holds every difference that is there now, by its subject. `toleranceOf` says how long one may last without being
 * told, as it is judged now: it is told with the first comparison after which it has lasted longer. A difference counts
 * from the comparison that saw it first to the first that did not see it any more; how it was in between nobody knows, so
 * comparisons have to come more often than the tolerance.
 */
export const observe = <T>(
  before: Differences<T>,
  found: ReadonlyMap<string, T>,
  toleranceOf: (what: T, subject: string) => Millis,
  now: Now,
): Observation<T> => {
  const open = new Map<string, OpenDifference<T>>();
  const ended: EndedDifference<T>[] = [];
  const begun: OpenDifference<T>[] = [];
  let { tally } = before;
  for (const { subject, what, since, isTold } of before.open.values()) {
    if (found.has(subject)) continue;
    const lasted = millis(now.mono - since.mono);
    tally = afterEnd(tally, lasted, isTold);
    if (isTold) ended.push({ subject, what, since, lasted });
  }
  for (const [subject, what] of found) {
    const known = before.open.get(subject);
    const since = known?.since ?? now;
    const wasTold = known?.isTold ?? false;
    const isTold = wasTold || now.mono - since.mono > toleranceOf(what, subject);
    const difference = { subject, what, since, isTold };
    open.set(subject, difference);
    if (isTold && !wasTold) begun.push(difference);
  }
  return { differences: { open, tally: { ...tally, told: tally.told + begun.length } }, ended, begun };
};

/**
 * Nothing could be compared for a while: differences that were not told begin anew, for nobody knows whether they lasted.
 * Those that were told stay until a comparison finds them over.
 */
export const interrupted = <T>({ open, tally }: Differences<T>): Differences<T> => ({
  open: new Map([...open].filter(([, { isTold }]) => isTold)),
  tally,
});
