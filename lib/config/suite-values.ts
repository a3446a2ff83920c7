/** Values of ha-suite.ini: words, durations, numbers, addresses and commands. */
import { parseSpan, SPAN_FORMS } from '../text/span.js';
import type { Millis } from '../time.js';
import type { Word } from './source.js';
import { suggest } from './suggest.js';

/** A value, or what is wrong with it. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly suggestion?: string | undefined };

export type Reader<T> = (text: string) => Read<T>;

/** What the readers of a section give, by key; a key that was not set, or not well, is not there. */
export type ValuesOf<Readers extends Readonly<Record<string, Reader<unknown>>>> = {
  readonly [K in keyof Readers]?: Readers[K] extends Reader<infer T> ? T : never;
};

/** A section with a name as it was read: good values by key, and where each key stands. */
export interface NamedSection {
  readonly name: string;
  readonly head: Word;
  readonly values: ReadonlyMap<string, unknown>;
  readonly keys: ReadonlyMap<string, Word>;
}

/** One of a few words. */
export const choice =
  <T extends string>(choices: readonly T[]): Reader<T> =>
  (text) => {
    const value = choices.find((candidate) => candidate === text);
    if (value !== undefined) return { ok: true, value };
    return { ok: false, message: `must be one of: ${choices.join(', ')}`, suggestion: suggest(text, choices) };
  };

/** A duration of at least `min` milliseconds. */
export const duration =
  (min: number): Reader<Millis> =>
  (text) => {
    const value = parseSpan(text);
    if (value === undefined) return { ok: false, message: `a duration is ${SPAN_FORMS}` };
    return value < min ? { ok: false, message: `must be at least ${min} ms` } : { ok: true, value };
  };

/** A whole number. */
export const count =
  (min: number, max: number): Reader<number> =>
  (text) =>
    /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max
      ? { ok: true, value: Number(text) }
      : { ok: false, message: `must be a number from ${min} to ${max}` };

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** A number of bytes, `16M` or `512k`. */
export const size =
  (min: number, max: number): Reader<number> =>
  (text) => {
    const [, number, unit = ''] = /^(\d{1,9})\s*(?:([kmg])(?:i?b)?)?$/i.exec(text) ?? [];
    const value = Number(number) * (SIZE_UNITS[unit.toLowerCase()] ?? 0);
    if (number === undefined) return { ok: false, message: 'a size is a number of bytes, or a number with k, M or G' };
    const limits = `${min / 2 ** 10}k to ${max / 2 ** 20}M`;
    return value < min || value > max ? { ok: false, message: `must be from ${limits}` } : { ok: true, value };
  };

/** An address and a port. */
export const listen: Reader<string> = (text) =>
  /^(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}$/.test(text) && Number(/\d+$/.exec(text)?.[0]) <= 65535
    ? { ok: true, value: text }
    : { ok: false, message: 'must be an address and a port, e.g. 127.0.0.1:8694 or [::1]:8694' };

/** The full path of a file. */
export const path: Reader<string> = (text) =>
  /^\/[^\0]+$/.test(text) ? { ok: true, value: text } : { ok: false, message: 'a file is given with its full path' };

/** A name that basic authentication can carry: its end is a colon. */
export const userName: Reader<string> = (text) =>
  /^[^:\x00-\x1f\x7f]+$/.test(text)
    ? { ok: true, value: text }
    : { ok: false, message: 'a user has a name without a colon' };

/** Any text but none. */
export const someText: Reader<string> = (text) =>
  text === '' ? { ok: false, message: 'must not be empty' } : { ok: true, value: text };

/** A program with its arguments. */
export const command: Reader<readonly string[]> = (text) =>
  text.startsWith('/')
    ? { ok: true, value: text.split(/\s+/) }
    : { ok: false, message: 'a command is given with its full path (no shell is used)' };
