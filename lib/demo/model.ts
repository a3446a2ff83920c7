/** What the demonstration shows at an instant; both ways of showing it read only this. */
import type { DirectorName, WebServerName } from './topology.js';

export type StepStatus = 'waiting' | 'running' | 'done' | 'failed';

export interface Step {
  readonly title: string;
  /** Seconds after which it counts as failed. */
  readonly limit: number;
  readonly status: StepStatus;
  /** Milliseconds since the start of the demonstration. */
  readonly begun: number | undefined;
  readonly ended: number | undefined;
  /** What came out of it, e.g. a measured gap. */
  readonly result: string;
}

export interface Event {
  /** Milliseconds since the start of the demonstration. */
  readonly at: number;
  readonly text: string;
}

export type DirectorState = 'off' | 'running' | 'cut off';

export interface Picture {
  readonly now: number;
  readonly steps: readonly Step[];
  readonly events: readonly Event[];
  /** Which of the two moving addresses each director has. */
  readonly holds: Readonly<Record<DirectorName, readonly string[]>>;
  readonly directorStates: Readonly<Record<DirectorName, DirectorState>>;
  /** Whether the kernel forwards to a web server, as ha-ipvsadm lists it; undefined while nobody forwards. */
  readonly inTable: Readonly<Record<WebServerName, boolean | undefined>>;
  /** Answers of each web server in the last second. */
  readonly rates: Readonly<Record<WebServerName, number>>;
  /** Answers per second, oldest first, one figure per second. */
  readonly history: readonly number[];
  readonly failures: number;
}

/** `31.042` for 31042 milliseconds, right-aligned for lists. */
export const seconds = (ms: number): string => (ms / 1000).toFixed(3);
