/** What the log says of a monitor: each change with its numbers, and each failure that counts towards one. */
import type { MonitorConfig } from '../../config/monitor.js';
import type { Priority } from '../../log.js';
import type { Outcome } from './interface.js';
import type { Count } from './standing.js';

/**
 * The line for one result; undefined when it confirms what is known.
 *
 * `Monitor web: down (rc=7, fall=3 of 3)`, `Monitor web: failed (timeout=1s, fall=1 of 3)`, `Monitor web: up (rise=2 of 2)`.
 */
export const line = (
  { name, rise, fall }: MonitorConfig,
  before: Count,
  after: Count,
  outcome: Exclude<Outcome, { type: 'void' }>,
): readonly [Priority, string] | undefined => {
  const changed = before.standing !== after.standing;
  if (outcome.type === 'bad') {
    if (changed) return ['WARN', `Monitor ${name}: down (${outcome.why}, fall=${fall} of ${fall})`];
    if (after.against > 0)
      return ['WARN', `Monitor ${name}: failed (${outcome.why}, fall=${after.against} of ${fall})`];
    return before.against === 0 ? undefined : ['info', `Monitor ${name}: failed again (${outcome.why})`];
  }
  if (changed && before.standing === 'unknown') return ['info', `Monitor ${name}: up (first success)`];
  if (changed) return ['info', `Monitor ${name}: up (rise=${rise} of ${rise})`];
  if (after.against > 0) return ['info', `Monitor ${name}: succeeded (rise=${after.against} of ${rise})`];
  return before.against === 0
    ? undefined
    : ['info', `Monitor ${name}: good again after fall=${before.against} of ${fall}`];
};
