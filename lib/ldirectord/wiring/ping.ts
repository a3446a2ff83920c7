/** Wiring: the echo of the ping checks, and one line in the log when every probe takes a process. */
import type { Log } from '../../log.js';
import { echoOnce } from '../../platform/icmp.js';
import type { Echo } from '../checks/ping.js';

export const createEcho = (log: Log): Echo => {
  let said = false;
  return async (address, options) => {
    const outcome = await echoOnce(address, options);
    if (outcome.through === 'program' && !said) {
      said = true;
      log('WARN', 'no raw ICMP socket (is the package koffi installed?): every ping check starts a ping(8)');
    }
    return outcome;
  };
};
