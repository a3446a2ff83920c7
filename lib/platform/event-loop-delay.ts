/** Measures how late the event loop itself is: the daemon must not blame a peer for its own sleep. */
import type { Millis } from '../time.js';
import { millis } from '../time.js';

/** How late the loop was since the last look, beyond what is normal; pure, so that it can be stepped in tests. */
export interface LatenessMeter {
  /** To be called by a timer every `period`, and before every event that is judged by time. */
  readonly look: (at: Millis) => Millis;
}

/**
 * A meter that expects to be looked at every `period` ms. `look` answers 0 while the gap stays below
 * `period + tolerance`, else by how much more than `period` the gap was; a gap is reported once.
 */
export const latenessMeter = (period: Millis, tolerance: Millis, start: Millis): LatenessMeter => {
  let last = start;
  return {
    look: (at) => {
      const late = at - last - period;
      last = at;
      return millis(late > tolerance ? late : 0);
    },
  };
};
