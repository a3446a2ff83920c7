import fc from 'fast-check';
import { approximationOf, scheduleOf } from '../../../../lib/ipvs/engines/nft/slots.js';
import type { Destination } from '../../../../lib/ipvs/model.js';

const real = (weight: number, index: number): Destination => ({
  address: `192.168.${index >> 8}.${index & 255}`,
  port: 80,
  method: 'masq',
  weight,
  upper: 0,
  lower: 0,
});

const schedule = (scheduler: string, weights: readonly number[], flags: readonly string[] = []) =>
  scheduleOf({ scheduler, flags, destinations: weights.map(real) });

/** Slots of each destination, in the order of the weights. */
const shares = (scheduler: string, weights: readonly number[]): readonly number[] =>
  weights.map((_, index) =>
    (schedule(scheduler, weights)?.ranges ?? [])
      .filter(({ destination }) => destination.address === `192.168.${index >> 8}.${index & 255}`)
      .reduce((sum, { from, to }) => sum + to - from + 1, 0),
  );

/** The sequence of destinations, by index, over one round. */
const turns = (weights: readonly number[]): string =>
  (schedule('wrr', weights)?.ranges ?? [])
    .map(({ from, to, destination }) => (destination.address.split('.')[3] ?? '').repeat(to - from + 1))
    .join('');

test('rr takes no notice of weights, except 0', () => {
  expect(shares('rr', [5, 1, 0, 9])).toEqual([1, 1, 0, 1]);
});

test('wrr gives turns by weight, reduced to the smallest numbers', () => {
  expect(shares('wrr', [100, 200, 0, 300])).toEqual([1, 2, 0, 3]);
});

test('wrr mixes the turns instead of serving one server in a row', () => {
  expect(turns([3, 1])).toBe('0010');
  expect(turns([5, 1, 1])).toBe('0010200');
});

test.each([
  ['lc', [1, 1]],
  ['wlc', [3, 1]],
  ['sed', [3, 1]],
  ['nq', [3, 1]],
  ['lblc', [3, 1]],
  ['lblcr', [3, 1]],
])('%s is approximated and says so', (scheduler, expected) => {
  expect(shares(scheduler, [3, 1])).toEqual(expected);
  expect(approximationOf(scheduler)).toMatch(/^turns /);
});

test('fo sends all to the heaviest', () => {
  expect(shares('fo', [1, 7, 3])).toEqual([0, 1, 0]);
  expect(approximationOf('fo')).toBeUndefined();
  expect(approximationOf('ovf')).toMatch(/like fo/);
});

test.each([
  ['sh', [], 'source'],
  ['sh', ['sh-port'], 'source-port'],
  ['mh', ['mh-fallback'], 'source'],
  ['mh', ['mh-port'], 'source-port'],
  ['dh', [], 'target'],
] as const)('%s %j hashes by %s', (scheduler, flags, by) => {
  expect(schedule(scheduler, [1, 2], flags)?.by).toBe(by);
});

test('nobody takes connections when all weights are 0', () => {
  expect(schedule('rr', [0, 0])).toBeUndefined();
  expect(schedule('wrr', [])).toBeUndefined();
});

test('ranges cover every slot once, in proportion to the weights', () => {
  const weights = fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2147483647 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(weights, fc.constantFrom('rr', 'wrr', 'wlc', 'sh'), (given, scheduler) => {
      const found = schedule(scheduler, given);
      if (found === undefined) return given.every((weight) => weight === 0);
      let next = 0;
      for (const { from, to } of found.ranges) {
        expect(from).toBe(next);
        expect(to).toBeGreaterThanOrEqual(from);
        next = to + 1;
      }
      expect(next).toBe(found.total);
      // numgen and jhash count in 32 bits.
      expect(found.total).toBeLessThanOrEqual(2 ** 31);
      const sum = given.reduce((total, weight) => total + weight, 0);
      if (scheduler !== 'rr' && sum <= 2 ** 31)
        shares(scheduler, given).forEach((share, index) => {
          expect(share / found.total).toBeCloseTo((given[index] ?? 0) / sum, 9);
        });
      return true;
    }),
  );
});
