/** Runs jobs one after the other, so that two batches never work on the same table at once. */

/** A function that starts each job only when the one before it has ended, however it ended. */
export const makeQueue = (): (<T>(job: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(job: () => Promise<T>): Promise<T> => {
    const result = last.then(job);
    last = result.catch(() => undefined);
    return result;
  };
};
