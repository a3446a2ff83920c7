/** Which checks are one and the same: what is asked of the same server in the same way, with the same patience, is asked once. */
import type { Real, Virtual } from './config/model.js';
import { checkPortOf, effective, identityOf } from './identity.js';

/**
 * A text that is equal for two virtuals exactly when one check can answer for both. It may hold a password: it is never
 * shown.
 *
 * Genuine shares a check by the identity (ldirectord reference 4.2), which holds weight and forwarding method, that no
 * server ever sees, and lacks timeouts, login and method, by which answers differ.
 */
export const probeOf = (virtual: Virtual, real: Real): string => {
  const { checkType, key, checkTimeout, negotiateTimeout, checkCount } = virtual;
  const { kind } = checkType;
  const isPing = kind === 'ping' || (kind === 'connect' && key.protocol === 'udp');
  if (isPing) return ['ping', real.address, checkTimeout, checkCount].join(' ');
  const { address } = real;
  const port = checkPortOf(virtual, real);
  switch (kind) {
    case 'on':
    case 'off':
      return [kind, address, port].join(' ');
    case 'connect':
      return [kind, address, port, checkTimeout].join(' ');
    case 'external':
    case 'external-perl':
      // Its arguments name a virtual: like genuine, one run for all that have the same identity.
      return [checkTimeout, identityOf(virtual, real)].join(' ');
    case 'negotiate':
    case 'combined': {
      const { request, receive } = effective(virtual, real);
      const { service, virtualHost, httpMethod, login, password, database, secret } = virtual;
      const connects = checkType.kind === 'combined' ? checkType.connects : undefined;
      // Whether request and receive are the real's own makes a difference to http.
      const own = [real.request !== undefined, real.receive !== undefined];
      return JSON.stringify([
        ...[
          kind,
          connects,
          service,
          key.protocol,
          address,
          real.port,
          port,
          checkTimeout,
          negotiateTimeout,
          checkCount,
        ],
        ...[request, receive, ...own, virtualHost, httpMethod, login, password, database, secret],
      ]);
    }
  }
};
