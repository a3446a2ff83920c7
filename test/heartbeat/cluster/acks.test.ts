/** Which packets are acknowledged (heartbeat reference 4.4). */
import fc from 'fast-check';
import { ackFor } from '../../../lib/heartbeat/cluster/acks.js';
import { arrive, type Sequence, UNKNOWN } from '../../../lib/heartbeat/cluster/sequence.js';
import { millis } from '../../../lib/time.js';

const run = (digit: number, numbers: readonly number[]): readonly (number | undefined)[] => {
  let sequence: Sequence = UNKNOWN;
  return numbers.map((seq) => {
    const before = sequence;
    sequence = arrive(before, seq, millis(0)).sequence;
    return ackFor(digit, before, sequence, seq);
  });
};

test('one in ten, by its last digit', () => {
  const acks = run(
    7,
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  expect(acks.filter((ack) => ack !== undefined)).toEqual([7, 17, 27, 37]);
});

test('nothing beyond a gap; when it closes, the highest below the next one', () => {
  expect(run(0, [9, 11, 12, 20, 10, 13])).toEqual([undefined, undefined, undefined, undefined, 10, undefined]);
  expect(run(2, [9, 11, 12, 10])).toEqual([undefined, undefined, undefined, 12]);
  expect(run(2, [9, 11, 12, 14, 10])).toEqual([undefined, undefined, undefined, undefined, 12]);
});

test('never acknowledges what has not arrived', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 }),
      (digit, numbers) => {
        const acks = run(digit, [1, ...numbers]);
        const seen = new Set<number>([1]);
        [1, ...numbers].forEach((seq, index) => {
          seen.add(seq);
          const ack = acks[index];
          if (ack === undefined) return;
          expect(ack % 10).toBe(digit);
          for (let below = 1; below <= ack; below++) expect(seen.has(below)).toBe(true);
        });
      },
    ),
  );
});
