/** The one shape that every check has. */
import type { Millis } from '../../time.js';
import type { Real, Virtual } from '../config/model.js';
import type { Verdict } from './verdict.js';

/** What is checked: a real server on behalf of a virtual service. */
export interface Target {
  readonly virtual: Virtual;
  readonly real: Real;
  /** Where the check connects to (ldirectord reference 4.2). */
  readonly port: number;
  /** `[tls] verify` of ha-suite.ini; absent: as genuine does for the service. */
  readonly verify?: TlsVerify;
}

export type TlsVerify = 'genuine' | 'chain' | 'full' | 'off';

/**
 * Looks at a target once. When `signal` fires the check lets go of everything it holds and answers with the stage it
 * had reached; the caller does not wait for it any longer in any case.
 */
export type Check = (target: Target, signal: AbortSignal) => Promise<Verdict>;

/** A check and the time it may take as a whole. */
export interface TimedCheck {
  readonly check: Check;
  readonly deadline: Millis;
}
