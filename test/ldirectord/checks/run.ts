/** Runs a check against a loopback server as the daemon would. */
import type { Check, Target } from '../../../lib/ldirectord/checks/check.js';
import { runCheck } from '../../../lib/ldirectord/checks/deadline.js';
import { causeText, type Verdict } from '../../../lib/ldirectord/checks/verdict.js';
import type { Real, Virtual } from '../../../lib/ldirectord/config/model.js';
import { checkPortOf } from '../../../lib/ldirectord/identity.js';
import { millis } from '../../../lib/time.js';
import { real, virtual } from '../build.js';

/** A target on 127.0.0.1. */
export const targetOn = (port: number, more: Partial<Virtual> = {}, realMore: Partial<Real> = {}): Target => {
  const one = real('127.0.0.1', port, realMore);
  const on = virtual('10.0.0.3:80', [one], more);
  return { virtual: on, real: one, port: checkPortOf(on, one) };
};

/** The verdict and how long it took in milliseconds. */
export const timed = async (
  check: Check,
  target: Target,
  deadline = 2000,
): Promise<{ readonly verdict: Verdict; readonly took: number }> => {
  const start = performance.now();
  const verdict = await runCheck({ check, deadline: millis(deadline) }, target);
  return { verdict, took: performance.now() - start };
};

/** `up 200 OK`, or `L7STATUS 404: 404 Not Found`. */
export const inWords = (verdict: Verdict): string =>
  verdict.state === 'up' ? `up ${verdict.text}`.trim() : `${causeText(verdict)}: ${verdict.text}`;
