/** Where ha.cf wants the log to go (heartbeat reference 2.3, no. 13). */
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
