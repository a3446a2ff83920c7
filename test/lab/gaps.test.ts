/** Gaps in a service, from the times of its answers. */
import fc from 'fast-check';
import { firstAfter, gapLength, longestGap } from '../../lib/lab/gaps.js';

test('the longest silence counts, whether before, between or after the answers', () => {
  expect(longestGap([10, 20, 50, 60], 0, 70)).toEqual({ from: 20, to: 50 });
  expect(longestGap([50, 60], 0, 70)).toEqual({ from: 0, to: 50 });
  expect(longestGap([10, 20], 0, 70)).toEqual({ from: 20, to: 70 });
  expect(longestGap([], 0, 70)).toEqual({ from: 0, to: 70 });
});

test('answers outside the time asked about do not shorten a gap', () => {
  expect(longestGap([5, 100], 10, 90)).toEqual({ from: 10, to: 90 });
});

test('the first answer after an instant is strictly later', () => {
  expect(firstAfter([10, 20, 30], 20)).toBe(30);
  expect(firstAfter([10], 10)).toBeUndefined();
});

test('no gap is longer than the whole time, nor shorter than an equal share of it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 50 }), (times) => {
      const answers = [...times].sort((a, b) => a - b);
      const length = gapLength(longestGap(answers, 0, 1000));
      expect(length).toBeLessThanOrEqual(1000);
      expect(length).toBeGreaterThanOrEqual(1000 / (answers.length + 1) - 1e-9);
    }),
  );
});
