/** What a node knows of its own health when it begins. */
import type { Millis } from '../../time.js';
import type { OwnHealth } from './state.js';

/** Nothing has been decided yet. */
export const initialHealth = (holddown: Millis | undefined): OwnHealth | undefined =>
  holddown === undefined
    ? undefined
    : {
        holddown,
        is: 'unknown',
        failing: [],
        owed: false,
        gaveAt: undefined,
        homeAfter: undefined,
        returned: false,
        said: '',
        lookAt: undefined,
      };
