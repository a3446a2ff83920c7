/** Wiring: what a command works with once the configuration has been read. */
import type { LoadedConfig } from '../../platform/director-file.js';
import type { Invocation } from '../cli/arguments.js';
import type { DirectorConfig } from '../config/model.js';
import type { LogMode, LogTarget } from './log-target.js';

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

/** The log line of every exit with a status other than 0 (reference 5.5). */
export const exiting = (target: LogTarget, status: number, reason: string): number => {
  target.log('info', `Exiting with exit_status ${status}: ${reason}`);
  return status;
};
