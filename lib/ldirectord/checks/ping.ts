/** checktype=ping, and connect on UDP: ICMP echo, IPv4 and IPv6 (ldirectord reference 4.3). */
import type { Millis } from '../../time.js';
import type { Check } from './check.js';
import { down, up } from './verdict.js';

/** Sends echo requests until one is answered; resolves with whether that happened. */
export type Echo = (
  address: string,
  options: { readonly timeout: Millis; readonly attempts: number; readonly signal: AbortSignal },
) => Promise<boolean>;

/** checkcount attempts with checktimeout each. Unlike genuine, IPv6 is really pinged (reference 7, no. 15). */
export const pingCheck =
  (echo: Echo): Check =>
  async ({ virtual, real }, signal) =>
    (await echo(real.address, { timeout: virtual.checkTimeout, attempts: virtual.checkCount, signal }))
      ? up()
      : down('L3TIMEOUT');
