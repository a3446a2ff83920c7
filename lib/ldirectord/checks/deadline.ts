/** Runs one check under one outer deadline that nothing inside it can forget. */
import type { Target, TimedCheck } from './check.js';
import { down, type Verdict } from './verdict.js';

/** The reason of the signal; without one, node would make an exception with its stack for every check. */
const OVER = 'over';

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Resolves with the check's verdict at the latest at its deadline (or when `stop` fires); never rejects.
 *
 * At the deadline the check gets one turn of the event loop to say which stage it had reached, then the answer is
 * L7TIMEOUT. The signal fires in every case at the end, so that a check that forgot to clean up loses its sockets too.
 */
export const runCheck = ({ check, deadline }: TimedCheck, target: Target, stop?: AbortSignal): Promise<Verdict> =>
  new Promise((resolve) => {
    const controller = new AbortController();
    const finish = (verdict: Verdict): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', expire);
      if (!controller.signal.aborted) controller.abort(OVER);
      resolve(verdict);
    };
    const expire = (): void => {
      controller.abort(OVER);
      setImmediate(() => finish(down('L7TIMEOUT', '500 Timeout Alarm')));
    };
    const timer = setTimeout(expire, deadline);
    stop?.addEventListener('abort', expire, { once: true });
    // A check that throws is a bug of ours, but never a reason to stop checking.
    Promise.resolve()
      .then(() => check(target, controller.signal))
      .then(finish, (error: unknown) => finish(down('L7RESPONSE', `500 ${describe(error)}`)));
  });
