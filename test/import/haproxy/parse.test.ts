/** haproxy.cfg as text: sections, quotes, escapes, and every word at its place. */
import fc from 'fast-check';
import { sourceOf } from '../../../lib/config/source.js';
import { parseHaproxy } from '../../../lib/import/haproxy/parse.js';
import { haproxyTime } from '../../../lib/import/haproxy/times.js';
import { wordsOfLine } from '../../../lib/import/haproxy/words.js';
import { withInner } from '../../../lib/import/statement.js';

const words = (line: string): readonly string[] =>
  wordsOfLine(sourceOf('h', line), 1).words.map(({ value, at }) => `${at.column}:${value}`);

test.each([
  ['server a 1.2.3.4:80', ['1:server', '8:a', '10:1.2.3.4:80']],
  ['  a # b', ['3:a']],
  ['a \\# b', ['1:a', '3:#', '6:b']],
  ['a "b c"d \'e # f\'', ['1:a', '3:b cd', '10:e # f']],
  ['HTTP/1.0\\r\\nHost:\\ x', ['1:HTTP/1.0\r\nHost: x']],
  ['\'a\\b\' "a\\"b" \\x41', ['1:a\\b', '7:a"b', '14:A']],
  ['a\\', ['1:a\\']],
  ['', []],
])('%j', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test('sections have their lines', () => {
  const { value, diagnostics } = parseHaproxy('global\n daemon\n\n# x\nlisten a :80\n mode tcp\n server b c:1\n', 'h');
  expect(diagnostics).toEqual([]);
  expect(value.map(({ keyword, args, block, endLine }) => [keyword, args.length, block?.length, endLine])).toEqual([
    ['global', 0, 1, 2],
    ['listen', 2, 2, 7],
  ]);
});

test.each([
  ['frontent x\n bind :80\n', ['1:1 import/no-section', '2:2 import/no-section']],
  ['global\n log "x\n', ['2:6 import/open-quote']],
])('%j is wrong', (text, expected) => {
  const { diagnostics } = parseHaproxy(text, 'h');
  expect(diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code}`)).toEqual(expected);
});

test.each([
  ['5000', 5000],
  ['5s', 5000],
  ['2m', 120_000],
  ['1500us', 1.5],
  ['1d', 86_400_000],
  ['s', undefined],
  ['1 s', undefined],
])('the time %s', (text, expected) => {
  expect(haproxyTime(text)).toBe(expected);
});

const piece = fc.oneof(
  fc.constantFrom('\n', ' ', '"', "'", '#', '\\', '\\x4', 'frontend f', 'server', 'bind :80', '\t', '\r\n', 'listen'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);

test('any text is answered, with places inside it', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const lines = text.split(/\r?\n/);
      const { value, diagnostics } = parseHaproxy(text, 'h');
      for (const { at, sourceLine } of diagnostics) {
        expect(sourceLine).toBe(lines[at.line - 1]);
        expect(at.column).toBeLessThanOrEqual(sourceLine.length);
      }
      for (const { at, args, endLine } of value.flatMap(withInner)) {
        expect(endLine).toBeLessThanOrEqual(lines.length);
        for (const place of [at, ...args.map((word) => word.at)])
          expect(/\S/.test(lines[place.line - 1]?.[place.column - 1] ?? ' ')).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});
