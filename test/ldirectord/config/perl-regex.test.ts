/** Patterns of receive (a comparison with Perl itself is in test/compat/ldirectord-perl-regex.test.ts). */
import fc from 'fast-check';
import { matchesBytes, perlPattern } from '../../../lib/ldirectord/config/perl-regex.js';

const matches = (pattern: string, text: string | Uint8Array): boolean => {
  const translated = perlPattern(pattern);
  if (!translated.ok) throw new Error(translated.trouble.message);
  return matchesBytes(translated.regExp, typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
};

test.each([
  ['Test Page', 'The Test Page.', true],
  ['test page', 'Test Page', false],
  ['^OK$', 'OK\n', true],
  ['^OK$', 'OK\r\n', false],
  ['OK\\z', 'OK\n', false],
  ['<p>.*</p>', '<p>a\nb</p>', false],
  ['(?s)<p>.*</p>', '<p>a\nb</p>', true],
  ['a.b', 'a\rb', true],
  ['(?i)happy', 'HAPPY', true],
  ['(?i:h)appy', 'HAPPY', false],
  ['[[:upper:]]{2}', 'aBC', true],
  ['\\s', '\u00a0', false],
  ['a++a', 'aaa', false],
  ['{"status":"ok"}', '{"status":"ok"}', true],
  ['gr\u00fc\u00df', 'gr\u00fc\u00df', true],
])('%j on %j: %s', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test('a page in another encoding is bytes all the same', () => {
  expect(matches('^gr..$', Buffer.from([0x67, 0x72, 0xfc, 0xdf]))).toBe(true);
});

test.each([
  ['(', 0, 'invalid'],
  ['ab)', 2, 'invalid'],
  ['a**', 2, 'invalid'],
  ['x[z-a]', 2, 'invalid'],
  ['ab[[:foo:]]', 3, 'invalid'],
  ['ab(?R)', 2, 'unsupported'],
  ['\\p{L}', 0, 'unsupported'],
  ['(a)|\\1', 4, 'unsupported'],
  ['\u00e4(?{x})', 1, 'unsupported'],
])('%j is refused at %d: %s', (pattern, offset, reason) => {
  expect(perlPattern(pattern)).toMatchObject({ ok: false, trouble: { offset, reason } });
});

test('any pattern is translated or refused, never thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (pattern) => {
      const translated = perlPattern(pattern);
      if (translated.ok) translated.regExp.test('');
      else expect(translated.trouble.offset).toBeLessThanOrEqual(pattern.length);
    }),
    { numRuns: 3000 },
  );
});

test('ordinary text matches itself', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-Za-z <>/=:;,!&%~_-]{1,20}$/), (text) => {
      expect(matches(text, `before ${text} after`)).toBe(true);
    }),
  );
});
