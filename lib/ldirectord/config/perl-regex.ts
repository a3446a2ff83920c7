/** Perl patterns of `receive`: the same text matches, or the pattern is refused with its place; never anything between. */
import { encodeBytes } from './bytes.js';
import { patternSource } from './perl-regex/emit.js';
import { readPattern } from './perl-regex/parse.js';
import { PatternError, type PatternTrouble } from './perl-regex/pattern.js';

export type { PatternTrouble } from './perl-regex/pattern.js';

export type PerlPattern =
  | { readonly ok: true /** Searches a string that holds one byte per character (latin1). */; readonly regExp: RegExp }
  | { readonly ok: false; readonly trouble: PatternTrouble };

/** One character per byte, as genuine ldirectord sees both the pattern and the answer of a server. */
const byteString = (text: string): string => Buffer.from(encodeBytes(text)).toString('latin1');

/** Byte offsets count several per character outside of ASCII. */
const characterOffset = (text: string, byteOffset: number): number => {
  let bytes = 0;
  let characters = 0;
  for (const character of text) {
    if (bytes >= byteOffset) break;
    bytes += encodeBytes(character).length;
    characters += character.length;
  }
  return characters;
};

/**
 * Translates a Perl pattern without modifiers. Perl matches bytes here: letters and blanks are ASCII, `.` is
 * anything but a line feed, `$` also matches before a line feed at the end.
 */
export const perlPattern = (pattern: string): PerlPattern => {
  try {
    return { ok: true, regExp: new RegExp(patternSource(readPattern(byteString(pattern)))) };
  } catch (error) {
    if (error instanceof PatternError) {
      const { trouble } = error;
      return { ok: false, trouble: { ...trouble, offset: characterOffset(pattern, trouble.offset) } };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, trouble: { offset: 0, message, reason: 'unsupported' } };
  }
};

/** Whether the bytes of an answer match. */
export const matchesBytes = (regExp: RegExp, answer: Uint8Array): boolean =>
  regExp.test(Buffer.from(answer).toString('latin1'));
