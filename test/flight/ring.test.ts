/** The ring never takes more than it may, leaves the disk its reserve, and loses the oldest first. */
import fc from 'fast-check';
import { fileLimit, fileName, fileNumber, isFull, makeRoom, ringLimit } from '../../lib/flight/ring.js';

const sizes = fc.array(fc.integer({ min: 0, max: 1 << 20 }), { minLength: 1, maxLength: 300 });
const MIB = 1 << 20;

test('whatever is there: within its size and its share of the disk, and a tenth stays free', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 1 << 18 }),
      fc.integer({ min: 1 << 18, max: 1 << 25 }),
      fc.integer({ min: 1 << 19, max: 1 << 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, more, size, total, part) => {
        const files = all.map((one, index) => ({ number: index + 1, size: one }));
        const space = { total, free: Math.floor(part * total) };
        const plan = makeRoom(files, more, size, space);
        expect(plan.remove).toEqual(files.slice(0, plan.remove.length));
        expect(plan.remove.length).toBeLessThan(files.length);
        const sum = (list: readonly { readonly size: number }[]) => list.reduce((bytes, one) => bytes + one.size, 0);
        const left = sum(files.slice(plan.remove.length));
        const free = space.free + sum(plan.remove);
        const fits = left + more <= ringLimit(size, space) && free - more >= Math.min(total / 10, 64 * MIB) - 1;
        if ('refused' in plan)
          expect([fits, [0, files.length - 1]]).toEqual([false, expect.arrayContaining([plan.remove.length])]);
        else expect([fits, left + more <= Math.min(size, total / 4)]).toEqual([true, true]);
      },
    ),
  );
});

test('nothing goes while everything fits', () => {
  expect(
    makeRoom(
      [
        { number: 1, size: MIB },
        { number: 2, size: 5 },
      ],
      100,
      16 * MIB,
      { total: 1e10, free: 1e9 },
    ),
  ).toEqual({
    remove: [],
  });
});

test('many small files are too many at last', () => {
  const files = Array.from({ length: 300 }, (_, index) => ({ number: index, size: 100 }));
  expect(makeRoom(files, 1, 16 * MIB, { total: 1e10, free: 1e9 }).remove).toHaveLength(44);
});

test.each([
  [{ total: 512 << 10, free: 20_000 }, 100, 'only 20000 bytes are free on its disk'],
  [{ total: 512 << 10, free: 500_000 }, 200_000, '200010 bytes are more than the 131072 it may have'],
])('why not, on a disk like %j', (space, more, refused) => {
  expect(makeRoom([{ number: 1, size: 10 }], more, 16 * MIB, space)).toEqual({ remove: [], refused });
});

test('a small disk has small files', () => {
  expect([fileLimit(16 * MIB), fileLimit(128 << 10), fileLimit(100)]).toEqual([MIB, 8192, 4096]);
  const small = 128 << 10;
  expect([
    isFull(1000, MIB - 1, 16 * MIB),
    isFull(1000, MIB, 16 * MIB),
    isFull(2 * MIB, MIB, 16 * MIB),
    isFull(2 * MIB, 2 * MIB, 16 * MIB),
    isFull(50_000, 8000, small),
    isFull(50_000, 8192, small),
    isFull(60_000, 8192, small),
  ]).toEqual([false, true, false, true, false, false, true]);
});

test('names', () => {
  expect([fileName(7), fileNumber(fileName(7)), fileNumber('heartbeat.events'), fileNumber('packing')]).toEqual([
    'heartbeat.00000007.flight',
    7,
    undefined,
    undefined,
  ]);
});
