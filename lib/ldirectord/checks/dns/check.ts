/** The dns check: an A or PTR question to the real server, its answer compared with receive (ldirectord reference 4.4). */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { effective } from '../../identity.js';
import type { Check } from '../check.js';
import { receiveMatcher } from '../receive.js';
import { down, up, type Verdict, worded } from '../verdict.js';
import { askByTcp, askByUdp, type DnsAnswer } from './exchange.js';
import { isAskable, questionsFor, type SearchRules } from './question.js';
import { searchRules } from './resolv-conf.js';

/** Genuine says this of everything that is not an answer with records, a refused name too. */
const NO_ANSWER = 'Connection timed out';
const RESOLV_CONF = '/etc/resolv.conf';
/** How long the search list is believed, in milliseconds. */
const REMEMBERED = 10_000;

let remembered: { readonly at: number; readonly rules: Promise<SearchRules> } | undefined;

/** The machine's search list; read anew when it is old, because addresses may come by DHCP after the daemon. */
const machineRules = (): Promise<SearchRules> => {
  const at = performance.now();
  if (remembered === undefined || at - remembered.at > REMEMBERED) {
    const read = readFile(RESOLV_CONF, 'latin1').catch(() => '');
    remembered = { at, rules: read.then((text) => searchRules(text, hostname())) };
  }
  return remembered.rules;
};

/** Up: one of the values matches. An empty receive is content with any of them (genuine: never, reference 7, no. 15). */
export const judge = ({ values }: DnsAnswer, matches: ((text: string) => boolean) | undefined): Verdict =>
  values.some((value) => matches === undefined || matches(value))
    ? up('Success')
    : down('L7PATTERN', 'Response mismatch');

/** Why an answer without records is none. */
const emptyAnswer = ({ code }: DnsAnswer): Verdict =>
  code === 'NOERROR'
    ? down('L7RESPONSE', NO_ANSWER, { detail: 'no records' })
    : down('L7STATUS', NO_ANSWER, { detail: code });

/** The check with a given search list; of several questions the first that has records in its answer counts. */
export const dnsCheckWith =
  (rules: () => Promise<SearchRules>): Check =>
  async (target, signal) => {
    const { virtual, real, port } = target;
    const { request, receive } = effective(virtual, real);
    const questions = questionsFor(request.replace(/^\//, ''), await rules());
    const ask = virtual.key.protocol === 'tcp' ? askByTcp : askByUdp;
    let last: Verdict = down('L7EXEC', NO_ANSWER, { detail: 'the request is no name' });
    for (const question of questions) {
      if (!isAskable(question.name)) continue;
      const exchanged = await ask(real.address, port, randomInt(0x10000), question, signal);
      if (exchanged.failure !== undefined) return worded(exchanged.failure, NO_ANSWER);
      if (exchanged.answer.records > 0) return judge(exchanged.answer, receiveMatcher(receive));
      last = emptyAnswer(exchanged.answer);
    }
    return last;
  };

export const dnsCheck: Check = dnsCheckWith(machineRules);
