/** Runs resource jobs one after the other while heartbeats go on (heartbeat reference 6.8). */
import type { Log } from '../../log.js';
import type { ClusterEffect } from '../cluster/interface.js';

export type Job = Extract<ClusterEffect, { type: 'job' }>;

export type JobOutcome = 'done' | 'failed';

export interface Jobs {
  /** Takes a job; `onDone` is called once for each, in the order in which they were taken. */
  readonly add: (job: Job) => void;
  /** Resolves when no job runs or waits. */
  readonly idle: () => Promise<void>;
}

/**
 * @param run performs one job; a rejection counts as failed
 * @param onDone is never called before `add` has returned
 */
export const createJobs = (
  run: (job: Job) => Promise<JobOutcome>,
  onDone: (job: number, outcome: JobOutcome) => void,
  log: Log,
): Jobs => {
  let last: Promise<void> = Promise.resolve();
  let running = 0;
  const perform = async (job: Job): Promise<void> => {
    let outcome: JobOutcome;
    try {
      outcome = await run(job);
    } catch (error) {
      log('CRIT', `internal error in job ${job.action} ${job.scope}: ${String(error)}`);
      outcome = 'failed';
    }
    running -= 1;
    onDone(job.job, outcome);
  };
  return {
    add: (job) => {
      // The first job starts in this very turn of the loop: from "is dead" to the first address nothing else comes between.
      const previous = last;
      running += 1;
      last = running === 1 ? perform(job) : previous.then(() => perform(job));
    },
    idle: async () => {
      let seen: Promise<void> | undefined;
      while (seen !== last) {
        seen = last;
        await seen;
      }
    },
  };
};
