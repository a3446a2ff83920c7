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
  /** All of ha.cf with its defaults, as `cl_status hbparameter` prints it; scripts get each as HA_name, too. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The daemon's own environment, which scripts inherit (HOME, TZ, what /etc/default/heartbeat exports). */
  readonly inherited?: Readonly<Record<string, string | undefined>>;
}

const FOLDERS = '/usr/libexec/heartbeat:/usr/sbin:/usr/share/heartbeat';

const prefixed = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`HA_${name}`, value]));

const defined = (values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/**
 * The complete environment of a script (heartbeat reference 1.4, and what a script of a genuine 3.0.6 printed). Scripts send
 * their noise to HA_DEBUGLOG, which is therefore always set.
 */
export const scriptEnvironment = (settings: EnvironmentSettings): Readonly<Record<string, string>> => {
  const { self, logfile, debugfile, logfacility, debug, environment, path } = settings;
  return {
    ...defined(settings.inherited ?? {}),
    ...prefixed(settings.parameters ?? {}),
    PATH: `${FOLDERS}:${path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'}`,
    LC_ALL: 'C',
    HA_DIR: '/etc/ha.d/',
    HA_RCDIR: '/etc/ha.d//rc.d',
    HA_RESOURCEDIR: '/etc/ha.d//resource.d',
    HA_DOCDIR: '/usr/share/doc/heartbeat',
    HA_LOGD: 'no',
    HA_FUNCS: '/etc/ha.d//shellfuncs',
    HA_BIN: '/usr/libexec/heartbeat',
    HA_FIFO: '/var/lib/heartbeat/fifo',
    HA_RSCTMP: '/run/heartbeat/rsctmp',
    HA_DATEFMT: '%Y/%m/%d_%T\t',
    OCF_ROOT: '/usr/lib/ocf',
    OCF_AGENTS: '/usr/lib/ocf/resource.d/heartbeat/',
    HA_CURHOST: self,
    HA_DEBUGLOG: debugfile ?? logfile ?? '/dev/null',
    ...(logfile === undefined ? {} : { HA_LOGFILE: logfile }),
    ...(logfacility === undefined || logfacility === 'none' ? {} : { HA_LOGFACILITY: logfacility }),
    ...(debug > 0 ? { HA_debug: String(debug) } : {}),
    ...prefixed(environment),
  };
};

/** How often a failed stop is tried again: `env STOPRETRYMAX n` in ha.cf, or 10 (heartbeat reference 2.6). */
export const stopRetries = (environment: Readonly<Record<string, string>>): number => {
  const value = Number(environment.STOPRETRYMAX);
  return environment.STOPRETRYMAX !== undefined && Number.isInteger(value) ? value : 10;
};
