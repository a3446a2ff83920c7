/** Instants as they are said on the command line. */
import { parseSpan } from '../text/span.js';

/**
 * The wall-clock instant, in milliseconds, of a span such as `90s`, `15m`, `2h` or `3d` (so long before `now`), or of a date
 * and time such as `2026-11-27 20:15`; undefined: it cannot be understood.
 */
export const sinceInstant = (text: string, now: number): number | undefined => {
  const span = parseSpan(text);
  if (span !== undefined) return now - span;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};
