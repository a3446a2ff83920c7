/** The pop and pops checks: greeting, and a login when there is one (ldirectord reference 4.4). */
import { createHash, createHmac } from 'node:crypto';
import { encodeBytes } from '../config/bytes.js';
import type { Check } from './check.js';
import { converse } from './dialogue/converse.js';
import { ask, conclude, type Dialogue, hear, refused } from './dialogue/dialogue.js';
import { certificateDemand, openPlain, openSecured } from './dialogue/open.js';
import type { Credentials } from './imap.js';
import { up, type Verdict } from './verdict.js';

const isOk = (line: string): boolean => /^\+OK/i.test(line);

/** Systems that forbid MD5 (FIPS) leave the plain password. */
const unlessForbidden = (make: () => string): string | undefined => {
  try {
    return make();
  } catch {
    return undefined;
  }
};
const apopDigest = (stamp: string, password: string): string | undefined =>
  unlessForbidden(() => createHash('md5').update(stamp, 'latin1').update(encodeBytes(password)).digest('hex'));
const cramAnswer = (challenge: string, { login, password }: Credentials): string | undefined =>
  unlessForbidden(() => {
    const proof = createHmac('md5', encodeBytes(password)).update(Buffer.from(challenge, 'base64')).digest('hex');
    return Buffer.concat([encodeBytes(login), Buffer.from(` ${proof}`)]).toString('base64');
  });

/** What the server says it can do; a server that does not know the question can do nothing special. */
function* capabilities(): Dialogue<readonly string[]> {
  if (!isOk(yield* ask('CAPA'))) return [];
  const found: string[] = [];
  for (let line = yield* hear(); line !== '.'; line = yield* hear()) if (/^SASL\b/i.test(line)) found.push(line);
  return found;
}

/** Logs in by the best way that both sides know, as genuine chooses it; the answer that decided. */
function* logIn(greeting: string, credentials: Credentials): Dialogue<string> {
  const stamp = /<[^<>]+>/.exec(greeting)?.[0];
  const digest = stamp === undefined ? undefined : apopDigest(stamp, credentials.password);
  if (digest !== undefined) {
    const answer = yield* ask(`APOP ${credentials.login} ${digest}`);
    yield* ask('NOOP');
    if (isOk(answer)) return answer;
  }
  const sasl = yield* capabilities();
  if (sasl.some((line) => /\bCRAM-MD5\b/i.test(line))) {
    const challenge = /^\+ (\S+)/.exec(yield* ask('AUTH CRAM-MD5'))?.[1];
    const proof = challenge === undefined ? undefined : cramAnswer(challenge, credentials);
    if (challenge !== undefined) {
      const answer = yield* ask(proof ?? '*', 'AUTH');
      if (isOk(answer)) return answer;
    }
  }
  const known = yield* ask(`USER ${credentials.login}`);
  return isOk(known) ? yield* ask(`PASS ${credentials.password}`) : known;
}

export function* popDialogue(credentials: Credentials): Dialogue {
  const greeting = yield* hear();
  if (!isOk(greeting)) return refused('L7STATUS', greeting);
  let verdict: Verdict = up();
  if (credentials.login !== '') {
    let answer = yield* logIn(greeting, credentials);
    // Genuine tries once more.
    if (!isOk(answer)) answer = yield* logIn(greeting, credentials);
    if (!isOk(answer)) verdict = refused('L7STATUS', answer);
  }
  yield* conclude(verdict);
  if (credentials.login !== '' && verdict.state === 'up') yield* ask('STAT');
  yield* ask('QUIT');
  return verdict;
}

export const popCheck: Check = async (target, signal) => {
  const { virtual } = target;
  // Without a login genuine calls every server up, whatever its certificate: only the greeting is asked for then.
  const demand = certificateDemand(target, virtual.login === '' ? 'off' : 'full');
  const opened =
    virtual.service === 'pops' ? await openSecured(target, demand, signal) : await openPlain(target, signal);
  return opened.failure ?? converse(opened.channel, popDialogue(virtual), signal);
};
