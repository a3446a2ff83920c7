/** Numbers that look random and can be repeated. */
import { draw } from '../../../lib/heartbeat/cluster/random.js';

test('the same seed gives the same numbers, spread over the whole range', () => {
  const series = (seed: number): readonly number[] => {
    let state = seed;
    return Array.from({ length: 1000 }, () => {
      const { value, next } = draw(state);
      state = next;
      return value;
    });
  };
  expect(series(5)).toEqual(series(5));
  expect(series(5)).not.toEqual(series(6));
  const tenths = new Array<number>(10).fill(0);
  for (const value of series(5)) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(1);
    tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
  }
  for (const count of tenths) expect(count).toBeGreaterThan(60);
});
