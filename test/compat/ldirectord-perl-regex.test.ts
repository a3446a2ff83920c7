/** Patterns are tried side by side with Perl: whatever we take matches the same texts. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { perlPattern } from '../../lib/ldirectord/config/perl-regex.js';

/** Reads lines `hex of pattern`, blank, `hex of text`; answers 1, 0 or E (refused) for each. */
const PERL = String.raw`
  no warnings;
  while (<STDIN>) {
    chomp;
    my ($p, $s) = map { pack "H*", $_ } split / /, $_, 2;
    my $r = eval { $p eq "" || $s =~ /$p/ ? 1 : 0 };
    print defined $r ? $r : "E", "\n";
  }`;

type Pair = readonly [pattern: string, text: string];

const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');

const askPerl = (pairs: readonly Pair[]): readonly string[] => {
  const input = pairs.map(([pattern, text]) => `${hex(pattern)} ${hex(text)}\n`).join('');
  const { status, stdout, stderr } = spawnSync('/usr/bin/perl', ['-e', PERL], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`perl failed: ${stderr}`);
  return stdout.trimEnd().split('\n');
};

/** Our answer in the same letters; `U`: Perl takes it, we say that we do not. */
const answer = ([pattern, text]: Pair): string => {
  const translated = perlPattern(pattern);
  if (!translated.ok) return translated.trouble.reason === 'invalid' ? 'E' : 'U';
  return translated.regExp.test(Buffer.from(text, 'utf8').toString('latin1')) ? '1' : '0';
};

/** Pairs on which we differ from Perl other than by refusing. */
const differences = (pairs: readonly Pair[]): readonly unknown[] => {
  const perl = askPerl(pairs);
  return pairs.flatMap((pair, index) => {
    const ours = answer(pair);
    return ours === 'U' || ours === perl[index] ? [] : [{ pair, ours, perl: perl[index] }];
  });
};

const WRITTEN: readonly Pair[] = [
  ['Test Page', '<h1>Test Page</h1>'],
  ['^OK$', 'OK\n'],
  ['^OK$', 'OK\r\n'],
  ['^OK$', 'OK\n\n'],
  ['OK\\z', 'OK\n'],
  ['OK\\Z', 'OK\n'],
  ['a.b', 'a\rb'],
  ['a.b', 'a\nb'],
  ['(?s)a.b', 'a\nb'],
  ['(?m)^b$', 'a\nb\nc'],
  ['(?m)^$', 'a\n'],
  ['(?i)happy', 'be HAPPY'],
  ['(?i:h)appy', 'HAPPY'],
  ['\\s', '\u00a0'],
  ['é', 'é'],
  ['^.$', 'é'],
  ['(?i)É', 'é'],
  ['[é]', '\u00c3'],
  ['[[:alpha:]]+', '123abc'],
  ['[[:^digit:]]', '123'],
  ['a++b', 'aaab'],
  ['a++ab', 'aaab'],
  ['(?>a+)ab', 'aaab'],
  ['(a)(b)\\2', 'abb'],
  ['(?<x>a)\\k<x>', 'aa'],
  ['(?P<x>a)(?P=x)', 'aa'],
  ['(a)|\\1b', 'b'],
  ['(?:(a)|b)*\\1', 'ab'],
  ['[]a]', ']'],
  ['[^]a]', ']'],
  ['a{2', 'a{2'],
  ['a{,2}', 'aa'],
  ['x{2,1}', 'xx'],
  ['\\x41\\x{42}\\0103\\cA\\e', 'ABC\u0001\u001b'],
  ['(?x) a b # c\n c', 'abc'],
  ['(?=b)b', 'ab'],
  ['a(?=b)', 'ac'],
  ['(?=(a))\\1', 'a'],
  ['(?<=ab)c', 'abc'],
  ['(?<!a)c', 'bc'],
  ['\\R', '\r\n'],
  ['\\h\\H\\v\\V', ' a\nb'],
  ['^192\\.0\\.2\\.', '192.0.2.7'],
  ['\\bok\\b', 'is ok now'],
  ['(', '('],
  [')', ')'],
  ['[', '['],
  ['*', '*'],
  ['a**', 'a'],
  ['[z-a]', 'b'],
  ['a\\', 'a'],
  ['[[:foo:]]', 'f'],
  ['$', ''],
  ['foo$bar', 'foo'],
  ['@x', '@x'],
  ['{', '{'],
  ['}', '}'],
  [']', ']'],
  ['a|*', 'a'],
  ['(?i)[k-m]', 'L'],
  ['(?i)[^k]', 'K'],
];

// Without (?=…): Perl's optimizer has a bug there, `(?= ?)x` does not match 'x'; the written list has some.
const fragment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abAB01 .\n\r-_é') },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...['^', '$', '\\A', '\\z', '\\Z', '\\b', '\\B', '\\d', '\\w', '\\s', '\\S', '\\n', '\\.', '\\h', '\\R', '\\N'],
    ),
  },
  { weight: 3, arbitrary: fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{,1}', '*?', '++', '?+', '{', '}') },
  {
    weight: 4,
    arbitrary: fc.constantFrom('(', ')', '|', '(?:', '(?i)', '(?s)', '(?m:', '(?!', '(?<=', '(?<!', '(?>', '(?x)'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '[ab]',
      '[^a]',
      '[]b]',
      '[a-z]',
      '[[:upper:]1]',
      '[\\d-]',
      '[',
      ']',
      '[^\\n]',
      '\\1',
      '\\x41',
    ),
  },
);
const pattern = fc.array(fragment, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
const grouped = fc
  .tuple(pattern, pattern, fc.constantFrom('(', '(?:', '(?i:', '(?<!', '(?>'))
  .map(([inner, rest, open]) => `${open}${inner})${rest}`);
const text = fc.array(fc.constantFrom(...'abAB01 .\n\r-_é\u00a0'), { maxLength: 6 }).map((parts) => parts.join(''));

describe('receive patterns beside Perl', () => {
  test('a written list', () => {
    expect(differences(WRITTEN)).toEqual([]);
  });

  test('most of the written list can be used', () => {
    const refused = WRITTEN.filter((pair) => answer(pair) === 'U').map(([each]) => each);
    expect(refused).toEqual(['(a)|\\1b', '(?:(a)|b)*\\1']);
  });

  // The seed is fixed: Perl's optimizer has rare oddities of its own, which would fail this test at random.
  test('any pattern', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(pattern, grouped), text), { minLength: 300, maxLength: 300 }), (pairs) => {
        expect(differences(pairs)).toEqual([]);
      }),
      { numRuns: 30, seed: 2006, endOnFailure: true },
    );
  });
});
