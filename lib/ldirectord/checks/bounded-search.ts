/** Searches with a limit: a pattern that tries for ever on a hostile answer would hold up all other checks. */
import { runInThisContext, Script } from 'node:vm';

/** Steps that are certainly done in a few milliseconds. */
const CHEAP = 10_000_000;
/** Longest search, in milliseconds. */
const LONGEST = 200;

/** Where the search that runs now is found by the script: only a script can be stopped from outside. */
const PLACE = Symbol.for('ha-suite.search');
type Searches = { [PLACE]?: () => boolean };

let script: Script | undefined;

/**
 * Whether the text has a match; a search that is not over after 200 ms has found nothing. `degree` as `perlPattern` says
 * it: only what may take long is given the limit, which costs a fifth of a millisecond to set up.
 */
export const searchWithin = (regExp: RegExp, degree: number, text: string): boolean => {
  if (text.length ** (degree + 1) <= CHEAP) return regExp.test(text);
  script ??= new Script("globalThis[Symbol.for('ha-suite.search')]()");
  const place: Searches = runInThisContext('globalThis');
  place[PLACE] = () => regExp.test(text);
  try {
    return script.runInThisContext({ timeout: LONGEST }) === true;
  } catch {
    return false; // Out of time, or of stack.
  } finally {
    delete place[PLACE];
  }
};
