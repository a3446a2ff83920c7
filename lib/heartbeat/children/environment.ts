/** The environment of the programs that respawn and failfast start (as a program beside a genuine 3.0.6 printed it). */
import type { HaConfig } from '../config/model.js';

export interface ProgramEnvironment {
  readonly self: string;
  readonly config: HaConfig;
  readonly debug: number;
  /** The daemon's own environment. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/** All of ha.cf as HA_name, and what scripts are told as well; PATH stays as the daemon was given it. */
export const programEnvironment = (settings: ProgramEnvironment): Readonly<Record<string, string>> => {
  const { self, config, debug, inherited } = settings;
  const { logfile, debugfile, logfacility } = config;
  const named = (values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
    Object.entries(values).map(([name, value]) => [`HA_${name}`, value] as const);
  return {
    ...Object.fromEntries(
      Object.entries(inherited).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    ),
    ...Object.fromEntries(named(config.parameters)),
    HA_DIR: '/etc/ha.d/',
    HA_DATEFMT: '%Y/%m/%d_%T\t',
    HA_FUNCS: '/etc/ha.d//shellfuncs',
    HA_CURHOST: self,
    OCF_ROOT: '/usr/lib/ocf',
    ...(logfile === undefined ? {} : { HA_LOGFILE: logfile }),
    ...(debugfile === undefined && logfile === undefined ? {} : { HA_DEBUGLOG: debugfile ?? logfile ?? '' }),
    ...(logfacility === undefined || logfacility === 'none' ? {} : { HA_LOGFACILITY: logfacility }),
    HA_debug: String(debug),
    ...Object.fromEntries(named(config.environment)),
  };
};
