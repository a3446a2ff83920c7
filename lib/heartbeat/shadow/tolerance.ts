/** How long the genuine daemon may be elsewhere than we are without anything being wrong. */
import { type Millis, millis, seconds } from '../../time.js';
import type { HaConfig } from '../config/model.js';

/** For scripts that start and stop resources: genuine waits for each, we are at the end of a job as soon as we want it. */
const SCRIPTS = seconds(10);
/** Genuine looks for dead nodes twice a second at most (docs/differences.md), and its scripts send in several steps. */
const MAIN_LOOP = seconds(1);

/**
 * The tolerance that follows from ha.cf: once more the dead time (genuine counts it from another packet than we when some
 * are lost), two heartbeats, its slow main loop, and 10 s for scripts. `--tolerance` sets another one where scripts take longer.
 */
export const toleranceFor = ({ deadtime, keepalive }: Pick<HaConfig, 'deadtime' | 'keepalive'>): Millis =>
  millis(deadtime + 2 * keepalive + MAIN_LOOP + SCRIPTS);
