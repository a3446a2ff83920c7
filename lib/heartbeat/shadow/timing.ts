/** Pairs what we decide with what the genuine daemon decides, and says who was first (pure). */
import { type Millis, millis, type Now } from '../../time.js';

export type Who = 'ours' | 'genuine';

/** Something that was decided, by one of the two. */
export interface Decision {
  /** The same decision of the other one has the same key. */
  readonly key: string;
  readonly who: Who;
  readonly at: Now;
  /** What was decided, and why as far as that is known. */
  readonly text: string;
}

/** Both have decided the same. */
export interface Agreement {
  readonly key: string;
  readonly ours: Decision;
  readonly genuine: Decision;
  /** By how much the genuine one was later; below zero: earlier. */
  readonly later: Millis;
}

/** Decisions that the other one has not taken (yet), in the order of time. */
export type Pending = readonly Decision[];

export interface Decided {
  readonly pending: Pending;
  readonly agreement: Agreement | undefined;
}

/** More is a program that has gone mad: the oldest are forgotten. */
const MOST_PENDING = 100;

/** Takes in a decision: it completes the oldest open one of the same key by the other, or waits for that. */
export const decide = (before: Pending, decision: Decision): Decided => {
  const other = before.find(({ key, who }) => key === decision.key && who !== decision.who);
  if (other === undefined) return { pending: [...before, decision].slice(-MOST_PENDING), agreement: undefined };
  const [ours, genuine] = decision.who === 'ours' ? [decision, other] : [other, decision];
  return {
    pending: before.filter((one) => one !== other),
    agreement: { key: decision.key, ours, genuine, later: millis(genuine.at.mono - ours.at.mono) },
  };
};

/** Takes out what has waited for longer than it may: one of the two decided so, and the other did not. */
export const expire = (
  before: Pending,
  toleranceOf: (decision: Decision) => Millis,
  now: Now,
): { readonly pending: Pending; readonly alone: readonly Decision[] } => {
  const isOver = (one: Decision): boolean => now.mono - one.at.mono > toleranceOf(one);
  return before.some(isOver)
    ? { pending: before.filter((one) => !isOver(one)), alone: before.filter(isOver) }
    : { pending: before, alone: [] };
};
