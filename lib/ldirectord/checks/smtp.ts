/** The smtp and submission checks: greeting, EHLO or HELO, QUIT (ldirectord reference 4.4). */
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { conclude, type Dialogue, refused, say } from './dialogue/dialogue.js';
import { openPlain } from './dialogue/open.js';
import { kindOf, type Reply, reply } from './dialogue/reply.js';
import { up } from './verdict.js';

/** What genuine calls itself. */
const NAME = 'localhost.localdomain';

const answer = (): Dialogue<Reply> => reply('any number');

export function* smtpDialogue(): Dialogue {
  const greeting = yield* answer();
  if (kindOf(greeting) !== 2) return refused('L7STATUS', greeting.line);
  yield* say(`EHLO ${NAME}`);
  let welcome = yield* answer();
  // Only a 5xx means that the server does not know EHLO; to everything else genuine says no HELO.
  if (kindOf(welcome) === 5) {
    yield* say(`HELO ${NAME}`);
    welcome = yield* answer();
  }
  if (kindOf(welcome) !== 2) return refused('L7STATUS', welcome.line);
  yield* conclude(up());
  yield* say('QUIT');
  yield* answer();
  return up();
}

export const smtpCheck: Check = async (target, signal) => {
  const opened = await openPlain(target, signal);
  return opened.failure ?? converse(opened.channel, smtpDialogue(), signal);
};
