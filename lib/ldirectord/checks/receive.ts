/** Looks for a receive pattern in what a server said (a Perl regular expression, anywhere, on bytes). */
import { perlPattern } from '../config/perl-regex.js';
import { searchWithin } from './bounded-search.js';

const compiled = new Map<string, (text: string) => boolean>();

const compile = (pattern: string): ((text: string) => boolean) => {
  const translated = perlPattern(pattern);
  // Genuine dies of a broken pattern at the first answer (reference 7, no. 20); here it never matches.
  return translated.ok ? (text) => searchWithin(translated.regExp, translated.degree, text) : () => false;
};

/** A test for the pattern; undefined when there is none to look for. */
export const receiveMatcher = (pattern: string): ((text: string) => boolean) | undefined => {
  if (pattern === '') return undefined;
  const known = compiled.get(pattern) ?? compile(pattern);
  compiled.set(pattern, known);
  return known;
};
