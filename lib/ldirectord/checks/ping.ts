/** checktype=ping, and connect on UDP: ICMP echo, IPv4 and IPv6 (ldirectord reference 4.3). */
import type { Millis } from '../../time.js';
import type { Check } from './check.js';
import { down, up } from './verdict.js';

export type EchoAnswer =
  | { readonly ok: true }
  /** `unreachable`: somebody said so, or nothing could be sent; otherwise there was only silence. */
  | { readonly ok: false; readonly reason: string; readonly unreachable: boolean };

/** Sends echo requests until one is answered; never rejects. */
export type Echo = (
  address: string,
  options: { readonly timeout: Millis; readonly attempts: number; readonly signal: AbortSignal },
) => Promise<EchoAnswer>;

/** checkcount attempts with checktimeout each. Unlike genuine, IPv6 is really pinged (reference 7, no. 15). */
export const pingCheck =
  (echo: Echo): Check =>
  async ({ virtual, real }, signal) => {
    const answer = await echo(real.address, { timeout: virtual.checkTimeout, attempts: virtual.checkCount, signal });
    if (answer.ok) return up();
    return answer.unreachable ? down('L3UNREACHABLE', '', { detail: answer.reason }) : down('L3TIMEOUT');
  };
