/** The environment that resource scripts are run with. */

export interface EnvironmentSettings {
  /** Our node name. */
  readonly self: string;
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  readonly logfacility: string | undefined;
  readonly debug: number;
  /** `env` directives of ha.cf, names without HA_. */
  readonly environment: Readonly<Record<string, string>>;
  /** The daemon's own PATH. */
  readonly path: string | undefined;
}

const FOLDERS = '/usr/libexec/heartbeat:/usr/sbin:/usr/share/heartbeat';

/**
 * What a script finds in its environment (heartbeat reference 1.4), and nothing else: it does not depend on who started the
 * daemon. Scripts may expect debug output to go to HA_DEBUGLOG, which is therefore always set.
 */
export const scriptEnvironment = (settings: EnvironmentSettings): Readonly<Record<string, string>> => {
  const { self, logfile, debugfile, logfacility, debug, environment, path } = settings;
  const own = Object.fromEntries(Object.entries(environment).map(([name, value]) => [`HA_${name}`, value]));
  return {
    PATH: `${FOLDERS}:${path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}`,
    LANG: 'C',
    LC_ALL: 'C',
    HA_DIR: '/etc/ha.d/',
    HA_RCDIR: '/etc/ha.d/rc.d',
    HA_RESOURCEDIR: '/etc/ha.d/resource.d',
    HA_FUNCS: '/etc/ha.d//shellfuncs',
    HA_BIN: '/usr/libexec/heartbeat',
    HA_FIFO: '/var/lib/heartbeat/fifo',
    HA_RSCTMP: '/run/heartbeat/rsctmp',
    HA_DATEFMT: '%Y/%m/%d_%T ',
    OCF_ROOT: '/usr/lib/ocf',
    OCF_AGENTS: '/usr/lib/ocf/resource.d/heartbeat/',
    HA_CURHOST: self,
    HA_DEBUGLOG: debugfile ?? logfile ?? '/dev/null',
    ...(logfile === undefined ? {} : { HA_LOGFILE: logfile }),
    ...(logfacility === undefined || logfacility === 'none' ? {} : { HA_LOGFACILITY: logfacility }),
    ...(debug > 0 ? { HA_debug: String(debug) } : {}),
    ...own,
  };
};

/** How often a failed stop is tried again: `env STOPRETRYMAX n` in ha.cf, or 10 (heartbeat reference 2.6). */
export const stopRetries = (environment: Readonly<Record<string, string>>): number => {
  const value = Number(environment.STOPRETRYMAX);
  return environment.STOPRETRYMAX !== undefined && Number.isInteger(value) ? value : 10;
};
