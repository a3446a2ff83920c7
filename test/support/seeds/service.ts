/** What the clients of a virtual service see, and what is waited for there. */
import type { HttpProber } from '../../../lib/lab/http-prober.js';
import { until } from '../../../lib/lab/until.js';

/** Waits until, for `window` milliseconds, exactly these servers have answered and no request has failed. */
export const untilServedBy = (
  prober: HttpProber,
  servers: readonly string[],
  limit: number,
  window = 1000,
): Promise<number> => {
  const wanted = servers.toSorted().join(' ');
  const begun = Date.now();
  return until(
    `exactly ${wanted} serve`,
    () => {
      const since = Date.now() - window;
      const answered = [...prober.answeredBy(since).keys()].toSorted().join(' ');
      return since >= begun && answered === wanted && prober.failures(since) === 0;
    },
    limit,
    100,
  );
};

/** The share of all answers since `from` that the busiest server gave, e.g. 0.5 for two that are equally busy. */
export const busiestShare = (prober: HttpProber, from: number): number => {
  const counts = [...prober.answeredBy(from).values()];
  return Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
};
