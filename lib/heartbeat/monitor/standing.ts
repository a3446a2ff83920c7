/** When a monitor counts as up or down: `fall` failures in a row take it down, `rise` successes bring it up again. */

/** `unknown`: nothing has been decided yet. */
export type Standing = 'unknown' | 'up' | 'down';

export interface Count {
  readonly standing: Standing;
  /** Results in a row that speak against it. */
  readonly against: number;
}

export const UNDECIDED: Count = { standing: 'unknown', against: 0 };

export interface Limits {
  readonly rise: number;
  readonly fall: number;
}

/**
 * Counts one result.
 *
 * The first success decides at once: a node that has just started may be trusted with resources as soon as there is
 * evidence. Failures have to be as many as ever, for at the boot of a machine a service may come up after its monitor.
 */
export const count = ({ standing, against }: Count, good: boolean, { rise, fall }: Limits): Count => {
  const confirmed = good === (standing === 'up');
  if (standing !== 'unknown' && confirmed) return { standing, against: 0 };
  if (standing === 'unknown' && good) return { standing: 'up', against: 0 };
  const needed = good ? rise : fall;
  const counted = against + 1;
  return counted < needed ? { standing, against: counted } : { standing: good ? 'up' : 'down', against: 0 };
};
