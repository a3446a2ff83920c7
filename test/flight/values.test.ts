/** Values as bytes and back, whatever they are; bytes that are no values are said to be none. */
import fc from 'fast-check';
import { firstDifference } from '../../lib/flight/difference.js';
import { fingerprint } from '../../lib/flight/fingerprint.js';
import { createValueReader, NotValues } from '../../lib/flight/value-reader.js';
import { createValueWriter } from '../../lib/flight/value-writer.js';
import { arbitraryMessage } from '../support/arbitrary-message.js';

const leaf = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    true,
    false,
    0,
    -0,
    63,
    64,
    -1,
    2 ** 31,
    2 ** 53,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'active', '__proto__', 'ä', '😀', '\ud800', 'x'.repeat(100)),
  fc.uint8Array({ maxLength: 40 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 6, noNullPrototype: true }),
    fc.array(fc.tuple(fc.string({ maxLength: 4 }), tie('value')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    arbitraryMessage,
  ),
}));

const written = (values: readonly unknown[]): readonly Buffer[] => {
  const writer = createValueWriter();
  return values.map((one) => {
    writer.write(one);
    return writer.take();
  });
};

test('what is written is read again, in one piece or in several', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), (values) => {
      const pieces = written(values);
      const reader = createValueReader();
      const read = pieces.flatMap((piece) => [...reader.read(piece)]);
      expect(firstDifference(values, read)).toBeUndefined();
      expect(createValueReader().read(Buffer.concat(pieces))).toHaveLength(values.length);
      expect(read.map(fingerprint)).toEqual(values.map(fingerprint));
    }),
    { numRuns: 300 },
  );
});

test('a difference is found where there is one', () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      const bytes = (from: unknown): string => written([from])[0]?.toString('hex') ?? '';
      if (firstDifference(one, other) === undefined) expect(fingerprint(one)).toBe(fingerprint(other));
      else expect(bytes(one)).not.toBe(bytes(other));
    }),
    { numRuns: 300 },
  );
});

test.each([
  [{ a: 1 }, { a: 1, b: undefined }, undefined],
  [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, 'a.b.1'],
  [{ a: [1] }, { a: [1, 2] }, 'a.1'],
  [{ a: [1] }, { a: [1, undefined] }, 'a.length'],
  [new Map([['x', 1]]), new Map([['x', 2]]), 'x'],
  [{ a: Uint8Array.of(1) }, { a: [1] }, 'a'],
  [{ a: Buffer.from([1]) }, { a: Uint8Array.of(1) }, undefined],
])('%j and %j', (one, other, path) => {
  expect(firstDifference(one, other)?.path).toBe(path);
});

test('bytes that nobody wrote are no values, and nothing worse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        createValueReader().read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(NotValues);
      }
    }),
    { numRuns: 2000 },
  );
});

test('nested without end, or longer than they are: no values either', () => {
  const array = 11;
  expect(() => createValueReader().read(Buffer.alloc(5000, Buffer.from([array, 1])))).toThrow(NotValues);
  expect(() => createValueReader().read(Buffer.from([array, 0xff, 0xff, 0xff, 0x7f]))).toThrow(NotValues);
});

class Clock {}

test.each([
  ['a function', () => 0],
  ['a symbol', Symbol('x')],
  ['an object with a class', new Clock()],
  ['a date', new Date(0)],
])('%s cannot be recorded, and that is said', (_, one) => {
  expect(() => createValueWriter().write({ deep: [one] })).toThrow(/cannot be recorded$/);
});

test('words and shapes that come again are short', () => {
  const writer = createValueWriter();
  const field = { type: 'string', name: 'protocol', value: 'active' };
  writer.write(field);
  expect(writer.take().length).toBeGreaterThan(20);
  writer.write(field);
  expect(writer.take().length).toBe(4);
});
