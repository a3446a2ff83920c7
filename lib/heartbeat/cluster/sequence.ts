/** The sequence numbers heard from one peer: what arrived, what is missing, what came twice (heartbeat reference 4.3). */
import type { Millis } from '../../time.js';

/** A number that was skipped, and when to ask for it (again). */
export interface Missing {
  readonly seq: number;
  readonly askAt: Millis;
}

/** `missing` is in ascending order. */
export interface Sequence {
  readonly last: number | undefined;
  readonly missing: readonly Missing[];
}

/** Nothing known: the next number is accepted whatever it is. */
export const UNKNOWN: Sequence = { last: undefined, missing: [] };

/** A jump over more numbers than this is not worth repairing. */
const MAX_GAP = 250;
/** No more missing numbers than this are remembered per peer. */
const MAX_MISSING = 499;

/**
 * - `next`: in order. `gap`: accepted, with `lost` numbers skipped before it. `flood`: accepted, everything before it
 *   forgotten. `filled`: a missing one arrived; `complete` when it was the last.
 * - `duplicate`: the newest once more. `old`: neither newest nor missing.
 */
export type Arrival =
  | { readonly kind: 'next' | 'duplicate' | 'old' }
  | { readonly kind: 'gap' | 'flood'; readonly lost: number; readonly after: number }
  | { readonly kind: 'filled'; readonly complete: boolean };

export interface Arrived {
  readonly sequence: Sequence;
  readonly arrival: Arrival;
}

/** Enters one number. `askAt` is when a number found missing now shall first be asked for. */
export const arrive = (sequence: Sequence, seq: number, askAt: Millis): Arrived => {
  const { last, missing } = sequence;
  if (last === undefined || seq === last + 1) {
    return { sequence: { last: seq, missing }, arrival: { kind: 'next' } };
  }
  if (seq === last) return { sequence, arrival: { kind: 'duplicate' } };
  if (seq > last) {
    const lost = seq - last - 1;
    if (lost > MAX_GAP || missing.length + lost > MAX_MISSING) {
      return { sequence: { last: seq, missing: [] }, arrival: { kind: 'flood', lost, after: last } };
    }
    const skipped = Array.from({ length: lost }, (_, index) => ({ seq: last + 1 + index, askAt }));
    return {
      sequence: { last: seq, missing: [...missing, ...skipped] },
      arrival: { kind: 'gap', lost, after: last },
    };
  }
  if (!missing.some((one) => one.seq === seq)) return { sequence, arrival: { kind: 'old' } };
  const left = missing.filter((one) => one.seq !== seq);
  return { sequence: { last, missing: left }, arrival: { kind: 'filled', complete: left.length === 0 } };
};

/** Gives a number up, because its sender cannot send it again. */
export const forget = (sequence: Sequence, seq: number): Sequence => ({
  last: sequence.last,
  missing: sequence.missing.filter((one) => one.seq !== seq),
});
