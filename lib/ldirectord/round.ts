/** What one round of a check does, and how long it may take as a whole (ldirectord reference 2.6, 4.1). */
import { type Millis, millis } from '../time.js';
import { negotiationOf } from './checks/negotiate.js';
import { roundKind } from './combined.js';
import type { CheckType, Virtual } from './config/model.js';

export interface Round {
  readonly does: Exclude<CheckType['kind'], 'combined'>;
  readonly deadline: Millis;
}

/** The outer deadline of a program is a little later than its own, so that the verdict can name the program. */
const PROGRAM_GRACE = 300;

/** checkcount attempts of checktimeout each. */
const pingOf = ({ checkTimeout, checkCount }: Virtual): Round => ({
  does: 'ping',
  deadline: millis(checkTimeout * checkCount),
});

const connectOrPing = (virtual: Virtual): Round =>
  // reference 4.1: connect on udp is a ping.
  virtual.key.protocol === 'udp' ? pingOf(virtual) : { does: 'connect', deadline: virtual.checkTimeout };

const negotiate = (virtual: Virtual): Round => ({ does: 'negotiate', deadline: negotiationOf(virtual).deadline });

/** The next round of a check of this virtual; `connectsLeft` only matters for checktype=N. */
export const roundOf = (virtual: Virtual, connectsLeft: number): Round => {
  const { kind } = virtual.checkType;
  switch (kind) {
    case 'connect':
      return connectOrPing(virtual);
    case 'negotiate':
      return negotiate(virtual);
    case 'combined':
      return roundKind(connectsLeft) === 'connect' ? connectOrPing(virtual) : negotiate(virtual);
    case 'ping':
      return pingOf(virtual);
    case 'external':
    case 'external-perl':
      return { does: kind, deadline: millis(virtual.checkTimeout + PROGRAM_GRACE) };
    case 'on':
    case 'off':
      return { does: kind, deadline: virtual.checkTimeout };
  }
};
