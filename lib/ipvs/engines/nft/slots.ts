/** Divides new connections among destinations: which one gets which numbers of the scheduler (pure). */
import type { Destination, Service } from '../../model.js';

/** `numgen` counts connections, `hash` keeps what hashes alike together. */
export interface Schedule {
  /** The nftables expression that yields a number from 0 to the sum of all slots less 1. */
  readonly by: 'turn' | 'source' | 'source-port' | 'target';
  /** Number of slots. */
  readonly total: number;
  /** Inclusive ranges of slots, without gaps, in ascending order. */
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly destination: Destination }[];
}

/** Up to this many slots turns are interleaved; above, each destination gets its turns in one block. */
const INTERLEAVED = 1000;

/** numgen and jhash work with 32 bits. */
const MOST_SLOTS = 2 ** 31;

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** Weights divided by what they have in common, and made small enough for 32 bits. */
const reduce = (weights: readonly number[]): readonly number[] => {
  const divisor = weights.reduce(commonDivisor, 0);
  const reduced = weights.map((weight) => weight / divisor);
  const total = reduced.reduce((sum, weight) => sum + weight, 0);
  if (total <= MOST_SLOTS) return reduced;
  return reduced.map((weight) => Math.max(1, Math.floor((weight * (MOST_SLOTS / 2)) / total)));
};

/**
 * A sequence in which index i occurs weights[i] times, spread as evenly as it goes: at each step the one that is furthest
 * behind its share is next (smooth weighted round robin).
 */
const interleave = (weights: readonly number[]): readonly number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const credit = weights.map(() => 0);
  // Equal weights simply take turns.
  if (weights.every((weight) => weight === 1)) return weights.map((_, index) => index);
  return Array.from({ length: total }, () => {
    let next = 0;
    weights.forEach((weight, index) => {
      const now = (credit[index] ?? 0) + weight;
      credit[index] = now;
      if (now > (credit[next] ?? 0)) next = index;
    });
    credit[next] = (credit[next] ?? 0) - total;
    return next;
  });
};

/** [index, length] of each run of equal indices. */
const runs = (sequence: readonly number[]): readonly (readonly [number, number])[] =>
  sequence.reduce<[number, number][]>((found, index) => {
    const last = found.at(-1);
    if (last !== undefined && last[0] === index) last[1] += 1;
    else found.push([index, 1]);
    return found;
  }, []);

const divide = (
  destinations: readonly Destination[],
  weights: readonly number[],
  mixed: boolean,
): Pick<Schedule, 'total' | 'ranges'> => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const blocks =
    mixed && total <= INTERLEAVED
      ? runs(interleave(weights))
      : weights.map((weight, index): readonly [number, number] => [index, weight]);
  let from = 0;
  const ranges = blocks.flatMap(([index, length]) => {
    const destination = destinations[index];
    if (destination === undefined) return [];
    from += length;
    return [{ from: from - length, to: from - 1, destination }];
  });
  return { total, ranges };
};

/** What is done instead of a scheduler that cannot be had exactly here; undefined: nothing has to be said. */
export const approximationOf = (scheduler: string): string | undefined => {
  switch (scheduler) {
    case 'rr':
    case 'wrr':
    case 'sh':
    case 'mh':
    case 'dh':
    case 'fo':
      return undefined;
    case 'lc':
      return 'turns without counting connections, like rr';
    case 'ovf':
      return 'no overflow: all to the heaviest, like fo';
    default:
      return 'turns by weight without counting connections, like wrr';
  }
};

/** The destinations that new connections go to. */
export const scheduledBy = (service: Pick<Service, 'scheduler' | 'destinations'>): readonly Destination[] => {
  const eligible = service.destinations.filter((one) => one.weight > 0);
  if (service.scheduler !== 'fo' && service.scheduler !== 'ovf') return eligible;
  return eligible.length === 0 ? [] : [eligible.reduce((best, one) => (one.weight > best.weight ? one : best))];
};

/**
 * How a service hands out its new connections; undefined when no destination takes any (all have weight 0).
 *
 * Counting the connections of a destination inside a packet path is not possible with nftables, so the schedulers that
 * need it (lc, wlc, sed, nq, lblc, lblcr, ovf) become the weighted turns that they amount to when all connections last
 * equally long.
 */
export const scheduleOf = (service: Pick<Service, 'scheduler' | 'flags' | 'destinations'>): Schedule | undefined => {
  const eligible = scheduledBy(service);
  if (eligible.length === 0) return undefined;
  const weights = reduce(eligible.map((one) => one.weight));
  const turns = (of: readonly number[]): Schedule => ({ by: 'turn', ...divide(eligible, of, true) });
  const hash = (by: Schedule['by']): Schedule => ({ by, ...divide(eligible, weights, false) });
  switch (service.scheduler) {
    case 'rr':
    case 'lc':
    case 'fo':
    case 'ovf':
      return turns(eligible.map(() => 1));
    case 'sh':
    case 'mh':
      return hash(service.flags.some((flag) => flag.endsWith('-port')) ? 'source-port' : 'source');
    case 'dh':
      return hash('target');
    default:
      return turns(weights);
  }
};
