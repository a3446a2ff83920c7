/** How the shadow words times and holdings. */
import type { Millis } from '../../time.js';
import type { Holding } from '../cluster/interface.js';

/** `0.12 s`, `42 s`, `3 min`, `5 h`. */
export const lasting = (duration: Millis): string => {
  const size = Math.abs(duration);
  if (size < 10_000) return `${(size / 1000).toFixed(2)} s`;
  if (size < 120_000) return `${Math.round(size / 1000)} s`;
  return size < 7_200_000 ? `${Math.round(size / 60_000)} min` : `${(size / 3_600_000).toFixed(1)} h`;
};

/** Behind "the genuine one decided so": `0.12 s after us`. */
export const comparedToUs = (later: Millis): string => {
  if (Math.abs(later) < 10) return 'at the same moment';
  return `${lasting(later)} ${later > 0 ? 'after' : 'before'} us`;
};

const HOLDINGS: Readonly<Record<Holding, string>> = {
  none: 'no groups',
  local: 'its own groups',
  foreign: "the other node's groups",
  all: 'all groups',
};

export const holdingText = (holding: Holding): string => HOLDINGS[holding];
