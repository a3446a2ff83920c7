/** A search for a receive pattern ends in time, whatever the pattern and whatever the server sent. */
import { receiveMatcher } from '../../../lib/ldirectord/checks/receive.js';
import { perlPattern } from '../../../lib/ldirectord/config/perl-regex.js';

const timed = (pattern: string, text: string): { readonly found: boolean | undefined; readonly took: number } => {
  const start = performance.now();
  const found = receiveMatcher(pattern)?.(text);
  return { found, took: performance.now() - start };
};

const LONG = 'x'.repeat(4 << 20);

test.each([
  ['nested repeats', '(a+)+b', 'a'.repeat(5000)],
  ['nested repeats and an end', '^(a+)+$', `${'a'.repeat(5000)}!`],
  ['alternatives that overlap', '(?:a|aa)+b', 'a'.repeat(5000)],
  ['a look-ahead', '(?=a)(a+)+b', 'a'.repeat(5000)],
  ['a reference', '(a+)\\1+b', 'a'.repeat(5000)],
  ['two repeats over four megabytes', 'x+x+y', LONG],
  ['a repeat and four megabytes of one line', '<.*>.*y|x.*y', LONG],
  ['a large count', 'x{1,5000}y', LONG],
])('%s: nothing is found, and soon', (_, pattern, text) => {
  const { found, took } = timed(pattern, text);
  expect(found).toBe(false);
  expect(took).toBeLessThan(3_000);
});

test('a search that ends in time gives the right answer, with and without a limit', () => {
  expect(timed('(a|b)+c', `${'ab'.repeat(500)}c`).found).toBe(true);
  expect(timed('(?=t)the (end|start)$', `${LONG}the end\n`).found).toBe(true);
  expect(timed('the end', `${LONG}the end`).found).toBe(true);
  expect(timed('.*the end.*', `${LONG}the end`).found).toBe(true);
});

test.each([
  ['OK', 0],
  ['^HTTP/1\\.[01] 200', 0],
  ['.*OK.*', 0],
  ['(one|two) words', 0],
  ['Test\\s+Page', 1],
  ['^a.*b.*c$', 2],
  ['a{3}b', 0],
  ['(?:ab){2,5}c', 1],
  ['(a+)+', Number.POSITIVE_INFINITY],
  ['(?:a|b)*c', Number.POSITIVE_INFINITY],
  ['(a)\\1', Number.POSITIVE_INFINITY],
])('%s: the steps grow with the length of the text to the power of %d and one', (pattern, degree) => {
  expect(perlPattern(pattern)).toMatchObject({ ok: true, degree });
});
