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
  ['{"status":"ok"}', '{"status":"ok"}'],
  ['"list":\\[{"id"', '"list":[{"id":1}]'],
  ['\\.{', '.{'],
  ['\\d{x', '1{x'],
  ['\\101', 'A'],
  ['(a)\\11', 'a\t'],
  ['(a)\\18', 'a\u00018'],
  ['\\8', '8'],
  ['\\o{101}\\o{ 102 }', 'AB'],
  ['\\x{ 41 }', 'A'],
  ['\\x{263a}', '\u263a'],
  ['\\Qa.b\\E', 'a.b'],
  ['\\Qa.b\\E', 'Qa.bE'],
  ['$x', 'x'],
  ['a$x', 'a$x'],
  ['user@example', 'user@example'],
  ['\u0024{x}', 'x'],
  ['OK$', 'OK\n'],
  ['OK$(?!x)', 'OK\n'],
  ['(?:OK$|x)', 'OK\n'],
  ['(OK$)\\1?', 'OK\n'],
  ['OK$\\n', 'OK\n'],
  ['OK\\Z\\n\\z', 'OK\n'],
  ['(?>OK$)', 'OK\n'],
  ['(?m:OK$)', 'OK\nx'],
  ['.*OK', 'NOK'],
  ['.*+OK', 'OK'],
  ['x+?OK.*?', 'xOK'],
  ['(.*)OK\\1', 'aOKa'],
  ['^.*OK', 'a\nOK'],
  ['(?<!x).*+', ''],
  ['(?=OK)\\KOK', 'OK'],
  ['(?=a\\Kb)', 'ab'],
  ['\\k<n>(?<n>a)', 'a'],
  ['(?<n>a)\\g{n}', 'aa'],
  ['(?{ 1 })', 'a'],
  ['(?|(a)|(b))\\1', 'bb'],
  ['(?i)stra\u00dfe', 'STRA\u00dfE'],
  ['[\\w.-]+@[\\w-]+', 'me@here'],
  ['(?:|a)?+b', 'ab'],
  ['^(?>(?:a|)*)b', 'aab'],
  ['\\p{L}', 'a'],
  ['\\X', 'a'],
  ['\\N{U+41}', 'A'],
];

/** Pieces of any kind, put together at random: mostly nonsense, which must be refused where Perl refuses it. */
const piece = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom(...'abAB01 .\n\r-_é\t=<>!:#,"\'&%@~`;/') },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        '^',
        '$',
        '\\A',
        '\\z',
        '\\Z',
        '\\b',
        '\\B',
        '\\G',
        '\\K',
        '\\d',
        '\\w',
        '\\S',
        '\\n',
        '\\.',
        '\\h',
        '\\V',
        '\\R',
      ],
      ...[
        '\\N',
        '\\X',
        '\\C',
        '\\1',
        '\\2',
        '\\10',
        '\\g1',
        '\\g{-1}',
        '\\k<n>',
        '\\k{n}',
        "\\k'n'",
        '(?P=n)',
        '\\g{n}',
      ],
      ...[
        '\\x41',
        '\\x{41}',
        '\\x',
        '\\x{}',
        '\\x{100}',
        '\\101',
        '\\0',
        '\\012',
        '\\o{101}',
        '\\o',
        '\\cA',
        '\\c',
        '\\e',
      ],
      ...[
        '\\8',
        '\\18',
        '\\Q',
        '\\E',
        '\\Qa.b\\E',
        '\\L',
        '\\u',
        '(?:|a)?+b',
        '^(?>(?:a|)*)b',
        '\\p{L}',
        '\\pL',
        '\\N{U+41}',
        '\\i',
        '\\_',
        '\\ ',
        '\\#',
      ],
      ...[
        '\\@',
        '\\$',
        '\\{',
        '\\}',
        '\\é',
        '\\<',
        '\\/',
        '{',
        '}',
        '{1',
        '{,',
        '{1,',
        '{a}',
        '$a',
        '@a',
        '$)',
        '\u0024{a}',
      ],
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        '[ab]',
        '[^a]',
        '[]b]',
        '[^]b]',
        '[a-z]',
        '[[:upper:]1]',
        '[[:^alpha:]]',
        '[\\d-]',
        '[\\w-z]',
        '[a-\\d]',
        '[',
      ],
      ...[
        ']',
        '[^\\n]',
        '[\\]]',
        '[\\x41-\\x43]',
        '[\\101]',
        '[\\b]',
        '[-a]',
        '[a-]',
        '[\\E]',
        '[$@]',
        '[[.a.]]',
        '[[:a]',
      ],
      ...['[:alpha:]', '[é]', '[\\0]', '[\\cA]', '[#]', '[\\N]', '[\\R]', '[\\8]', '[[:foo:]]', '[z-a]'],
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['*', '+', '?', '{2}', '{1,2}', '{,1}', '{0}', '{2,1}', '{1,}', '{ 1 }', '{ 1, 2 }', '{,}', '*?', '+?', '??'],
      ...['{1,2}?', '++', '*+', '?+', '{1,2}+', '{2}+', '**', '+*', '{1}{2}'],
    ),
  },
  {
    weight: 4,
    // Without (?=…): Perl's optimizer has a bug there, `(?= ?)x` does not match 'x'; the written list has some.
    arbitrary: fc.constantFrom(
      ...[
        '(',
        '(',
        '|',
        '|',
        '(?:',
        '(?i)',
        '(?s)',
        '(?m)',
        '(?x)',
        '(?n)',
        '(?xx)',
        '(?a)',
        '(?u)',
        '(?-i)',
        '(?i-s)',
      ],
      ...[
        '(?^)',
        '(?^i:',
        '(?m:',
        '(?x:',
        '(?!',
        '(?<=',
        '(?<!',
        '(?>',
        '(?<n>',
        '(?P<n>',
        "(?'n'",
        '(?|',
        '(?#c)',
        '(?#',
      ],
      ...['(?R)', '(?1)', '(?&n)', '(?(1)a|b)', '(?{1})', '(*FAIL)', '(*ACCEPT)', '(?', '(?<', '(?<1>', '(?c)', '(?@)'],
    ),
  },
  { weight: 4, arbitrary: fc.constant(')') },
);
const scattered = fc.array(piece, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));

const count = fc.constantFrom(
  ...['', '', '', '', '', '*', '+', '?', '{2}', '{1,2}', '{,1}', '{1,}', '*?', '+?', '??', '++', '*+', '?+', '{1,2}+'],
);
const atom = fc.constantFrom(
  ...'abAB01 -_é=<>!:,"&%@~;/',
  ...[
    '.',
    '\\.',
    '\\#',
    '\\{',
    '\\}',
    '\\d',
    '\\w',
    '\\W',
    '\\s',
    '\\n',
    '\\h',
    '\\R',
    '\\N',
    '[ab]',
    '[^a]',
    '[]b]',
    '[é]',
  ],
  ...['[a-z]', '[[:upper:]1]', '[^\\n]', '[\\d-]', '\\x41', '\\101', '\\0', '\\e', '\\o{101}', '\\cA', '\\@', '\\t'],
);
const widthless = fc.constantFrom('^', '$', '\\A', '\\z', '\\Z', '\\b', '\\B', '\\K', '(?i)', '(?s)', '(?m)', '(?-i)');
const opening = fc.constantFrom('(', '(?:', '(?i:', '(?s:', '(?m:', '(?x:', '(?^:', '(?>', '(?<n>', '(?n:', '(?i-s:');
const looking = fc.constantFrom('(?!', '(?<!');
/** Patterns as somebody might write them. */
const { choice: sensible } = fc.letrec<{ choice: string; sequence: string; item: string }>((tie) => ({
  choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  sequence: fc.array(tie('item'), { maxLength: 4 }).map((items) => items.join('')),
  item: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: fc.tuple(atom, count).map(([one, times]) => one + times) },
    { weight: 1, arbitrary: widthless },
    {
      weight: 1,
      arbitrary: fc.tuple(opening, tie('choice'), count).map(([open, body, times]) => `${open}${body})${times}`),
    },
    { weight: 1, arbitrary: fc.tuple(looking, atom).map(([open, body]) => `${open}${body})`) },
  ),
}));
const text = fc
  .array(fc.constantFrom(...'abAB01 .\n\r-_é\u00a0', ...'=<>{}@#"$'), { maxLength: 7 })
  .map((parts) => parts.join(''));

describe('receive patterns beside Perl', () => {
  test('a written list', () => {
    expect(differences(WRITTEN)).toEqual([]);
  });

  test('most of the written list can be used', () => {
    const refused = WRITTEN.filter((pair) => answer(pair) === 'U').map(([each]) => each);
    expect(refused).toEqual([
      '(a)|\\1b',
      '(?:(a)|b)*\\1',
      'x{2,1}',
      '\\d{x',
      '\\8',
      '\\x{263a}',
      '\\Qa.b\\E',
      '\\Qa.b\\E',
      '\\k<n>(?<n>a)',
      '(?{ 1 })',
      '(?|(a)|(b))\\1',
      '(?:|a)?+b',
      '^(?>(?:a|)*)b',
      '\\p{L}',
      '\\X',
      '\\N{U+41}',
    ]);
  });

  // The seeds are fixed: Perl's optimizer has rare oddities of its own, which would fail these tests at random.
  test.each([
    ['pieces put together at random', scattered, 2006],
    ['patterns as somebody might write them', sensible, 1999],
  ])('%s', (_, patterns, seed) => {
    expect(differences(fc.sample(fc.tuple(patterns, text), { numRuns: 15_000, seed }))).toEqual([]);
  });

  test('what somebody might write is hardly ever refused when Perl takes it', () => {
    // Nobody repeats what may be empty and forbids to come back to it; the generator does in every tenth pattern.
    const isOdd = (message: string): boolean =>
      message.startsWith('an atomic or possessive part with a repeat of what may');
    const pairs = fc.sample(fc.tuple(sensible, text), { numRuns: 3000, seed: 3 });
    const perl = askPerl(pairs);
    const taken = pairs.filter((_, index) => perl[index] !== 'E').map(([pattern]) => perlPattern(pattern));
    const refusals = taken.flatMap((each) => (each.ok ? [] : [each.trouble.message]));
    const odd = refusals.filter(isOdd).length;
    expect(taken.length).toBeGreaterThan(1000);
    expect((refusals.length - odd) / taken.length).toBeLessThan(0.05);
    expect(odd / taken.length).toBeLessThan(0.15);
  });
});
