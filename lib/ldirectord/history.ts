/** What `status --json` tells of the past: when each check was made last, since when a server is as it is, why it failed last. */
import type { Now } from '../time.js';
import { causeText, type Verdict } from './checks/verdict.js';

/** A check that has ended. Times are wall-clock milliseconds, for people to read. */
export interface LastCheck {
  readonly at: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly result: Verdict['state'];
  /** Layer and cause with what belongs to it, `L7STATUS 503`; undefined: it succeeded. */
  readonly cause: string | undefined;
}

export interface LastFailure {
  readonly at: number;
  readonly cause: string;
  /** The words of the server, or of the system; cut. */
  readonly text: string;
}

export interface History {
  /** A check begins. */
  readonly begin: (probe: string, now: Now) => void;
  /** A check has ended; answers whether it was the first of its probe. */
  readonly end: (probe: string, verdict: Verdict, now: Now) => boolean;
  /** A member has changed its state. */
  readonly move: (memberId: string, now: Now) => void;
  /** Takes up a configuration: what it does not name is forgotten. Answers with how many checks have never ended. */
  readonly keep: (probes: ReadonlySet<string>, memberIds: ReadonlySet<string>, now: Now) => number;
  readonly lastCheck: (probe: string) => LastCheck | undefined;
  readonly lastFailure: (probe: string) => LastFailure | undefined;
  /** Wall-clock milliseconds; undefined: no such member. */
  readonly since: (memberId: string) => number | undefined;
}

/** A whole page may be the text of a failure, and there may be ten thousand of them. */
const MAX_TEXT = 200;

/** The beginning of a text, in memory of its own: a piece of a page would keep all of it. */
const beginning = (text: string): string =>
  text.length <= MAX_TEXT ? text : Buffer.from(text.slice(0, MAX_TEXT), 'utf16le').toString('utf16le');

const forget = (map: Map<string, unknown>, kept: ReadonlySet<string>): void => {
  for (const key of map.keys()) if (!kept.has(key)) map.delete(key);
};

/** One entry for each check and member, however long the daemon runs. */
export const createHistory = (): History => {
  const begun = new Map<string, Now>();
  const checks = new Map<string, LastCheck>();
  const failures = new Map<string, LastFailure>();
  const moves = new Map<string, number>();
  return {
    begin: (probe, now) => begun.set(probe, now),
    end: (probe, verdict, { mono, wall }) => {
      const isFirst = !checks.has(probe);
      const start = begun.get(probe);
      begun.delete(probe);
      const cause = verdict.state === 'up' ? undefined : causeText(verdict);
      const duration = start === undefined ? 0 : mono - start.mono;
      checks.set(probe, { at: wall, duration, result: verdict.state, cause });
      if (cause !== undefined) failures.set(probe, { at: wall, cause, text: beginning(verdict.text) });
      return isFirst;
    },
    move: (memberId, { wall }) => moves.set(memberId, wall),
    keep: (probes, memberIds, { wall }) => {
      for (const map of [begun, checks, failures]) forget(map, probes);
      forget(moves, memberIds);
      for (const id of memberIds) if (!moves.has(id)) moves.set(id, wall);
      return probes.size - checks.size;
    },
    lastCheck: (probe) => checks.get(probe),
    lastFailure: (probe) => failures.get(probe),
    since: (memberId) => moves.get(memberId),
  };
};
