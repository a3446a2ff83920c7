/** The heap: whatever is put in comes out in order, and an old heap stays as it was. */
import fc from 'fast-check';
import { type Heap, heapOf, insert, itemsOf, merge, rest } from '../../lib/ldirectord/heap.js';

const smaller = (one: number, other: number): boolean => one < other;

const drained = (heap: Heap<number>): readonly number[] => {
  const items: number[] = [];
  for (let left = heap; left !== undefined; left = rest(left, smaller)) items.push(left.item);
  return items;
};

const ascending = (items: readonly number[]): readonly number[] => items.toSorted((a, b) => a - b);

test('property: items come out in order, none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (some, others) => {
      const one = heapOf(some, smaller);
      const both = merge(one, heapOf(others, smaller), smaller);
      expect(drained(both)).toEqual(ascending([...some, ...others]));
      expect(ascending(itemsOf(both))).toEqual(ascending([...some, ...others]));
      expect(drained(one)).toEqual(ascending(some));
    }),
  );
});

test('putting in and taking out leaves the old heap alone', () => {
  const old = heapOf([3, 1, 2], smaller);
  expect(drained(insert(old, 0, smaller))).toEqual([0, 1, 2, 3]);
  expect(drained(rest(old, smaller))).toEqual([2, 3]);
  expect(drained(old)).toEqual([1, 2, 3]);
});

test('a hundred thousand items in the worst order are no danger to the stack', () => {
  const falling = Array.from({ length: 100_000 }, (_, index) => -index);
  const heap = heapOf(falling, smaller);
  expect(itemsOf(heap)).toHaveLength(100_000);
  expect(heap?.item).toBe(-99_999);
});
