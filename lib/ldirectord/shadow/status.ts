/** What a shadow has seen, as `--shadow status` gives it. */
import type { EndedDifference, OpenDifference, Tally } from '../../shadow/differences.js';
import type { Now } from '../../time.js';
import { type Mismatch, subjectOf } from './compare.js';
import type { Counts, GenuineState, SummaryStatus } from './model.js';
import { entryText, meaningOf, type Scene, whyOurs } from './words.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const SHADOW_VERSION = 1;

export interface DifferenceStatus {
  /** `tcp:10.0.0.3:80`. */
  readonly virtual: string;
  /** `192.168.0.1:80`; null: it is about the settings of the virtual service, or the whole of it. */
  readonly server: string | null;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly lastsMs: number;
  /** It has lasted longer than the tolerance. */
  readonly told: boolean;
  /** What the table has, and what we would have; null: nothing. */
  readonly theirs: string | null;
  readonly ours: string | null;
  /** Why we would have it so, and what the difference may mean. */
  readonly why: string;
  readonly meaning: string;
}

/** A difference that was told and is over, as it was seen last. */
export type EndedStatus = Pick<DifferenceStatus, 'virtual' | 'server' | 'since' | 'theirs' | 'ours'> & {
  readonly lastedMs: number;
};

/** What a shadow says on its socket. */
export interface ShadowStatus {
  readonly version: number;
  readonly program: 'ldirectord-shadow';
  readonly pid: number;
  readonly config: string;
  readonly genuine: { readonly state: GenuineState; readonly pid: number | null };
  /** Whether tables are compared now; without a genuine daemon and a table of its there is nothing to compare with. */
  readonly comparing: boolean;
  readonly started: string;
  readonly written: string;
  /** How long a difference may last now without being told: the longest of all virtual services. */
  readonly toleranceMs: number;
  readonly summary: SummaryStatus;
  readonly differences: readonly DifferenceStatus[];
  /** Oldest first; only the newest fifty. */
  readonly ended: readonly EndedStatus[];
}

/** What the command prints: the pid file, and what the shadow says when it could be asked. */
export interface ShadowReport {
  readonly version: number;
  readonly state: 'running' | 'stale' | 'stopped';
  readonly config: string;
  readonly pid: number | null;
  readonly shadow: ShadowStatus | null;
  /** It runs, but does not answer. */
  readonly problem: string | null;
}

export interface ShadowScene extends Scene {
  readonly open: readonly OpenDifference<Mismatch>[];
  readonly past: readonly EndedDifference<Mismatch>[];
  readonly tally: Tally;
  readonly counts: Counts;
  readonly startedAt: Now;
  readonly comparing: boolean;
  readonly pid: number;
}

/** The sums, with what lasts still. */
export const summaryOf = ({ open, tally, counts, startedAt, now }: ShadowScene): SummaryStatus => ({
  watchedMs: Math.round(now.mono - startedAt.mono),
  comparedMs: Math.round(counts.compared),
  checks: counts.checks,
  tableChanges: counts.tableChanges,
  decisions: counts.decisions,
  differences: tally.told,
  longestMs: Math.round(
    Math.max(tally.longestTold, ...open.filter(({ isTold }) => isTold).map(({ since }) => now.mono - since.mono)),
  ),
  passing: tally.passing,
  longestPassingMs: Math.round(tally.longestPassing),
});

const iso = (wall: number): string => new Date(wall).toISOString();

const placeOf = ({ what, since }: Pick<OpenDifference<Mismatch>, 'what' | 'since'>): Omit<EndedStatus, 'lastedMs'> => ({
  virtual: what.virtualId,
  server: what.kind === 'server' ? what.server : null,
  since: iso(since.wall),
  theirs: entryText(what, 'theirs') ?? null,
  ours: entryText(what, 'ours') ?? null,
});

/** What the daemon tells whoever asks; `tolerance`: the longest of all virtuals now, in milliseconds. */
export const shadowStatus = (scene: ShadowScene, tolerance: number): ShadowStatus => {
  const { director, genuine, open, past, startedAt, now, comparing, pid } = scene;
  return {
    version: SHADOW_VERSION,
    program: 'ldirectord-shadow',
    pid,
    config: director.config.path,
    genuine: { state: genuine.state, pid: genuine.pid ?? null },
    comparing,
    started: iso(startedAt.wall),
    written: iso(now.wall),
    toleranceMs: Math.round(tolerance),
    summary: summaryOf(scene),
    differences: [...open]
      .sort((one, other) => one.since.mono - other.since.mono || (subjectOf(one.what) < subjectOf(other.what) ? -1 : 1))
      .map((one) => ({
        ...placeOf(one),
        lastsMs: Math.round(now.mono - one.since.mono),
        told: one.isTold,
        why: whyOurs(scene, one.what),
        meaning: meaningOf(scene, one.what),
      })),
    ended: past.map((one) => ({ ...placeOf(one), lastedMs: Math.round(one.lasted) })),
  };
};
