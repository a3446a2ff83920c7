/** Reads logd.cf, the file of the logging daemon of cluster-glue, for where messages are expected to appear. */

export interface LogdTargets {
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  /** A syslog facility, or `none`. */
  readonly logfacility: string;
}

/** The targets in that text; the last line of a kind counts, other lines do not matter. Never throws. */
export const parseLogdCf = (text: string): LogdTargets => {
  const last = (name: keyof LogdTargets): string | undefined =>
    [...text.matchAll(new RegExp(`^[ \\t]*${name}[ \\t]+(\\S+)`, 'gm'))].at(-1)?.[1];
  // What that daemon does without a file: no files, and syslog.
  return { logfile: last('logfile'), debugfile: last('debugfile'), logfacility: last('logfacility') ?? 'daemon' };
};
