/** Waits for a condition of the outside world. */
import { programSlowness } from './slowness.js';

/** A pause that is this much longer than it should be is time in which the machine stood still (milliseconds). */
const STANDSTILL = 200;

/**
 * Rejects with `what` when the condition does not hold within `limit` milliseconds; resolves with the time it took.
 *
 * The limit is that of a machine with nothing else to do: a loaded one gets more, and time in which it stood still is not
 * counted.
 */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit: number,
  interval = 20,
): Promise<number> => {
  const start = performance.now();
  let still = 0;
  while (!(await condition())) {
    const slowness = programSlowness();
    const asked = performance.now();
    const waited = asked - start - still;
    if (waited > limit * slowness) throw new Error(`did not happen within ${Math.round(waited)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, interval));
    const late = performance.now() - asked - interval;
    if (late > STANDSTILL) still += late;
  }
  return performance.now() - start;
};
