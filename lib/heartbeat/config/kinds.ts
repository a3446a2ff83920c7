/** The kinds of values that most directives of ha.cf take (heartbeat reference 2.2). */
import type { Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Millis } from '../../time.js';
import type { Context, Directive, Said } from './draft.js';
import { logged } from './start-line.js';
import { parseBoolean, parseNumber, parseTime } from './values.js';

/** A directive that is applied to each word of its line. */
export const words = (apply: (context: Context, word: Word) => void): Directive => ({ kind: 'words', apply });

const TIME_FORM = 'a time is a number of seconds (1, 0.5) or has a unit glued to it (1500ms)';

/** An error that genuine finds too; silently unless `more` has its text. */
export const bad = (context: Context, word: Word, message: string, more: Partial<Said> = {}): void =>
  context.fail(word, { code: `ha.cf/bad-${context.directive}`, message, ...more });

/** A time of at least `min` milliseconds; genuine rejects others silently unless it has a text. */
export const time = (
  min: number,
  store: (context: Context, value: Millis) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const value = parseTime(word.value);
    if (value === undefined) return bad(context, word, TIME_FORM, { genuine: genuine(word.value) });
    if (value < min)
      return bad(context, word, `${context.directive} must be greater than zero`, { genuine: genuine(word.value) });
    return store(context, value);
  });

/** on or off. */
export const boolean = (
  store: (context: Context, value: boolean) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const value = parseBoolean(word.value);
    if (value === undefined) return bad(context, word, 'say on or off', { genuine: genuine(word.value) });
    return store(context, value);
  });

/** One of a few words. */
export const choice = <T extends string>(
  choices: readonly T[],
  store: (context: Context, value: T) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const value = choices.find((candidate) => candidate === word.value);
    if (value !== undefined) return store(context, value);
    const suggestion = suggest(word.value, choices);
    return bad(context, word, `must be one of: ${choices.join(', ')}`, { suggestion, genuine: genuine(word.value) });
  });

/** A whole number. */
export const number = (
  range: readonly [min: number, max: number],
  store: (context: Context, value: number) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const [min, max] = range;
    const value = parseNumber(word.value);
    if (value !== undefined && value >= min && value <= max) return store(context, value);
    return bad(context, word, `must be a number from ${min} to ${max}`, { genuine: genuine(word.value) });
  });

/** Recorded, not looked at. */
export const anything = words(() => undefined);
/** One log line that genuine prints about a wrong value. */
export const error =
  (text: (value: string) => string) =>
  (value: string): NonNullable<Said['genuine']> =>
    logged('ERROR', text(value));
