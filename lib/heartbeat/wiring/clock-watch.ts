/** Tells when somebody has set the wall clock back (heartbeat reference 5.3). Nothing depends on it but `ts` and the log. */
import { type Now, seconds } from '../../time.js';

/** Adjustments smaller than that are ordinary. */
const ORDINARY = seconds(1);

/** How far the wall clock went back between two looks, against the clock that only goes forward; 0: not at all. */
export const backwardStep = (before: Now, now: Now): number => {
  const back = now.mono - before.mono - (now.wall - before.wall);
  return back > ORDINARY ? back : 0;
};

/** To be called regularly; logs each step once. */
export const clockWatch = (start: Now, log: (priority: 'info', text: string) => void): ((now: Now) => void) => {
  let before = start;
  return (now) => {
    if (backwardStep(before, now) > 0) log('info', 'Clock jumped backwards. Compensating.');
    before = now;
  };
};
