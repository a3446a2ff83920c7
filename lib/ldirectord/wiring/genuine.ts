/** Wiring: the genuine daemon of a configuration, as a shadow beside it sees it. */
import { isHalted } from '../../platform/processes.js';
import type { Genuine } from '../shadow/model.js';
import { pidFilePath } from './config-path.js';
import { runningFor } from './pid-file.js';

/** One in the foreground (supervised=yes, -d) has no pid file, and cannot be found. */
export const genuineFor = (name: string): Genuine => {
  const running = runningFor(pidFilePath(name));
  if (running.state !== 'running') return { state: 'absent', pid: undefined };
  return { state: isHalted(running.pid) ? 'still' : 'running', pid: running.pid };
};
