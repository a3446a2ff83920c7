/** keepalived.conf as text: blocks, quotes, comments, and every word at its place. */
import fc from 'fast-check';
import { parseKeepalived } from '../../../lib/import/keepalived/parse.js';
import { type Statement, withInner } from '../../../lib/import/statement.js';

/** The statements as nested lists of words. */
type Shape = readonly (string | Shape)[];
const shape = ({ keyword, args, block }: Statement): Shape => [
  keyword,
  ...args.map(({ value }) => value),
  ...(block === undefined ? [] : [block.map(shape)]),
];
const shapes = (text: string): readonly Shape[] => parseKeepalived(text, 'k').value.map(shape);
const errors = (text: string): readonly string[] =>
  parseKeepalived(text, 'k').diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code}`);

test.each<readonly [string, readonly Shape[]]>([
  ['a b c\n', [['a', 'b', 'c']]],
  ['a {\n b\n c 1\n}\n', [['a', [['b'], ['c', '1']]]]],
  ['a x\n{\n b\n}\n', [['a', 'x', [['b']]]]],
  ['a { b 1 }\nc', [['a', [['b', '1']]], ['c']]],
  ['a{b{c}}', [['a', [['b', [['c']]]]]]],
  ['a ! b\n# c\nd#e\n', [['a'], ['d']]],
  ['a "b # ! { c" d\n', [['a', 'b # ! { c', 'd']]],
  ['a "\\"b\\" \\d"\n', [['a', '"b" \\d']]],
  ["a 'x y' it's\n", [['a', 'x y', "it's"]]],
  ['a b \\\n c\nd\n', [['a', 'b', 'c'], ['d']]],
  [`$X=1.2.3.4\na $X \${X}/24 $Y\n`, [['$X=1.2.3.4'], ['a', '1.2.3.4', '1.2.3.4/24', '$Y']]],
  ['a {\n}\n', [['a', []]]],
  ['', []],
])('%j', (text, expected) => {
  expect(shapes(text)).toEqual(expected);
  expect(errors(text)).toEqual([]);
});

test.each([
  ['a {\n b\n', ['1:3 import/open-block']],
  ['a\n}\n', ['2:1 import/stray-brace']],
  ['{ a }', ['1:1 import/stray-brace']],
  ['a "b\nc', ['1:3 import/open-quote']],
  ['a { b { \n', ['1:3 import/open-block', '1:7 import/open-block']],
])('%j is wrong', (text, expected) => {
  expect(errors(text)).toEqual(expected);
});

test('a block knows its last line', () => {
  const [first] = parseKeepalived('a {\n b {\n c\n }\n}\n', 'k').value;
  expect([first?.endLine, first?.block?.[0]?.endLine, first?.block?.[0]?.block?.[0]?.endLine]).toEqual([5, 4, 3]);
});

const piece = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '\n',
    ' ',
    '"',
    "'",
    '#',
    '!',
    '\\',
    '$A=',
    `\${A}`,
    '$A',
    '\t',
    '\r\n',
    'real_server',
    '1.2.3.4',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const anyText = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

test('any text is answered, with every keyword at its place and places inside the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const lines = text.split(/\r?\n/);
      const { value, diagnostics } = parseKeepalived(text, 'k');
      for (const { at, sourceLine } of diagnostics) {
        expect(sourceLine).toBe(lines[at.line - 1]);
        expect(at.column).toBeLessThanOrEqual(sourceLine.length);
      }
      for (const { keyword, at, endLine } of value.flatMap(withInner)) {
        expect(endLine).toBeGreaterThanOrEqual(at.line);
        expect(endLine).toBeLessThanOrEqual(lines.length);
        const rest = lines[at.line - 1]?.slice(at.column - 1) ?? '';
        if (!/["'\\$]/.test(rest)) expect(rest.startsWith(keyword)).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

const word = fc.stringMatching(/^[a-z0-9_./:-]{1,8}$/);
const tree = fc.letrec<{ statement: Shape }>((tie) => ({
  statement: fc
    .tuple(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.option(fc.array(tie('statement'), { maxLength: 3 }), { nil: undefined, depthSize: 'small' }),
    )
    .map(([words, block]) => (block === undefined ? words : [...words, block])),
})).statement;

const print = (statement: Shape, indent: string): string => {
  const words = statement.filter((part): part is string => typeof part === 'string').join(' ');
  const block = statement.find((part): part is Shape => typeof part !== 'string');
  if (block === undefined) return `${indent}${words} ! said\n`;
  const inner = block.map((one) => print(one as Shape, `${indent}  `)).join('');
  return `${indent}${words} {\n${inner}${indent}}\n`;
};

test('what is written is what is read', () => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), (statements) => {
      expect(shapes(statements.map((one) => print(one, '')).join('\n'))).toEqual(statements);
    }),
  );
});
