/** Where ha.cf wants the log to go (heartbeat reference 2.3, no. 13). */
import { readSmallFile } from '../../../platform/run-files.js';
import { isSyslogFacility } from '../../../platform/syslog.js';
import { parseLogdCf } from '../../config/logd-cf.js';
import type { HaConfig } from '../../config/model.js';

export interface LogTargets {
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  /** A syslog facility. */
  readonly facility: string | undefined;
}

const LOGD_CF = '/etc/logd.cf';

const named = (facility: string | undefined): string | undefined => (facility === 'none' ? undefined : facility);

/**
 * The targets. Where genuine would leave everything to its logging daemon, which the suite does without, the lines go
 * where the file of that daemon sends them: by default to syslog. (Genuine loses them when it does not run.)
 */
export const logTargets = (config: HaConfig, logdCf = LOGD_CF): LogTargets => {
  const { logfile, debugfile } = config;
  const facility = named(config.logfacility);
  if (facility !== undefined || logfile !== undefined || debugfile !== undefined)
    return { logfile, debugfile, facility };
  const logd = parseLogdCf(readSmallFile(logdCf)?.toString('latin1') ?? '');
  const known = isSyslogFacility(logd.logfacility) ? logd.logfacility : 'daemon';
  const told = logd.logfile !== undefined || logd.debugfile !== undefined;
  return {
    logfile: logd.logfile,
    debugfile: logd.debugfile,
    facility: logd.logfacility === 'none' && told ? undefined : known,
  };
};
