/** Lets the event loop turn between pieces of work that would otherwise follow each other without end. */
import type { Millis } from '../time.js';

/**
 * To be awaited between two pieces of work: resolves at once while this turn of the loop is younger than `longest`, and in
 * the next turn otherwise, so that timers and packets are not kept waiting.
 */
export const createBreather = (longest: Millis, mono: () => Millis): (() => Promise<void>) => {
  let began: Millis | undefined;
  return async () => {
    if (began === undefined) {
      began = mono();
      setImmediate(() => {
        began = undefined;
      });
    } else if (mono() - began >= longest) await new Promise((resolve) => setImmediate(resolve));
  };
};
