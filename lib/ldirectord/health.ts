/** When a real server counts as up: one success is enough, failurecount failures in a row take it down (reference 5.2). */

/** `unknown`: configured, but no check has answered yet. */
export type Standing = 'unknown' | 'up' | 'down';

export interface Health {
  readonly standing: Standing;
  /** Failures in a row while it was up; kept until the next success. */
  readonly failures: number;
}

export const UNKNOWN: Health = { standing: 'unknown', failures: 0 };
export const ADOPTED: Health = { standing: 'up', failures: 0 };

/** What a result changed. `soft`: it failed, but not often enough yet. */
export type HealthEvent = 'same' | 'up' | 'soft' | 'down';

export interface HealthStep {
  readonly health: Health;
  readonly event: HealthEvent;
  /** A success ended a series of failures. */
  readonly cleared: boolean;
}

/**
 * Counts one result.
 *
 * Unlike genuine the counter belongs to one virtual and real, so a real that serves two virtuals does not count twice
 * (reference 4.2 and 7, no. 9). A server that was never up goes down with its first failure.
 */
export const count = (health: Health, good: boolean, failureCount: number): HealthStep => {
  const { standing, failures } = health;
  if (good) {
    const cleared = failures > 0;
    if (standing === 'up' && !cleared) return { health, event: 'same', cleared };
    return { health: ADOPTED, event: standing === 'up' ? 'same' : 'up', cleared };
  }
  if (standing === 'down') return { health, event: 'same', cleared: false };
  const counted = failures + 1;
  if (standing === 'up' && counted < failureCount)
    return { health: { standing, failures: counted }, event: 'soft', cleared: false };
  return { health: { standing: 'down', failures: counted }, event: 'down', cleared: false };
};
