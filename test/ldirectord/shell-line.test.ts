/** Command lines from the configuration: split like a shell, or handed to one when only a shell understands them. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { asArguments, splitCommandLine, withArguments } from '../../lib/ldirectord/shell-line.js';

const words = (line: string): readonly string[] | 'shell' => {
  const result = splitCommandLine(line);
  return result.kind === 'words' ? result.words : 'shell';
};

describe('fallbackcommand lines', () => {
  test.each([
    ['/etc/ha.d/fb', ['/etc/ha.d/fb']],
    ['"/etc/ha.d/fb"', ['/etc/ha.d/fb']],
    ['/etc/ha.d/fb virt  x', ['/etc/ha.d/fb', 'virt', 'x']],
    ['"/opt/my tools/fb" \'a "b"\' c\\ d', ['/opt/my tools/fb', 'a "b"', 'c d']],
    ['fb "" x', ['fb', '', 'x']],
    ['fb "a\\"b\\\\c\\d"', ['fb', 'a"b\\c\\d']],
    ["fb --name='x'y", ['fb', '--name=xy']],
  ])('%s', (line, expected) => expect(words(line)).toEqual(expected));

  test.each([
    'fb | logger',
    'fb $HOME',
    'fb > /tmp/x',
    'A=1 fb',
    'fb *.cf',
    'fb "$x"',
    'fb `x`',
    "fb 'open",
    'fb; fb2',
  ])('%s needs a shell', (line) => expect(words(line)).toBe('shell'));

  test('property: what is split here, a real shell splits into the same words', () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      ' ',
      '\t',
      '"',
      "'",
      '\\',
      '"x y"',
      "'x y'",
      '\\ ',
      '=',
      '/',
      '-',
      '$',
      '|',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const line = `x${pieces.join('')}`;
        const mine = words(line);
        if (mine === 'shell') return;
        const script = `set -- ${line}\nprintf '%s\\0' "$@"`;
        expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(mine);
      }),
      { numRuns: 150 },
    );
  });
});

/** What a program gets as its arguments when these words are run. */
const seenBy = (words: readonly string[]): readonly string[] => {
  const [file = '', ...args] = words;
  return execFileSync(file, args, { encoding: 'utf8' }).split('\0').slice(0, -1);
};
const SHOW = ['/usr/bin/printf', '%s\\0'] as const;

describe('what is run', () => {
  test.each([
    [`${SHOW[0]} '%s\\0' one`, ['one', 'start', '10.0.0.3:80']],
    // Only a shell understands these.
    [`${SHOW[0]} '%s\\0' $((1 + 1))`, ['2', 'start', '10.0.0.3:80']],
    [`X=1 ${SHOW[0]} '%s\\0'`, ['start', '10.0.0.3:80']],
  ])('%s with more arguments behind', (line, seen) => {
    expect(seenBy(withArguments(line, ['start', '10.0.0.3:80']))).toEqual(seen);
  });

  test('an argument is never read as shell language', () => {
    expect(seenBy(withArguments(`true; ${SHOW[0]} '%s\\0'`, ['$(id)', "';'"]))).toEqual(['$(id)', "';'"]);
  });

  test.each([
    ['other.cf', ['other.cf', 'start']],
    ['"/srv/my lb.cf"', ['/srv/my lb.cf', 'start']],
    ['-d other.cf', ['-d', 'other.cf', 'start']],
    ['$((1 + 1)).cf', ['2.cf', 'start']],
    ['', ['start']],
  ])('another instance: %s', (line, seen) => {
    expect(seenBy(asArguments(SHOW, line, 'start'))).toEqual(seen);
  });
});
