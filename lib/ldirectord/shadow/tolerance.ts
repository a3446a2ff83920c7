/** How long genuine may need to see what we have seen already (pure). */
import { type Millis, millis, seconds } from '../../time.js';
import type { DirectorConfig, Virtual } from '../config/model.js';
import type { Director } from '../director.js';
import { serviceId } from '../names.js';
import { roundOf } from '../round.js';

/** For what no setting speaks of: the start of its programs, names that it looks up, our own look at the table. */
const SLACK = seconds(5);

/** What a check of genuine may take longer than ours of the same server, besides twice the time. */
const GRACE = 50;

/** For so long a check that was slow counts as slow: a round that it has held up may still go on. */
const MEMORY = 300_000;

/** The longest that one check of a virtual may take; checktype=N is sometimes a connection and sometimes more. */
const longestCheck = (virtual: Virtual): Millis =>
  millis(Math.max(roundOf(virtual, 0).deadline, roundOf(virtual, 1).deadline));

/** How long checks take here and now. */
export interface Pace {
  readonly begin: (probe: string, mono: Millis) => void;
  readonly end: (probe: string, mono: Millis) => void;
  /** Forgets all other checks. */
  readonly keep: (probes: ReadonlySet<string>) => void;
  /** What this check may cost genuine now: twice what it cost us lately, and its whole deadline while nobody knows. */
  readonly costOf: (probe: string, deadline: Millis, mono: Millis) => Millis;
}

export const createPace = (): Pace => {
  const begun = new Map<string, Millis>();
  const slowest = new Map<string, { readonly took: number; readonly at: Millis }>();
  return {
    begin: (probe, mono) => begun.set(probe, mono),
    end: (probe, mono) => {
      const took = mono - (begun.get(probe) ?? mono);
      begun.delete(probe);
      const known = slowest.get(probe);
      if (known === undefined || took >= known.took || mono - known.at > MEMORY) slowest.set(probe, { took, at: mono });
    },
    keep: (probes) => {
      for (const map of [begun, slowest]) for (const probe of map.keys()) if (!probes.has(probe)) map.delete(probe);
    },
    costOf: (probe, deadline, mono) => {
      const known = slowest.get(probe);
      if (known === undefined) return deadline;
      const expected = 2 * known.took + GRACE;
      const start = begun.get(probe);
      const isSlow = start !== undefined && mono - start > expected;
      return isSlow ? deadline : millis(Math.min(deadline, expected));
    },
  };
};

/** The checks that stand in one line of genuine: all of the file, with fork=yes those of one virtual (reference 5.3). */
const queueOf = (director: Director, virtualId: string) =>
  director.config.fork ? (director.membersByVirtual.get(virtualId) ?? []) : director.members;

/** The pause between two rounds of genuine. */
const pauseOf = ({ fork, checkInterval }: DirectorConfig, virtual: Virtual): Millis =>
  fork ? virtual.checkInterval : checkInterval;

/**
 * How long, in milliseconds, the tables may differ in a virtual service without anything being wrong.
 *
 * Genuine checks one server after the other and then sleeps for checkinterval; it takes failurecount such rounds to see
 * that a server is down. `costOf` says what each check may take; with the deadline of each it is the longest that the
 * configuration allows for.
 */
export const toleranceOf = (
  director: Director,
  virtualId: string,
  costOf: (probe: string, deadline: Millis) => Millis,
): Millis => {
  const virtual = director.config.virtuals.find(({ key }) => serviceId(key) === virtualId);
  const checks = new Map<string, Millis>();
  for (const { probe, virtual: one } of queueOf(director, virtualId))
    if (!checks.has(probe)) checks.set(probe, longestCheck(one));
  let round: number = virtual === undefined ? director.config.checkInterval : pauseOf(director.config, virtual);
  for (const [probe, deadline] of checks) round += costOf(probe, deadline);
  return millis(SLACK + (virtual?.failureCount ?? 1) * round);
};

/** The longest wait before the table is looked at again, in milliseconds. */
const LONGEST_WAIT = 10_000;

/** When to look at the table again after a look that took so long: each second while a look costs next to nothing. */
export const waitAfterLook = (took: number, checkInterval: Millis): Millis => {
  const longest = Math.min(LONGEST_WAIT, Math.max(1000, checkInterval));
  return millis(Math.min(longest, Math.max(1000, 20 * took)));
};
