/** What SIGHUP asks for: it depends on which files have changed since they were read (heartbeat reference 8.5). */

/** Modification times in milliseconds; undefined: the file cannot be asked. */
export interface FileTimes {
  /** ha.cf. */
  readonly config: number | undefined;
  /** ha-suite.ini. */
  readonly suite: number | undefined;
  readonly keys: number | undefined;
}

export type HangUp = 'config' | 'keys' | 'nothing';

/** A changed ha.cf beats a changed authkeys: whoever reads the one reads the other. Touched is changed, as in genuine. */
export const hangUpMeans = (read: FileTimes, now: FileTimes): HangUp => {
  if (now.config !== read.config || now.suite !== read.suite) return 'config';
  return now.keys === read.keys ? 'nothing' : 'keys';
};
