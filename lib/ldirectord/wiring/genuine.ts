/** Wiring: the genuine daemon of a configuration, as a shadow beside it sees it. */
import { readSmallFile } from '../../platform/run-files.js';
import type { Genuine } from '../shadow/status.js';
import { pidFilePath } from './config-path.js';
import { runningFor } from './pid-file.js';

/** Whether a process was halted by a signal (proc(5): T, or t under a debugger). */
const isHalted = (pid: number): boolean =>
  /^State:\s+[Tt]/m.test(readSmallFile(`/proc/${pid}/status`)?.toString('latin1') ?? '');

/** One in the foreground (supervised=yes, -d) has no pid file, and cannot be found. */
export const genuineFor = (name: string): Genuine => {
  const running = runningFor(pidFilePath(name));
  if (running.state !== 'running') return { state: 'absent', pid: undefined };
  return { state: isHalted(running.pid) ? 'still' : 'running', pid: running.pid };
};
