/** The environment that scripts are run with: those of rc.d through harc, and those of resource.d. */
import type { Occasion } from '../cluster/interface.js';

export interface EnvironmentSettings {
  /** Our node name. */
  readonly self: string;
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  readonly logfacility: string | undefined;
  readonly debug: number;
  readonly useLogd: boolean;
  /** `auto_failback legacy`. */
  readonly legacy: boolean;
  /** `env` directives of ha.cf, names without HA_. */
  readonly environment: Readonly<Record<string, string>>;
  /** The daemon's own PATH. */
  readonly path: string | undefined;
  /** All of ha.cf with its defaults, as `cl_status hbparameter` prints it; scripts get each as HA_name, too. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The daemon's own environment, which scripts inherit (HOME, TZ, what /etc/default/heartbeat exports). */
  readonly inherited?: Readonly<Record<string, string | undefined>>;
}

/** What genuine's shellfuncs puts in front of the search path and behind it. */
const PROGRAMS = '/usr/libexec/heartbeat';
const FOLDERS = '/usr/sbin:/usr/share/heartbeat';
const LAST_FOLDERS = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/ucb';
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Of the daemon's own environment these do not reach a script. */
const KEPT_BACK: readonly string[] = ['LANG', 'LANGUAGE'];

const prefixed = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`HA_${name}`, value]));

const passedOn = (values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || KEPT_BACK.includes(name) ? [] : [[name, value]],
    ),
  );

/**
 * What the daemon gives to every program it starts for the cluster, harc above all (heartbeat reference 1.4, and what a
 * script of a genuine 3.0.6 printed). Scripts send their noise to HA_DEBUGLOG, which is therefore always set.
 */
export const daemonEnvironment = (settings: EnvironmentSettings): Readonly<Record<string, string>> => {
  const { self, logfile, debugfile, logfacility, debug, environment, path, parameters = {} } = settings;
  return {
    ...passedOn(settings.inherited ?? {}),
    ...prefixed(parameters),
    ...(parameters.compression === undefined ? {} : { HA_COMPRESSION: parameters.compression }),
    PATH: path ?? USUAL_PATH,
    LC_ALL: 'C',
    HA_DIR: '/etc/ha.d/',
    HA_FUNCS: '/etc/ha.d//shellfuncs',
    HA_RCDIR: '/etc/ha.d//rc.d',
    HA_RESOURCEDIR: '/etc/ha.d//resource.d',
    HA_DOCDIR: '/usr/share/doc/heartbeat',
    HA_FIFO: '/var/lib/heartbeat/fifo',
    HA_LOGD: settings.useLogd ? 'yes' : 'no',
    HA_DATEFMT: '%Y/%m/%d_%T\t',
    OCF_ROOT: '/usr/lib/ocf',
    OCF_AGENTS: '/usr/lib/ocf/resource.d/heartbeat/',
    HA_CURHOST: self,
    HA_debug: String(debug),
    HA_DEBUGLOG: debugfile ?? logfile ?? '/dev/null',
    ...(logfile === undefined ? {} : { HA_LOGFILE: logfile }),
    ...(logfacility === undefined || logfacility === 'none' ? {} : { HA_LOGFACILITY: logfacility }),
    ...prefixed(environment),
  };
};

/** The environment of a resource script, whatever the occasion: as ResourceManager, which runs it, hands it down. */
export const resourceEnvironment = (settings: EnvironmentSettings): Readonly<Record<string, string>> => {
  const common = daemonEnvironment(settings);
  return {
    ...common,
    PATH: `${FOLDERS}:${common.PATH ?? USUAL_PATH}:${LAST_FOLDERS}`,
    HA_BIN: PROGRAMS,
    HA_DIR: '/etc/ha.d',
    HA_FUNCS: '/etc/ha.d/shellfuncs',
    HA_RCDIR: '/etc/ha.d/rc.d',
    HA_RESOURCEDIR: '/etc/ha.d/resource.d',
  };
};

/** What else the present moment puts there. */
export interface Moment {
  /** Our own node status. */
  readonly status: string;
  /** Seconds of the wall clock. */
  readonly seconds: number;
}

/**
 * The variables of an rc.d handler that its children inherit, and so the resource scripts: genuine starts groups at
 * start-up and after a death out of `ip-request-resp` and `status` (heartbeat reference 6.2, 6.4).
 *
 * @param key the first resource word of the group
 * @param local whether the group is ours
 */
export const occasionEnvironment = (
  occasion: Occasion | undefined,
  key: string,
  local: boolean,
  settings: EnvironmentSettings,
  { status, seconds }: Moment,
): Readonly<Record<string, string>> => {
  if (occasion === undefined) return {};
  const { self, legacy } = settings;
  const handler = {
    // Out of a handler the functions are read a second time, and know then where the programs are.
    PATH: `${PROGRAMS}:${resourceEnvironment(settings).PATH}`,
    HA_RCDIR: '/etc/ha.d//rc.d',
    HA_RESOURCEDIR: '/etc/ha.d//resource.d',
    HA_OSTATUS: status,
    ...(legacy ? {} : { HA_NICEFAILBACK: 'yes' }),
    HA_ts: seconds.toString(16),
  };
  if (occasion.kind === 'death' && !local) {
    return { ...handler, HA_t: 'status', HA_st: 'dead', HA_src: occasion.node, HA_seq: '1' };
  }
  return {
    ...handler,
    ...{ HA_t: 'ip-request-resp', HA_src: self, HA_dest: self, HA_ipaddr: key, HA_weown: 'yes', HA_ok: 'OK' },
  };
};

/** How often a failed stop is tried again: `env STOPRETRYMAX n` in ha.cf, or 10 (heartbeat reference 2.6). */
export const stopRetries = (environment: Readonly<Record<string, string>>): number => {
  const value = Number(environment.STOPRETRYMAX);
  return environment.STOPRETRYMAX !== undefined && Number.isInteger(value) ? value : 10;
};
