/** Instants as they are said on the command line. */
import { CommanderError } from 'commander';
import { parseSpan } from '../text/span.js';
import { USAGE } from './sub-command.js';

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

/** The instant that an option names, `otherwise` without it; throws a CommanderError when it cannot be understood. */
export const instantOf = (option: string, text: string | undefined, otherwise: number, now: number): number => {
  if (text === undefined) return otherwise;
  const at = sinceInstant(text, now);
  if (at === undefined)
    throw new CommanderError(USAGE, 'ha.time', `${option} must be like 2h or "2026-11-27 20:15", not '${text}'`);
  return at;
};

/** What lies between two instants, in wall-clock milliseconds; both ends belong to it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The range of `--from` and `--to`, open where one is not given; throws a CommanderError like `instantOf`. */
export const rangeOf = ({ from, to }: { readonly from?: string; readonly to?: string }, now: number): Range => {
  const range = {
    from: instantOf('--from', from, Number.NEGATIVE_INFINITY, now),
    to: instantOf('--to', to, Number.POSITIVE_INFINITY, now),
  };
  if (range.from > range.to) throw new CommanderError(USAGE, 'ha.time', '--from must be before --to');
  return range;
};
