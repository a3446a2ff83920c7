/** Values of ha.cf: times, booleans and whole numbers (heartbeat reference 2.1). */
import { type Millis, millis } from '../../time.js';

const FACTOR: Readonly<Record<string, number>> = { '': 1000, ms: 1, us: 0.001, usec: 0.001 };

/** A time: `1` (seconds), `0.5`, `1500ms`, `20000us`; rounded to whole milliseconds. Undefined when it is none. */
export const parseTime = (text: string): Millis | undefined => {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(ms|us|usec)?$/i.exec(text);
  const factor = FACTOR[(match?.[2] ?? '').toLowerCase()];
  return match?.[1] === undefined || factor === undefined
    ? undefined
    : millis(Math.floor(Number(match[1]) * factor + 0.5));
};

/** `true on yes y 1` / `false off no n 0` in any case. Undefined for anything else. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (/^(true|on|yes|y|1)$/i.test(text)) return true;
  return /^(false|off|no|n|0)$/i.test(text) ? false : undefined;
};

/** A decimal number without sign, at most nine digits. Undefined for anything else. */
export const parseNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** What the C library makes of a word where genuine does not check it: its leading digits, else 0. */
export const leadingNumber = (text: string): number => Number(/^\s*([+-]?\d{1,9})/.exec(text)?.[1] ?? 0);
