/** Looks for a receive pattern in what a server said (a Perl regular expression, anywhere, on bytes). */

const compiled = new Map<string, (text: string) => boolean>();

/** Bytes as characters, which is how answers are held. */
const asBytes = (pattern: string): string => Buffer.from(pattern, 'utf8').toString('latin1');

const compile = (pattern: string): ((text: string) => boolean) => {
  try {
    const expression = new RegExp(asBytes(pattern));
    return (text) => expression.test(text);
  } catch {
    // Genuine dies of a broken pattern at the first answer (reference 7, no. 20); here it never matches.
    return () => false;
  }
};

/** A test for the pattern; undefined when there is none to look for. */
export const receiveMatcher = (pattern: string): ((text: string) => boolean) | undefined => {
  if (pattern === '') return undefined;
  const known = compiled.get(pattern) ?? compile(pattern);
  compiled.set(pattern, known);
  return known;
};
