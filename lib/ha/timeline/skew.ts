/**
 * How far the clock of another machine is off, from messages between the two. Pure.
 *
 * What one machine sends, the other hears later: each message bounds the difference from one side, and messages in both
 * directions enclose it. Where clocks were set meanwhile, or two events were taken for one message wrongly, bounds
 * contradict each other: then the difference that most of them allow counts.
 */

/** A message by the clocks of its two ends, in milliseconds. */
export interface Sample {
  /** Who sent it. */
  readonly by: 'ours' | 'theirs';
  /** By the clock of the sender. */
  readonly sent: number;
  /** By the clock of the hearer. */
  readonly heard: number;
}

export interface Skew {
  /** What is added to their time to get ours, in milliseconds. */
  readonly add: number;
  /** The real difference is at most so far from it, if messages went both ways; null: they did not. */
  readonly error: number | null;
  /** How many messages allow it, of how many. */
  readonly agreeing: number;
  readonly samples: number;
}

/** The bound that a message sets: `add` is at most, or at least, that. */
const boundOf = ({ by, sent, heard }: Sample): number => (by === 'theirs' ? heard - sent : sent - heard);

/** The stretch between two neighbouring bounds that most messages allow. */
const bestStretch = (
  uppers: readonly number[],
  lowers: readonly number[],
): { readonly low: number; readonly high: number; readonly agreeing: number } => {
  const edges = [...new Set([...uppers, ...lowers])].toSorted((a, b) => a - b);
  const allowed = (at: number): number =>
    uppers.filter((upper) => at <= upper).length + lowers.filter((lower) => at >= lower).length;
  // Between two edges nothing changes, and at an edge both sides of it are allowed: it is enough to look at the edges.
  const counts = edges.map(allowed);
  const agreeing = Math.max(...counts);
  const first = counts.indexOf(agreeing);
  let last = first;
  while (counts[last + 1] === agreeing) last += 1;
  return { low: edges[first] ?? 0, high: edges[last] ?? 0, agreeing };
};

/** No message that was heard at once takes so long, in milliseconds. */
const PROMPT = 1000;

/**
 * Where the bounds are so far apart that one direction had no prompt message (a status that is heard when a node comes back
 * is an old one), the other direction is believed: that which has more messages at its bound, or else the smaller difference.
 */
const believed = (low: number, high: number, uppers: readonly number[], lowers: readonly number[]): number => {
  const near = (bounds: readonly number[], end: number): number =>
    bounds.filter((bound) => Math.abs(bound - end) <= PROMPT / 2).length;
  const [above, below] = [near(uppers, high), near(lowers, low)];
  if (above !== below) return above > below ? high : low;
  return Math.abs(high) <= Math.abs(low) ? high : low;
};

/**
 * The difference that these messages tell of; undefined without any. With messages in one direction only, the fastest
 * of them is taken to have needed no time, so that nothing is heard before it was sent.
 */
export const estimateSkew = (samples: readonly Sample[]): Skew | undefined => {
  if (samples.length === 0) return undefined;
  const uppers = samples.filter(({ by }) => by === 'theirs').map(boundOf);
  const lowers = samples.filter(({ by }) => by === 'ours').map(boundOf);
  if (uppers.length === 0 || lowers.length === 0) {
    const add = uppers.length === 0 ? Math.max(...lowers) : Math.min(...uppers);
    return { add, error: null, agreeing: samples.length, samples: samples.length };
  }
  const { low, high, agreeing } = bestStretch(uppers, lowers);
  const width = high - low;
  return width <= PROMPT
    ? { add: (low + high) / 2, error: width / 2, agreeing, samples: samples.length }
    : { add: believed(low, high, uppers, lowers), error: width, agreeing, samples: samples.length };
};
