/** After a group could not be started: asks the other node to take it over, a little later and in the background. */
import { spawn } from 'node:child_process';
import { ownCommand } from '../../../agents/own-folder.js';
import { findProgram } from '../../../platform/exec.js';
import type { ResourceGroup } from '../../config/model.js';
import { isLocal } from '../../resources/scope.js';

/** Seconds: the other node must have seen that we do not hold it (heartbeat reference 2.6). */
const LATER = '30';

/** Starts what outlives us; where our own hb_standby cannot be found nothing is done. */
export const leaveStandby = (group: ResourceGroup, environment: Readonly<Record<string, string>>): void => {
  const command = ownCommand('hb_standby');
  const sh = findProgram('sh');
  if (command === undefined || sh === undefined) return;
  const word = isLocal(group, environment.HA_CURHOST ?? '') ? 'local' : 'foreign';
  const script = 'sleep "$1"; shift; exec "$@"';
  spawn(sh, ['-c', script, 'later', LATER, process.execPath, command, word], {
    ...{ detached: true, stdio: 'ignore' as const, cwd: '/', env: environment },
  })
    .on('error', () => undefined)
    .unref();
};
