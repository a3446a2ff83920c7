/** Command lines from the configuration: split like a shell, or handed to one when only a shell understands them. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { splitCommandLine } from '../../lib/ldirectord/shell-line.js';

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
