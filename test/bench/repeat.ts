/** Measures the same thing several times and takes the medians. */
import { median } from './median.js';

/** How often each thing is measured; `HA_SUITE_BENCH_RUNS` is for a quick look. */
export const RUNS = Math.max(1, Number(process.env.HA_SUITE_BENCH_RUNS ?? 10) || 10);

/** Runs go on side by side as far as they mostly wait, but not in step, so that they do not fail over at one instant. */
const STAGGER_MS = 700;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The median of each figure. */
export const medians = <Key extends string>(
  runs: readonly Readonly<Record<Key, number>>[],
  keys: readonly Key[],
): Readonly<Record<Key, number>> =>
  Object.fromEntries(keys.map((key) => [key, median(runs.map((run) => run[key]))])) as Record<Key, number>;

/** Calls `measure` {@link RUNS} times, `width` at a time, with progress on standard error. */
export const repeated = async <T>(what: string, width: number, measure: () => Promise<T>): Promise<readonly T[]> => {
  const results: T[] = [];
  while (results.length < RUNS) {
    process.stderr.write(`${what}: ${results.length} of ${RUNS}\n`);
    const batch = Math.min(width, RUNS - results.length);
    results.push(
      ...(await Promise.all(
        Array.from({ length: batch }, async (_, index) => {
          await pause(index * STAGGER_MS);
          return measure();
        }),
      )),
    );
  }
  return results;
};
