/** The sip check: one OPTIONS request, over UDP or TCP (ldirectord reference 4.4). */
import { randomBytes } from 'node:crypto';
import { hostPort } from '../names.js';
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { type Dialogue, hear, refused } from './dialogue/dialogue.js';
import { openByProtocol } from './dialogue/open.js';
import { up } from './verdict.js';

export interface SipQuestion {
  readonly login: string;
  readonly localAddress: string;
  readonly localPort: number;
  /** 16 hexadecimal digits. */
  readonly callId: string;
}

/** Via says UDP over TCP as well, as genuine has it. */
const requestText = ({ login, localAddress, localPort, callId }: SipQuestion): string =>
  [
    `OPTIONS sip:${login} SIP/2.0`,
    `Via: SIP/2.0/UDP ${hostPort(localAddress, localPort)};branch=z9hG4bKhjhs8ass877`,
    'Max-Forwards: 70',
    `To: <sip:${login}>`,
    `From: <sip:${login}>;tag=1928301774`,
    `Call-ID: ${callId}`,
    'CSeq: 63104 OPTIONS',
    `Contact: <sip:${login}>`,
    'Accept: application/sdp',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** Up: 200 OK. An answer that bears another Call-ID was meant for somebody else; one without any counts, as in genuine. */
export function* sipDialogue(question: SipQuestion): Dialogue {
  yield { act: 'say', text: requestText(question), about: 'OPTIONS', again: true };
  for (;;) {
    const first = yield* hear();
    let callId = question.callId;
    for (let line = first; line !== ''; line = yield* hear())
      callId = /^(?:call-id|i)[ \t]*:[ \t]*(.*?)[ \t]*$/i.exec(line)?.[1] ?? callId;
    if (callId !== question.callId) continue;
    if (first.startsWith('SIP/2.0 200 OK')) return up();
    return /^SIP\/2\.0 \d{3}/.test(first) ? refused('L7STATUS', first) : refused('L7RESPONSE', first);
  }
}

export const sipCheck: Check = async (target, signal) => {
  const opened = await openByProtocol(target, signal);
  if (opened.failure !== undefined) return opened.failure;
  const { localAddress, localPort } = opened.channel;
  const callId = randomBytes(8).toString('hex');
  const question = { login: target.virtual.login, localAddress, localPort, callId };
  return converse(opened.channel, sipDialogue(question), signal);
};
