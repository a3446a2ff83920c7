/** Runs one check under one outer deadline that nothing inside it can forget. */
import type { Millis } from '../../time.js';
import type { Target, TimedCheck } from './check.js';
import { down, type Verdict } from './verdict.js';

/** The reason of the signal; without one, node would make an exception with its stack for every check. */
const OVER = 'over';

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A check under way. */
export interface RunningCheck {
  /** Never rejects. */
  readonly verdict: Promise<Verdict>;
  /** Ends it as at its deadline. */
  readonly end: () => void;
}

/**
 * Starts an attempt; its verdict is there at the latest after `deadline`.
 *
 * At the deadline the attempt gets one turn of the event loop to say which stage it had reached, then the answer is
 * L7TIMEOUT. The signal fires in every case at the end, so that one that forgot to clean up loses its sockets too.
 */
export const startAttempt = (attempt: (signal: AbortSignal) => Promise<Verdict>, deadline: Millis): RunningCheck => {
  const controller = new AbortController();
  let end = (): void => undefined;
  const verdict = new Promise<Verdict>((resolve) => {
    const finish = (said: Verdict): void => {
      clearTimeout(timer);
      if (!controller.signal.aborted) controller.abort(OVER);
      resolve(said);
    };
    end = () => {
      controller.abort(OVER);
      setImmediate(() => finish(down('L7TIMEOUT', '500 Timeout Alarm')));
    };
    const timer = setTimeout(end, deadline);
    // It begins now and not in a later turn. One that throws is a bug of ours, but never a reason to stop checking.
    const begun = async (): Promise<Verdict> => attempt(controller.signal);
    begun().then(finish, (error: unknown) => finish(down('L7RESPONSE', `500 ${describe(error)}`)));
  });
  return { verdict, end };
};

/** Starts a check under its deadline. */
export const startCheck = ({ check, deadline }: TimedCheck, target: Target): RunningCheck =>
  startAttempt((signal) => check(target, signal), deadline);

/** The verdict of one check, from its start to its end. */
export const runCheck = (timed: TimedCheck, target: Target): Promise<Verdict> => startCheck(timed, target).verdict;
