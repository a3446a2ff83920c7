/** Which of the two timeouts limits a negotiate check (ldirectord reference 2.6). */
import { negotiationOf } from '../../../lib/ldirectord/checks/negotiate.js';
import type { CheckService } from '../../../lib/ldirectord/config/model.js';
import { seconds } from '../../../lib/time.js';
import { virtual } from '../build.js';

test.each<readonly [CheckService, number]>([
  ['dns', 7000],
  ['mysql', 7000],
  ['oracle', 7000],
  ['pgsql', 7000],
  ['ldap', 3000],
  ['ldaps', 3000],
  ['radius', 3000],
])('%s: %d ms of checktimeout=3 and negotiatetimeout=7', (service, expected) => {
  const timeouts = { checkTimeout: seconds(3), negotiateTimeout: seconds(7) };
  expect(negotiationOf(virtual('10.0.0.3:80', [], { service, ...timeouts })).deadline).toBe(expected);
});
