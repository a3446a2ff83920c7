/** The http, https and http_proxy checks: ask, follow redirects, judge status and body (ldirectord reference 4.4). */
import { effective } from '../../identity.js';
import type { Check } from '../check.js';
import { receiveMatcher } from '../receive.js';
import { down, up, type Verdict } from '../verdict.js';
import { exchange } from './exchange.js';
import type { Answer } from './response.js';
import { firstPlace, redirectPlace } from './url.js';

/** As libwww-perl: the eighth redirect is judged as it stands. */
const MAX_REDIRECTS = 7;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Up: 2xx and, when a pattern is given, the body has it somewhere. A body to HEAD is empty and never matches; one that was
 * `cut` off by the deadline might have had it later.
 */
export const judge = (answer: Answer, matches: ((text: string) => boolean) | undefined, cut = false): Verdict => {
  const line = `${answer.status} ${answer.reason}`;
  if (answer.status < 200 || answer.status > 299) return down('L7STATUS', line, { detail: String(answer.status) });
  if (matches === undefined || matches(answer.body)) return up(line);
  return down(cut ? 'L7TIMEOUT' : 'L7PATTERN', answer.body);
};

export const httpCheck: Check = async (target, signal) => {
  const { virtual, real } = target;
  const proxied = virtual.service === 'http_proxy';
  const receive =
    real.request !== undefined && real.receive !== undefined ? real.receive : effective(virtual, real).receive;
  const verify = target.verify ?? 'genuine';
  let place = firstPlace(target);
  for (let redirects = 0; place !== undefined; redirects += 1) {
    // The name that `verify = full` asks for: that of the site, without its port.
    const demand = { verify, name: place.hostHeader.replace(/:\d*$/, '').replace(/^\[|\]$/g, '') };
    const exchanged = await exchange(virtual.httpMethod, place, demand, signal);
    if (exchanged.failure !== undefined) return exchanged.failure;
    const { answer, cut } = exchanged;
    const next =
      REDIRECTS.includes(answer.status) && answer.location !== undefined && redirects < MAX_REDIRECTS
        ? redirectPlace(place, answer.location, proxied)
        : undefined;
    if (next === undefined) return judge(answer, receiveMatcher(receive), cut);
    if (cut) return down('L7TIMEOUT', '500 Timeout Alarm');
    place = next;
  }
  return down('L7RESPONSE', '400 URL must be absolute');
};
