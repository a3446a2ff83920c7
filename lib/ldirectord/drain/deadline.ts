/** `--deadline`: a time that a person gives for connections to end. */
import { type Millis, millis } from '../../time.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longer is a typing error, and would be no date any more. */
const LONGEST = 366 * 86_400_000;

/** `90s`, `8h`, `1.5d`, `500ms`, `10m`; without a unit seconds. Undefined: it is no time, or too long. */
export const parseDeadline = (text: string): Millis | undefined => {
  const [, number, unit = 's'] = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const value = Math.round(Number(number) * (UNITS[unit] ?? 0));
  return number === undefined || value > LONGEST ? undefined : millis(value);
};
