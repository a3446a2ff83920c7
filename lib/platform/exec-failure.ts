/** Says why a program has failed. */
import type { Millis } from '../time.js';
import type { ExecResult } from './exec.js';

/** `exit status 3 (no such table)`: how it ended, and the first line of what it said on standard error. */
export const failureText = (result: ExecResult, timeout: Millis): string => {
  const { startError, timedOut, killedBy, code, stderr } = result;
  const how =
    startError ??
    (timedOut ? `no end after ${timeout / 1000} s, killed` : undefined) ??
    (killedBy === undefined ? `exit status ${code}` : `killed by ${killedBy}`);
  const said = stderr.trim().split('\n')[0] ?? '';
  return said === '' ? how : `${how} (${said})`;
};
