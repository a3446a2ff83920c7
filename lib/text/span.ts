/** Spans of time as people write them, the same everywhere in our own files and commands. */
import { type Millis, millis } from '../time.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longer is a typing error: no date comes of it any more. */
const LONGEST = 366 * 86_400_000;

/** For error texts. */
export const SPAN_FORMS = 'a number of seconds, or a number with ms, s, m, h or d';

/** `90s`, `500ms`, `1.5m`, `8h`, `3d`; without a unit seconds. Undefined: it is no span, or one of more than a year. */
export const parseSpan = (text: string): Millis | undefined => {
  const [, number, unit = 's'] = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const value = Math.round(Number(number) * (UNITS[unit] ?? 0));
  return number === undefined || value > LONGEST ? undefined : millis(value);
};
