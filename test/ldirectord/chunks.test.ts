/** Chunked lists behave like lists. */
import fc from 'fast-check';
import { chunksOf, itemAt, withItem } from '../../lib/ldirectord/chunks.js';

test('property: replacing one item changes that item and nothing else, and not the old list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 600 }), fc.nat(), (items, anywhere) => {
      const index = anywhere % items.length;
      const before = chunksOf(items);
      const after = withItem(before, index, 1e9);
      const all = (chunks: typeof before) => items.map((_, at) => itemAt(chunks, at));
      expect(all(before)).toEqual(items);
      expect(all(after)).toEqual(items.with(index, 1e9));
      expect(itemAt(before, items.length)).toBeUndefined();
    }),
  );
});

test('what was not replaced is shared', () => {
  const before = chunksOf(Array.from({ length: 1000 }, (_, index) => index));
  const after = withItem(before, 0, -1);
  expect(after.slice(1).every((chunk, index) => chunk === before[index + 1])).toBe(true);
});
