/** Finds the word that was probably meant, for "did you mean". */
import { closest, distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to `word`, or undefined when none is near enough to be a likely typing error
 * (at most a third of the letters differ, and never more than three).
 */
export const suggest = (word: string, candidates: readonly string[]): string | undefined => {
  if (candidates.length === 0 || word === '') return undefined;
  const best = closest(word.toLowerCase(), candidates);
  const allowed = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  return distance(word.toLowerCase(), best.toLowerCase()) <= allowed ? best : undefined;
};
