/** What a check answers: up, or down with the layer and cause that failed. */

/** Layer and cause, as they appear in logs, page and metrics. */
export type Cause =
  | 'L3TIMEOUT'
  | 'L3UNREACHABLE'
  | 'L4REFUSED'
  | 'L4TIMEOUT'
  | 'L4UNREACHABLE'
  | 'L4RESET'
  | 'L4ERROR'
  | 'L6CERT'
  | 'L6TIMEOUT'
  | 'L6ERROR'
  | 'L7TIMEOUT'
  | 'L7STATUS'
  | 'L7PATTERN'
  | 'L7RESPONSE'
  | 'L7EXIT'
  | 'L7SIGNAL'
  | 'L7EXEC'
  | 'OFF'
  | 'MAINTENANCE';

export interface Up {
  readonly state: 'up';
  /** What the genuine monitorfile would show; empty: `-`. */
  readonly text: string;
}

export interface Down {
  readonly state: 'down';
  readonly cause: Cause;
  /** What belongs to the cause, e.g. `503` for L7STATUS. */
  readonly detail?: string;
  readonly text: string;
  /** A line that the genuine program logs for this failure. */
  readonly note?: string;
}

export type Verdict = Up | Down;

export const up = (text = ''): Up => ({ state: 'up', text });

export const down = (cause: Cause, text = '', more: Pick<Down, 'detail' | 'note'> = {}): Down => ({
  state: 'down',
  cause,
  text,
  ...more,
});

/** The same failure in the words that genuine has for it. */
export const worded = (verdict: Down, text: string): Down => ({ ...verdict, text });

/** `L7STATUS 503`. */
export const causeText = (verdict: Down): string =>
  verdict.detail === undefined ? verdict.cause : `${verdict.cause} ${verdict.detail}`;
