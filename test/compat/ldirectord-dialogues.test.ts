/** smtp, pop, imap, nntp, ftp, sip and simpletcp: the genuine program and ours judge the same servers and send them the same. */
import { causeText, type Verdict } from '../../lib/ldirectord/checks/verdict.js';
import { DIALOGUE_CASES } from '../support/dialogues/cases.js';
import type { Comparison } from '../support/dialogues/inside.js';
import { inNamespace } from '../support/director-golden/namespace.js';

/** Longest wait for the genuine programs, and for the whole comparison. */
const [GENUINE_LIMIT, LIMIT] = [180_000, 280_000];

/** Where ours must judge otherwise, each with its reason (docs/differences.md); `undefined`: genuine waits for ever. */
const VERDICTS: ReadonlyMap<string, readonly [string | undefined, string, string]> = new Map([
  ['pop: no login, greeting -ERR', ['up', 'L7STATUS -ERR closed', 'without a login nothing could fail']],
  ['pop: no login, odd greeting', ['up', 'L7STATUS hello', 'without a login nothing could fail']],
  ['pop: no login, refused', ['up', 'L4REFUSED', 'without a login nothing could fail']],
  ['pop: no login, silent', [undefined, 'L7TIMEOUT no greeting', 'the dialogue had no timeout']],
  ['pop: CAPA without end', [undefined, 'L7TIMEOUT no complete answer to CAPA', 'the dialogue had no timeout']],
  ['pop: over IPv6', ['down', 'up', 'no IPv6 in the module']],
  ['imap: answer with another tag', [undefined, 'L7TIMEOUT no complete answer to LOGIN', 'no timeout']],
  ['imap: over IPv6', ['down', 'up', 'no IPv6 in the module']],
  ['ftp: greeting 4xx, nothing expected', ['up', 'L7STATUS 421 busy', 'without receive nothing could fail']],
  [
    'ftp: closed after the greeting, nothing expected',
    ['up', 'L7RESPONSE connection closed after USER', 'without receive nothing could fail'],
  ],
  ['ftp: silent, nothing expected', ['up', 'L7TIMEOUT no greeting', 'without receive nothing could fail']],
  ['ftp: refused, nothing expected', ['up', 'L4REFUSED', 'without receive nothing could fail']],
  ['ftp: numbers inside the greeting', ['down', 'up', 'RFC 959: a reply ends with its own number']],
  [
    'sip: udp answer of another Call-ID',
    ['up', 'L7TIMEOUT no complete answer to OPTIONS', 'not an answer to our question'],
  ],
  ['simpletcp: udp without a line end', ['down', 'up', 'the end of a datagram ends its line']],
]);

/** Where the bytes differ although the verdicts do not. */
const BYTES: ReadonlyMap<string, string> = new Map([
  ['pop: closed after the greeting', 'genuine goes on talking to nobody'],
  ['pop: closed at PASS', 'genuine goes on talking to nobody'],
  ['pop: no login, good', 'genuine logs in with an empty name'],
  ['pop: no login, PASS refused', 'genuine logs in with an empty name'],
  ['pops: certificate untrusted, no login', 'genuine does not even get a connection, and says up'],
  ['imap: closed at login', 'genuine goes on talking to nobody'],
  ['smtp: closed after the greeting', 'it is a race whether the end or EHLO comes first'],
  ['smtp: reset after the greeting', 'it is a race whether the reset or EHLO comes first'],
  ['ftp: user refused', 'genuine sends a refused USER once more in lower case'],
  ['ftp: no data connection', 'genuine says QUIT after its timeout'],
]);

/** What differs from one connection to the next. */
const masked = (bytes: string | undefined): string | undefined =>
  bytes
    ?.replace(/Call-ID: [0-9a-f]{16}/, 'Call-ID: X')
    .replace(/(Via: .*):\d+;/, '$1:N;')
    .replace(/(PORT (?:\d+,){4})\d+,\d+/, '$1N')
    .replace(/(EPRT .*\|)\d+\|/, '$1N|');

const inWords = (verdict: Verdict): string => (verdict.state === 'up' ? 'up' : causeText(verdict));

describe('dialogues', () => {
  const outcome = inNamespace('../dialogues/inside.js', { cases: DIALOGUE_CASES, limit: GENUINE_LIMIT }, LIMIT);
  outcome.catch(() => undefined);
  const of = async (name: string): Promise<Comparison> => {
    const found = ((await outcome) as readonly Comparison[]).find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} was not compared`);
    return found;
  };

  test('every difference belongs to a case, and no two cases have one name', () => {
    const names = DIALOGUE_CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([...VERDICTS.keys(), ...BYTES.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });

  test.each(DIALOGUE_CASES)(
    '$name',
    async ({ name, hangs }) => {
      const { genuine, ours } = await of(name);
      // The monitorfile of these services has no text.
      expect(ours.verdict.text).toBe('');
      const difference = VERDICTS.get(name);
      if (difference !== undefined) {
        expect([genuine.verdict?.replace(/ -$/, ''), inWords(ours.verdict)]).toEqual(difference.slice(0, 2));
        return;
      }
      expect(hangs).toBeUndefined();
      expect(`${ours.verdict.state} -`).toBe(genuine.verdict);
      if (!BYTES.has(name)) expect(masked(ours.received[0])).toBe(masked(genuine.received[0]));
    },
    LIMIT,
  );
});
