/** Where ha.cf wants the log to go (heartbeat reference 2.3, no. 13). */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HaConfig } from '../config/model.js';

export interface LogTargets {
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  /** A syslog facility. */
  readonly facility: string | undefined;
}

/**
 * The targets. Where genuine would leave everything to its logging daemon, which the suite does not have, the lines go
 * to syslog, which is where that daemon sends them by default.
 */
export const logTargets = (config: HaConfig): LogTargets => {
  const facility = config.logfacility === 'none' ? undefined : config.logfacility;
  const { logfile, debugfile } = config;
  const nothing = facility === undefined && logfile === undefined && debugfile === undefined;
  return { logfile, debugfile, facility: nothing ? 'daemon' : facility };
};

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** One sentence for each log file that cannot be written because its folder is not there. */
export const homelessLogs = ({ logfile, debugfile }: HaConfig): readonly string[] =>
  [...new Set([logfile, debugfile])].flatMap((path) =>
    path === undefined || isFolder(dirname(path))
      ? []
      : [`nothing can be logged to ${path}: there is no folder ${dirname(path)}`],
  );
