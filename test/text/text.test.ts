/** Spans of time, and columns. */
import fc from 'fast-check';
import { columns } from '../../lib/text/columns.js';
import { parseSpan } from '../../lib/text/span.js';

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['500ms', 500],
  ['1.5m', 90_000],
  ['0.001s', 1],
  ['8h', 28_800_000],
  ['3d', 259_200_000],
  ['366d', 31_622_400_000],
  ['367d', undefined],
  ['', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1 s', undefined],
  ['1e3', undefined],
  ['1.2345s', undefined],
  ['1w', undefined],
])('%s', (text, span) => {
  expect(parseSpan(text)).toBe(span);
});

test('columns are as wide as their widest cell, and no line ends with blanks', () => {
  expect(columns([['a', 'bb', 'c'], ['aaa', 'b'], []])).toEqual(['a    bb  c', 'aaa  b', '']);
  const cell = fc.stringMatching(/^[a-z]{0,6}$/);
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 }), (rows) => {
      const lines = columns(rows, ' | ');
      expect(lines.length).toBe(rows.length);
      const widths = [0, 1, 2].map((index) => Math.max(0, ...rows.map((row) => (row[index] ?? '').length)));
      for (const [index, line] of lines.entries()) {
        expect(line).toBe(line.trimEnd());
        let begin = 0;
        for (const [column, text] of (rows[index] ?? []).entries()) {
          expect(line.padEnd(40).slice(begin, begin + text.length)).toBe(text);
          begin += (widths[column] ?? 0) + ' | '.length;
        }
      }
    }),
  );
});
