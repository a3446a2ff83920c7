/** Work on resource groups that has been asked for and has not ended yet. */
import { plus } from './holdings.js';
import type { ClusterEffect, Holding, JobScope } from './interface.js';
import type { ClusterState, Job, Purpose } from './state.js';
import { emit, type Turn, update } from './turn.js';

/** What a job is told beyond its scope. */
export type JobDetails = Pick<Extract<ClusterEffect, { type: 'job' }>, 'group' | 'occasion' | 'script'>;

/**
 * Asks for a job on `scope`. `part` is what of it may be running here until the job ends: a release also stops groups
 * that we do not hold, which is harmless and no claim.
 */
export const startJob = (
  turn: Turn,
  action: 'acquire' | 'release',
  scope: JobScope | 'none',
  part: Holding,
  purpose: Purpose,
  details: JobDetails = {},
): Turn => {
  if (scope === 'none') return turn;
  const job = turn.state.nextJob;
  const asked = update(turn, { nextJob: job + 1, jobs: [...turn.state.jobs, { job, scope, part, purpose }] });
  return emit(asked, { type: 'job', job, action, scope, ...details });
};

/** Takes an ended job off the list; undefined when we never asked for it. */
export const endJob = (turn: Turn, job: number): { readonly turn: Turn; readonly ended: Job } | undefined => {
  const ended = turn.state.jobs.find((one) => one.job === job);
  if (ended === undefined) return undefined;
  return { turn: update(turn, { jobs: turn.state.jobs.filter((one) => one !== ended) }), ended };
};

/** What may be running here: what we hold, and whatever a job is still starting or stopping. */
export const claims = (state: ClusterState): Holding =>
  state.jobs.reduce((sum, job) => plus(sum, job.part), state.resources.hold);

/** Nothing moves on this node: stable, no standby, no takeover, no job (heartbeat reference 6.1). */
export const isQuiet = (state: ClusterState): boolean =>
  state.resources.phase === 'stable' &&
  state.resources.standby.state === 'not' &&
  !state.resources.takeover &&
  state.jobs.length === 0;
