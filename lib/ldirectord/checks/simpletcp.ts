/** The simpletcp check: sends the request and looks for the pattern line by line, over TCP or UDP (ldirectord reference 4.4). */
import { effective } from '../identity.js';
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { type Dialogue, refused } from './dialogue/dialogue.js';
import { openByProtocol } from './dialogue/open.js';
import { receiveMatcher } from './receive.js';
import { up } from './verdict.js';

/** Without the slash that every request gets; `\n` stands for a newline. */
export const simpleRequest = (request: string): string => request.replace(/^\//, '').replaceAll('\\n', '\n');

/** Up at the first line (with its line end) that matches; without a pattern at the first line. */
export function* simpleTcpDialogue(request: string, matches: (line: string) => boolean = () => true): Dialogue {
  yield { act: 'say', text: request, about: 'the request' };
  yield { act: 'finish' };
  let first: string | undefined;
  for (;;) {
    const line = yield { act: 'line-or-end' };
    if (line === undefined) break;
    if (matches(line)) return up();
    first ??= line;
  }
  return first === undefined ? refused('L7RESPONSE', 'no answer') : refused('L7PATTERN', first);
}

export const simpleTcpCheck: Check = async (target, signal) => {
  const { request, receive } = effective(target.virtual, target.real);
  const opened = await openByProtocol(target, signal);
  return (
    opened.failure ??
    converse(opened.channel, simpleTcpDialogue(simpleRequest(request), receiveMatcher(receive)), signal)
  );
};
