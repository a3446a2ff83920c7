/** Wiring: what a command works with once the configuration has been read. */
import type { LoadedConfig } from '../../platform/director-file.js';
import type { Invocation } from '../cli/arguments.js';
import type { DirectorConfig } from '../config/model.js';
import { configName } from './config-path.js';
import { DEFAULT_LOGFILE, type LogMode, type LogTarget, openLog } from './log-target.js';
import { shadowLogfile } from './shadow-places.js';

/** What syslog calls a shadow. */
const SHADOW_IDENT = 'ldirectord-shadow';

export type CommandInvocation = Extract<Invocation, { kind: 'command' }>;

export interface Session {
  readonly invocation: CommandInvocation;
  /** argv[0] of the genuine program. */
  readonly program: string;
  readonly path: string;
  readonly name: string;
  readonly pidFile: string;
  readonly parsed: LoadedConfig;
  readonly target: LogTarget;
}

/** Where the log goes. */
export const modeFor = (debug: boolean, config: DirectorConfig | undefined): LogMode =>
  debug ? 'debug' : config?.supervised === true ? 'supervised' : 'normal';

/** Opens the log of an invocation; without a configuration the usual one. A shadow has a log of its own. */
export const openSessionLog = (
  { configWord, debug, shadow, foreground }: CommandInvocation,
  config: DirectorConfig | undefined,
): Promise<LogTarget> => {
  const mode = foreground && !debug ? 'supervised' : modeFor(debug, config);
  const logfile = config?.logfile ?? DEFAULT_LOGFILE;
  const name = configName(configWord);
  return shadow ? openLog(mode, shadowLogfile(logfile), name, SHADOW_IDENT) : openLog(mode, logfile, name);
};

/** The log line of every exit with a status other than 0 (reference 5.5). */
export const exiting = (target: LogTarget, status: number, reason: string): number => {
  target.log('info', `Exiting with exit_status ${status}: ${reason}`);
  return status;
};
