/** Sets of bytes: Perl's character classes under its default rules for byte strings (ASCII letters only). */
import type { ByteSet } from './pattern.js';

const setOf = (test: (byte: number) => boolean): ByteSet => Array.from({ length: 256 }, (_, byte) => test(byte));

export const single = (byte: number): ByteSet => setOf((each) => each === byte);
export const range = (first: number, last: number): ByteSet => setOf((each) => each >= first && each <= last);
export const complement = (set: ByteSet): ByteSet => set.map((has) => !has);
export const union = (sets: readonly ByteSet[]): ByteSet => setOf((byte) => sets.some((set) => set[byte] === true));
export const anything = setOf(() => true);
export const notNewline = complement(single(10));

const matching = (pattern: RegExp): ByteSet => setOf((byte) => byte < 128 && pattern.test(String.fromCharCode(byte)));

const digit = matching(/[0-9]/);
const word = matching(/[0-9A-Za-z_]/);
const space = matching(/[ \t\n\r\f\v]/);
/** These two know more than ASCII even for byte strings. */
const horizontal = union([matching(/[ \t]/), single(0xa0)]);
const vertical = union([matching(/[\n\v\f\r]/), single(0x85)]);

/** Classes by the letter of their escape. */
export const ESCAPED_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['d', digit],
  ['D', complement(digit)],
  ['w', word],
  ['W', complement(word)],
  ['s', space],
  ['S', complement(space)],
  ['h', horizontal],
  ['H', complement(horizontal)],
  ['v', vertical],
  ['V', complement(vertical)],
  ['N', notNewline],
]);

/** Classes by their name in `[[:name:]]`. */
export const POSIX_CLASSES: ReadonlyMap<string, ByteSet> = new Map([
  ['alpha', matching(/[A-Za-z]/)],
  ['digit', digit],
  ['alnum', matching(/[0-9A-Za-z]/)],
  ['upper', matching(/[A-Z]/)],
  ['lower', matching(/[a-z]/)],
  ['space', space],
  ['blank', matching(/[ \t]/)],
  ['punct', matching(/[!-/:-@[-`{-~]/)],
  ['print', matching(/[ -~]/)],
  ['graph', matching(/[!-~]/)],
  ['cntrl', setOf((byte) => byte < 32 || byte === 127)],
  ['xdigit', matching(/[0-9A-Fa-f]/)],
  ['word', word],
  ['ascii', range(0, 127)],
]);

const otherCase = (byte: number): number => {
  const letter = byte & 0xdf;
  return letter >= 65 && letter <= 90 ? byte ^ 0x20 : byte;
};

/** The set without regard to upper and lower case of ASCII letters. */
export const foldCase = (set: ByteSet): ByteSet => setOf((byte) => set[byte] === true || set[otherCase(byte)] === true);

const escapeByte = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

/** The set in JavaScript's notation. */
export const setSource = (set: ByteSet): string => {
  const runs: string[] = [];
  let start = -1;
  for (let byte = 0; byte <= 256; byte += 1) {
    const has = set[byte] === true;
    if (has && start < 0) start = byte;
    if (has || start < 0) continue;
    runs.push(start === byte - 1 ? escapeByte(start) : `${escapeByte(start)}-${escapeByte(byte - 1)}`);
    start = -1;
  }
  // A plain character is found faster than a class of one.
  return runs.length === 1 && runs[0]?.length === 4 ? runs[0] : `[${runs.join('')}]`;
};
