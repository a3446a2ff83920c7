/** What a certificate must fulfil for the services of which genuine verifies nothing (ldirectord reference 4.4). */
import type { Target } from './check.js';
import type { Demand } from './tls.js';

/** Nothing, unless ha-suite.ini asks for it; `full` asks for the virtualhost, or for the address where there is none. */
export const lenientDemand = ({ virtual, real, verify = 'genuine' }: Target): Demand => ({
  verify: verify === 'genuine' ? 'off' : verify,
  name: virtual.virtualHost ?? real.address,
});
