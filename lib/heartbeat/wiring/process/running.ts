/** Whether a heartbeat runs here, ours or the genuine one, and which process it is. */
import { commandLineOf, processExists, programOf, readPid } from '../../../platform/run-files.js';

/** What a process shows of itself. */
export interface ProcessFace {
  /** Base name of the program it runs. */
  readonly program: string | undefined;
  readonly commandLine: readonly string[];
}

/**
 * Whether such a process is a heartbeat daemon: the genuine program, or ours, which runs under node. Debian's genuine one asks
 * only whether the process exists (seen with strace; heartbeat reference 1.2 has it compare programs), so it sees ours too.
 * A shadow is none.
 */
export const isHeartbeat = ({ program, commandLine }: ProcessFace): boolean =>
  program === 'heartbeat' ||
  commandLine[0]?.startsWith('ha-heartbeat:') === true ||
  (!commandLine.includes('--shadow') &&
    commandLine.slice(0, 3).some((word) => /(^|\/)ha-heartbeat(\.js)?$|\/heartbeat\/heartbeat$/.test(word)));

/** Whether the process of that number is a heartbeat daemon. */
export const isHeartbeatProcess = (pid: number): boolean =>
  processExists(pid) && isHeartbeat({ program: programOf(pid), commandLine: commandLineOf(pid) });

/** The daemon that the pid file names. */
export type RunState =
  | { readonly state: 'running'; readonly pid: number }
  /** The normal state after a stop: the file stays behind (heartbeat reference 1.2). */
  | { readonly state: 'stale' }
  | { readonly state: 'none' };

/** Reads the pid file and looks at the process it names. */
export const runState = (pidFile: string): RunState => {
  const pid = readPid(pidFile);
  if (pid === undefined) return { state: 'none' };
  return isHeartbeatProcess(pid) ? { state: 'running', pid } : { state: 'stale' };
};
