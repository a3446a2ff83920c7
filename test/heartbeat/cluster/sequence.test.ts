/** Order, gaps and duplicates (heartbeat reference 4.3). */
import fc from 'fast-check';
import { arrive, forget, type Sequence, UNKNOWN } from '../../../lib/heartbeat/cluster/sequence.js';
import { millis } from '../../../lib/time.js';

const AT = millis(100);
const after = (...numbers: readonly number[]): Sequence =>
  numbers.reduce((sequence, seq) => arrive(sequence, seq, AT).sequence, UNKNOWN);
const kind = (sequence: Sequence, seq: number): string => arrive(sequence, seq, AT).arrival.kind;

test('the first number is accepted whatever it is', () => {
  expect(arrive(UNKNOWN, 77, AT)).toEqual({ sequence: { last: 77, missing: [] }, arrival: { kind: 'next' } });
});

test('in order, twice, and long ago', () => {
  expect(kind(after(1, 2), 3)).toBe('next');
  expect(kind(after(1, 2), 2)).toBe('duplicate');
  expect(kind(after(1, 2), 1)).toBe('old');
});

test('a gap is accepted at once, and filled later', () => {
  const gap = arrive(after(49, 50), 52, AT);
  expect(gap.arrival).toEqual({ kind: 'gap', lost: 1, after: 50 });
  expect(gap.sequence.missing).toEqual([{ seq: 51, askAt: AT }]);
  expect(arrive(gap.sequence, 51, AT)).toEqual({
    sequence: { last: 52, missing: [] },
    arrival: { kind: 'filled', complete: true },
  });
  const wide = after(1, 5);
  expect(arrive(wide, 3, AT).arrival).toEqual({ kind: 'filled', complete: false });
  expect(kind(arrive(wide, 3, AT).sequence, 3)).toBe('old');
});

test('more than 250 are not worth repairing', () => {
  expect(kind(after(1), 252)).toBe('gap');
  expect(arrive(after(1), 253, AT)).toEqual({
    sequence: { last: 253, missing: [] },
    arrival: { kind: 'flood', lost: 251, after: 1 },
  });
  expect(kind(after(1, 252, 500), 501)).toBe('next');
  expect(kind(after(1, 252), 502)).toBe('gap');
  expect(kind(after(1, 252, 502), 504)).toBe('flood');
});

test('a number that cannot be had is forgotten', () => {
  expect(forget(after(1, 4), 2).missing.map(({ seq }) => seq)).toEqual([3]);
});

test('each number is accepted exactly once, in any order', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(Array.from({ length: 40 }, (_, index) => index + 2)),
      fc.array(fc.integer({ min: 0, max: 39 })),
      (order, again) => {
        let sequence = after(1);
        const accepted: number[] = [];
        for (const seq of [...order, ...again.map((index) => order[index] ?? 1)]) {
          const result = arrive(sequence, seq, AT);
          sequence = result.sequence;
          if (!['duplicate', 'old'].includes(result.arrival.kind)) accepted.push(seq);
          const numbers = sequence.missing.map((one) => one.seq);
          expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
        }
        expect([...accepted].sort((one, other) => one - other)).toEqual([...order].sort((one, other) => one - other));
      },
    ),
  );
});
