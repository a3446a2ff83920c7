/** rise and fall, counted. */
import fc from 'fast-check';
import { type Count, count, UNDECIDED } from '../../../lib/heartbeat/monitor/standing.js';

const after = (results: readonly boolean[], rise: number, fall: number): Count =>
  results.reduce((sum, good) => count(sum, good, { rise, fall }), UNDECIDED);
const read = (results: string): readonly boolean[] => [...results].map((letter) => letter === '+');

test.each([
  ['', 'unknown', 0],
  ['+', 'up', 0],
  ['-', 'unknown', 1],
  ['--', 'unknown', 2],
  ['---', 'down', 0],
  ['--+', 'up', 0],
  ['+--', 'up', 2],
  ['+--+', 'up', 0],
  ['+--+--', 'up', 2],
  ['+---', 'down', 0],
  ['----', 'down', 0],
  ['---+', 'down', 1],
  ['---+-', 'down', 0],
  ['---+-++', 'up', 0],
] as const)('rise=2 fall=3, %s: %s', (results, standing, against) => {
  expect(after(read(results), 2, 3)).toEqual({ standing, against });
});

test('up means: the last `fall` results are not all bad; down: the last `rise` are not all good', () => {
  const limit = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), limit, limit, (results, rise, fall) => {
      let now = UNDECIDED;
      for (const [index, good] of results.entries()) {
        const before = now.standing;
        now = count(now, good, { rise, fall });
        const last = (n: number, value: boolean): boolean =>
          index + 1 >= n && results.slice(index + 1 - n, index + 1).every((one) => one === value);
        if (now.standing === 'up') expect(last(fall, false)).toBe(false);
        if (now.standing === 'down') expect(last(rise, true)).toBe(false);
        // It changes with the result that completes the series, and never with any other.
        if (before !== 'down' && now.standing === 'down') expect(last(fall, false)).toBe(true);
        if (before === 'down' && now.standing === 'up') expect(last(rise, true)).toBe(true);
      }
    }),
  );
});
