/** The end of a stop that does not end (heartbeat reference 5.3, 5.7). */
import type { Log } from '../../../log.js';
import { type Millis, millis, seconds } from '../../../time.js';
import { PATIENCE } from '../../children/machine.js';

/** How long a graceful stop may take, from the order on. */
export const STOP_LIMIT: Millis = seconds(3600);
/** How long the closing may take, when everything is released: so many programs may each use up our patience before. */
export const closingLimit = (programs: number): Millis => millis(seconds(30) + programs * PATIENCE);
const EMERGENCY_EXIT = 100;

export interface EmergencyMeans {
  /** Calls once after a delay; the answer takes the call back. */
  readonly after: (delay: Millis, act: () => void) => () => void;
  readonly log: Log;
  /** Kills every program that was started for the daemon and still runs. */
  readonly killAll: () => void;
  /** Ends this process at once with that exit code. */
  readonly exit: (code: number) => void;
}

/** Arms the watchdog of a stop, or of a closing; the answer disarms it. */
export const armEmergency = (limit: Millis, { after, log, killAll, exit }: EmergencyMeans): (() => void) =>
  after(limit, () => {
    log('CRIT', 'Emergency Shutdown: Attempting to kill everything ourselves');
    killAll();
    exit(EMERGENCY_EXIT);
  });
