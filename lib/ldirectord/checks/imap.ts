/** The imap and imaps checks: greeting, LOGIN when there is a login, EXPUNGE and LOGOUT (ldirectord reference 4.4). */
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { conclude, type Dialogue, hear, refused, say } from './dialogue/dialogue.js';
import { certificateDemand, openPlain, openSecured } from './dialogue/open.js';
import { up, type Verdict } from './verdict.js';

export interface Credentials {
  readonly login: string;
  readonly password: string;
}

/** RFC 3501 quoted string. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The answer that bears the tag, without it; remarks of the server before it are passed over. */
function* tagged(tag: string): Dialogue<string> {
  for (;;) {
    const line = yield* hear();
    if (line.startsWith(`${tag} `)) return line.slice(tag.length + 1);
  }
}

/** The goodbye as genuine says it; EXPUNGE without an open mailbox is refused and does nothing. */
function* leave(firstTag: number, verdict: Verdict): Dialogue {
  yield* conclude(verdict);
  yield* say(`${firstTag} EXPUNGE`, 'EXPUNGE');
  yield* say(`${firstTag + 1} LOGOUT`, 'LOGOUT');
  yield* tagged(String(firstTag + 1));
  return verdict;
}

export function* imapDialogue({ login, password }: Credentials): Dialogue {
  const greeting = yield* hear();
  if (!/^\* (?:OK|PREAUTH)\b/i.test(greeting)) return refused('L7STATUS', greeting);
  if (login === '') return yield* leave(0, up());
  yield* say(`0 LOGIN ${login} ${quoted(password)}`, 'LOGIN');
  const answer = yield* tagged('0');
  return yield* leave(1, /^OK\b/i.test(answer) ? up() : refused('L7STATUS', answer));
}

export const imapCheck: Check = async (target, signal) => {
  const { virtual } = target;
  const opened =
    virtual.service === 'imaps'
      ? await openSecured(target, certificateDemand(target, 'full'), signal)
      : await openPlain(target, signal);
  return opened.failure ?? converse(opened.channel, imapDialogue(virtual), signal);
};
