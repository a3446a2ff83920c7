/** What a shadow knows of the genuine daemon, and what it counts. */
import { type Millis, millis } from '../../time.js';

/** The genuine daemon of the same configuration: `still` is one that was sent SIGSTOP. */
export type GenuineState = 'running' | 'still' | 'absent';

export interface Genuine {
  readonly state: GenuineState;
  readonly pid: number | undefined;
}

/** What has been counted since the shadow began. */
export interface Counts {
  /** How long tables could be compared, in milliseconds. */
  readonly compared: Millis;
  /** Checks that have ended. */
  readonly checks: number;
  /** Changes of the true table in our virtuals, and those that we would have made. */
  readonly tableChanges: number;
  readonly decisions: number;
}

export const NO_COUNTS: Counts = { compared: millis(0), checks: 0, tableChanges: 0, decisions: 0 };

export interface SummaryStatus {
  readonly watchedMs: number;
  readonly comparedMs: number;
  readonly checks: number;
  readonly tableChanges: number;
  readonly decisions: number;
  /** Differences that have lasted longer than the tolerance, those that are there now included; the longest of them. */
  readonly differences: number;
  readonly longestMs: number;
  /** Differences that were over in time, and the longest of them. */
  readonly passing: number;
  readonly longestPassingMs: number;
}
