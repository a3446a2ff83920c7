/** Runs resource jobs one after the other while heartbeats go on (heartbeat reference 6.8). */
import type { Log } from '../../log.js';
import { type Millis, seconds } from '../../time.js';
import type { ClusterEffect, JobResult } from '../cluster/interface.js';

export type Job = Extract<ClusterEffect, { type: 'job' }>;

/** After so long a job that waits for something else need not wait for this one any more. */
const PATIENCE = seconds(10);

export interface Jobs {
  /** Takes a job; `onDone` is called once for each. */
  readonly add: (job: Job) => void;
  /** Resolves when no job runs or waits. */
  readonly idle: () => Promise<void>;
}

interface Entry {
  readonly job: Job;
  readonly ended: Promise<void>;
  /** Resolves when it was taken PATIENCE ago (it runs, or waits for one that hangs), or when it has ended. */
  readonly slow: Promise<void>;
}

/** Whether two jobs may be about the same group. */
const overlap = (one: Job, other: Job): boolean => {
  if (one.group !== undefined && other.group !== undefined) return one.group === other.group;
  const apart =
    (one.scope === 'local' && other.scope === 'foreign') || (one.scope === 'foreign' && other.scope === 'local');
  return !apart;
};

/**
 * Jobs run in the order in which they are taken, one at a time; but a script that hangs in one group must not keep the
 * groups of a dead node down, so a job overtakes an earlier one that takes long and has no group in common with it.
 *
 * @param run performs one job; a rejection counts as failed
 * @param onDone is never called before `add` has returned
 */
export const createJobs = (
  run: (job: Job) => Promise<JobResult>,
  onDone: (job: number, result: JobResult) => void,
  log: Log,
  patience: Millis = PATIENCE,
): Jobs => {
  let entries: readonly Entry[] = [];

  const perform = async (job: Job): Promise<void> => {
    let result: JobResult;
    try {
      result = await run(job);
    } catch (error) {
      log('CRIT', `internal error in job ${job.action} ${job.scope}: ${String(error)}`);
      result = { outcome: 'failed' };
    }
    entries = entries.filter((entry) => entry.job !== job);
    onDone(job.job, result);
  };

  const turnOf = async (job: Job, earlier: readonly Entry[]): Promise<void> => {
    await Promise.all(earlier.map((entry) => (overlap(entry.job, job) ? entry.ended : entry.slow)));
  };

  return {
    add: (job) => {
      const earlier = entries;
      let tellSlow = (): void => {};
      const slow = new Promise<void>((resolve) => {
        tellSlow = resolve;
      });
      const timer = setTimeout(() => tellSlow(), patience);
      const begin = async (): Promise<void> => {
        await perform(job);
        clearTimeout(timer);
        tellSlow();
      };
      // The first job starts in this very turn of the loop: from "is dead" to the first address nothing else comes between.
      const ended = earlier.length === 0 ? begin() : turnOf(job, earlier).then(begin);
      entries = [...entries, { job, ended, slow }];
    },
    idle: async () => {
      while (entries.length > 0) await Promise.all(entries.map(({ ended }) => ended));
    },
  };
};
