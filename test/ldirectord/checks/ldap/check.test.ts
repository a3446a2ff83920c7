/** The ldap check against servers on loopback, good and hostile ones. */
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { ENUMERATED, element, integer, OCTET_STRING, SEQUENCE } from '../../../../lib/ldirectord/checks/ldap/ber.js';
import { ldapCheck } from '../../../../lib/ldirectord/checks/ldap/check.js';
import type { Virtual } from '../../../../lib/ldirectord/config/model.js';
import { inWords, targetOn, timed } from '../run.js';
import { closedPort, closeServers, tcpServer } from '../servers.js';

afterEach(closeServers);

const ldap = (more: Partial<Virtual> = {}): Partial<Virtual> => ({ service: 'ldap', request: '/dc=example', ...more });
const ask = async (port: number, more: Partial<Virtual> = {}, deadline = 2000): Promise<string> =>
  inWords((await timed(ldapCheck, targetOn(port, ldap(more)), deadline)).verdict);

const octets = (text: string): Buffer => element(OCTET_STRING, Buffer.from(text));
const result = (tag: number, code: number): Buffer => element(tag, integer(code, ENUMERATED), octets(''), octets(''));
const envelope = (id: number, operation: Buffer): Buffer => element(SEQUENCE, integer(id), operation);
const bound = (code = 0): Buffer => envelope(1, result(0x61, code));
const entry = (name: string): Buffer => envelope(2, element(0x64, octets(name), element(SEQUENCE)));
const done = (code = 0): Buffer => envelope(2, result(0x65, code));

/** Sends one buffer for each request that comes. */
const replying = (...replies: readonly Buffer[]) =>
  tcpServer((socket: Socket) => {
    let next = 0;
    socket.on('data', () => {
      const reply = replies[next];
      next += 1;
      if (reply !== undefined) socket.write(reply);
    });
  });

describe('ldap check', () => {
  test('up: one entry, whose name matches', async () => {
    const server = await replying(bound(), Buffer.concat([entry('dc=example'), done()]));
    expect(await ask(server.port)).toBe('up Success');
    expect(await ask(server.port, { receive: '^dc=ex' })).toBe('up Success');
    expect(await ask(server.port, { receive: '^dc=ox' })).toBe('L7PATTERN: Response mismatch');
  });
  test('down in the words of genuine, each with its reason', async () => {
    const verdicts = [
      [[bound(49)], 'L7STATUS 49: Bind failed'],
      [[bound(), done(32)], 'L7STATUS 32: No answer received'],
      [[bound(), done()], 'L7RESPONSE no entry: No answer received'],
      [
        [bound(), Buffer.concat([entry('a=1'), entry('a=2'), done()])],
        'L7RESPONSE more than one entry: No answer received',
      ],
      [[Buffer.from('HTTP/1.1 400\r\n')], 'L7RESPONSE no LDAP: Bind failed'],
      [[bound(), Buffer.from('nonsense')], 'L7RESPONSE no LDAP: No answer received'],
    ] as const;
    for (const [replies, expected] of verdicts) {
      const server = await replying(...replies);
      expect(await ask(server.port)).toBe(expected);
    }
  });
  test('the connection fails, is closed, says nothing', async () => {
    expect(await ask(await closedPort())).toBe('L4REFUSED: Connection failed');
    const closing = await tcpServer((socket) => socket.end());
    expect(await ask(closing.port)).toBe('L7RESPONSE connection closed: Bind failed');
    const silent = await tcpServer(() => undefined);
    const { verdict, took } = await timed(ldapCheck, targetOn(silent.port, ldap()), 200);
    expect(inWords(verdict)).toBe('L7TIMEOUT: No answer received');
    expect(took).toBeLessThan(2000);
  });
  test('login and password are sent only when both are set', async () => {
    const server = await replying(bound(), Buffer.concat([entry('dc=example'), done()]));
    for (const more of [{ login: 'cn=admin' }, { password: 'geheim' }, { login: 'cn=admin', password: 'geheim' }])
      await ask(server.port, more);
    expect(server.received.map((text) => [text.includes('cn=admin'), text.includes('geheim')])).toEqual([
      [false, false],
      [false, false],
      [true, true],
    ]);
  });
  test('answers to what was not asked are not heard', async () => {
    const early = Buffer.concat([entry('dc=other'), done(), bound()]);
    const late = Buffer.concat([bound(), envelope(0, element(0x78)), entry('dc=example'), done()]);
    expect(await ask((await replying(early, late)).port, { receive: '^dc=example$' })).toBe('up Success');
  });
});

test('property: a server that answers with anything ends the check with a verdict and without its connection', async () => {
  const good = Buffer.concat([bound(), entry('dc=example'), done()]);
  const hostile = fc.tuple(
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 5 }),
    fc.nat(good.length),
    fc.boolean(),
  );
  const answered = async ([changes, length, closes]: readonly [[number, number][], number, boolean]): Promise<void> => {
    const bytes = Buffer.from(good);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    const server = await tcpServer((socket) => {
      socket.write(bytes.subarray(0, length));
      if (closes) socket.end();
    });
    try {
      expect(await ask(server.port, {}, 120)).toMatch(
        /^(up Success|L\d[A-Z]+ ?.*: (Connection failed|Bind failed|No answer received))$/,
      );
    } finally {
      await server.close();
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { minLength: 10, maxLength: 10 }), async (servers) => {
      await Promise.all(servers.map(answered));
    }),
    { numRuns: 12 },
  );
}, 60_000);
