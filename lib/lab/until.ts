/** Waits for a condition of the outside world. */

/** Rejects with `what` when the condition does not hold within `limit` milliseconds; resolves with the time it took. */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit: number,
  interval = 20,
): Promise<number> => {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limit) throw new Error(`did not happen within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
  return performance.now() - start;
};
