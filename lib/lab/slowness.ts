/** How many times longer programs take because of what else the machine does. */
import { availableParallelism, loadavg } from 'node:os';

/** The slowness of a machine from its load (processes that want to run) and its processors. Labs themselves need some. */
export const slownessOf = (load: number, processors: number): number =>
  Math.min(5, Math.max(1, load / (2 * processors)));

/** The slowness of this machine now; 1 when it has nothing else to do. */
export const slowness = (): number => slownessOf(loadavg()[0] ?? 0, availableParallelism());
