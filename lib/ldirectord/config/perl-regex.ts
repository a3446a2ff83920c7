/** Perl patterns of `receive`: the same text matches, or the pattern is refused with its place; never anything between. */
import { encodeBytes } from './bytes.js';
import { searchDegree } from './perl-regex/cost.js';
import { patternSource } from './perl-regex/emit.js';
import { readPattern } from './perl-regex/parse.js';
import { PatternError, type PatternTrouble } from './perl-regex/pattern.js';
import { trimForSearch } from './perl-regex/trim.js';

export type { PatternTrouble } from './perl-regex/pattern.js';

export type PerlPattern =
  | {
      readonly ok: true;
      /** Searches a string that holds one byte per character (latin1). */
      readonly regExp: RegExp;
      /** A search takes at most about the length of the text to this power plus one; Infinity: there is no saying. */
      readonly degree: number;
    }
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

const translate = (pattern: string): PerlPattern => {
  try {
    const node = readPattern(byteString(pattern));
    // Written out before it is trimmed as well, so that a refusal does not depend on what a search needs.
    patternSource(node);
    const needed = trimForSearch(node);
    return { ok: true, regExp: new RegExp(patternSource(needed)), degree: searchDegree(needed) };
  } catch (error) {
    if (error instanceof PatternError) {
      const { trouble } = error;
      return { ok: false, trouble: { ...trouble, offset: characterOffset(pattern, trouble.offset) } };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, trouble: { offset: 0, message, reason: 'unsupported' } };
  }
};

/** Patterns translated last: a file asks for the same one in each of a thousand virtuals. */
const translated = new Map<string, PerlPattern>();
const MOST_REMEMBERED = 100;

/**
 * Translates a Perl pattern without modifiers. Perl matches bytes here: letters and blanks are ASCII, `.` is
 * anything but a line feed, `$` also matches before a line feed at the end.
 */
export const perlPattern = (pattern: string): PerlPattern => {
  const known = translated.get(pattern) ?? translate(pattern);
  if (translated.size >= MOST_REMEMBERED) translated.clear();
  translated.set(pattern, known);
  return known;
};

/** Whether the bytes of an answer match. */
export const matchesBytes = (regExp: RegExp, answer: Uint8Array): boolean =>
  regExp.test(Buffer.from(answer).toString('latin1'));
