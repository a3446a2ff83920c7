/** Pseudo-random numbers whose state is an integer in the machine's own state, so that a run can be repeated. */

export interface Draw {
  /** At least 0 and below 1. */
  readonly value: number;
  /** The state for the next draw. */
  readonly next: number;
}

/** One step of a 32-bit counter-based generator (constants of the public-domain "mulberry32"). */
export const draw = (state: number): Draw => {
  const next = (state + 0x6d2b79f5) >>> 0;
  let mixed = next;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296, next };
};
