/** Wiring: keeps a job from running beside itself, however often it is asked for. */

/**
 * A function that runs the job, or, while it runs, has it run once more afterwards: ten requests in a row are two runs. Its
 * promise resolves when a run that began after the request has ended; it never rejects, errors go to `onError`.
 */
export const coalesce = (job: () => Promise<void>, onError: (error: unknown) => void): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const request = (): Promise<void> => {
    if (running !== undefined) {
      next ??= running.then(() => {
        next = undefined;
        return request();
      });
      return next;
    }
    running = job()
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return request;
};
