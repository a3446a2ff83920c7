/** The nntp check: the greeting begins with a 2; nothing is sent (ldirectord reference 4.4). */
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { type Dialogue, refused } from './dialogue/dialogue.js';
import { openPlain } from './dialogue/open.js';
import { up } from './verdict.js';

export function* nntpDialogue(): Dialogue {
  const greeting = (yield { act: 'bytes' }) ?? '';
  return greeting.startsWith('2') ? up() : refused('L7STATUS', greeting);
}

export const nntpCheck: Check = async (target, signal) => {
  const opened = await openPlain(target, signal);
  return opened.failure ?? converse(opened.channel, nntpDialogue(), signal);
};
