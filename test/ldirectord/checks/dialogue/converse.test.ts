/** The runner of the dialogues: whatever a server does, there is a verdict, in time and with bounded means. */
import fc from 'fast-check';
import { converse } from '../../../../lib/ldirectord/checks/dialogue/converse.js';
import { ask, conclude, type Dialogue, hear, refused } from '../../../../lib/ldirectord/checks/dialogue/dialogue.js';
import { ftpDialogue } from '../../../../lib/ldirectord/checks/ftp.js';
import { imapDialogue } from '../../../../lib/ldirectord/checks/imap.js';
import { nntpDialogue } from '../../../../lib/ldirectord/checks/nntp.js';
import { popDialogue } from '../../../../lib/ldirectord/checks/pop.js';
import { simpleTcpDialogue } from '../../../../lib/ldirectord/checks/simpletcp.js';
import { sipDialogue } from '../../../../lib/ldirectord/checks/sip.js';
import { smtpDialogue } from '../../../../lib/ldirectord/checks/smtp.js';
import { up } from '../../../../lib/ldirectord/checks/verdict.js';
import { inWords } from '../run.js';
import { fakeChannel } from './fake-channel.js';

/** Asks one thing and is content with any answer. */
function* curious(): Dialogue {
  yield* hear();
  yield* ask('QUESTION secret');
  return up();
}

const talk = (dialogue: Dialogue, transfer?: () => Promise<string>) => {
  const fake = fakeChannel();
  const stop = new AbortController();
  return { ...fake, stop: () => stop.abort(), verdict: converse(fake.channel, dialogue, stop.signal, transfer) };
};

describe('converse', () => {
  test('says and hears in turn, then closes', async () => {
    const { sent, feed, closed, verdict } = talk(curious());
    expect(sent).toEqual([]);
    feed(Buffer.from('hello\r\n'));
    expect(sent).toEqual(['QUESTION secret\r\n']);
    feed(Buffer.from('answer\r\n'));
    expect(inWords(await verdict)).toBe('up');
    expect(closed()).toBe(true);
  });

  test('each failure says at which step it came, and never a password', async () => {
    const before = talk(curious());
    before.end();
    expect(inWords(await before.verdict)).toBe('L7RESPONSE connection closed before the greeting: ');
    const after = talk(curious());
    after.feed(Buffer.from('hello\r\n'));
    after.end();
    expect(inWords(await after.verdict)).toBe('L7RESPONSE connection closed after QUESTION: ');
    const reset = talk(curious());
    reset.feed(Buffer.from('hello\r\n'));
    reset.fail('L4RESET', 'Connection reset by peer');
    expect(inWords(await reset.verdict)).toBe('L4RESET connection reset by peer after QUESTION: ');
    const silent = talk(curious());
    silent.feed(Buffer.from('hello\r\nhalf an ans'));
    silent.stop();
    expect(inWords(await silent.verdict)).toBe('L7TIMEOUT no complete answer to QUESTION: ');
    expect(silent.closed()).toBe(true);
  });

  test('a last line without its end counts when the server has ended', async () => {
    const { feed, end, verdict } = talk(curious());
    feed(Buffer.from('hello\r\nanswer'));
    end();
    expect((await verdict).state).toBe('up');
  });

  test('a signal that has fired already ends it at once', async () => {
    const fake = fakeChannel();
    const verdict = await converse(fake.channel, curious(), AbortSignal.abort());
    expect([inWords(verdict), fake.closed()]).toEqual(['L7TIMEOUT no greeting: ', true]);
  });

  test('a flood is cut off, long before the deadline', async () => {
    const { feed, closed, verdict } = talk(popDialogue({ login: 'u', password: 'p' }));
    feed(Buffer.from('+OK\r\n+OK\r\n'));
    const block = Buffer.from('SASL X\r\n'.repeat(8192));
    let fed = 0;
    while (!closed() && fed < 1000) {
      feed(block);
      fed += 1;
    }
    expect(fed).toBeLessThan(32);
    expect(inWords(await verdict)).toBe('L7RESPONSE more than 1048576 bytes after CAPA: ');
  });

  test('over datagrams a question of sip is said again every second, the same bytes, until something is heard', async () => {
    const fake = fakeChannel(true);
    const verdict = converse(fake.channel, sipDialogue(SIP), new AbortController().signal);
    while (fake.sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fake.sent[1]).toBe(fake.sent[0]);
    fake.feed(Buffer.from('SIP/2.0 200 OK\r\n\r\n'));
    expect(inWords(await verdict)).toBe('up');
    const once = fakeChannel(true);
    const stop = new AbortController();
    const simple = converse(once.channel, simpleTcpDialogue('x'), stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    stop.abort();
    await simple;
    expect(once.sent).toEqual(['x', '<end>']);
  });

  describe('once the verdict stands', () => {
    function* decided(): Dialogue {
      yield* conclude(refused('L7STATUS', '500 no'));
      yield* ask('QUIT');
      return up();
    }
    test.each([
      ['a goodbye', ({ feed }: ReturnType<typeof talk>) => feed(Buffer.from('bye\r\n'))],
      ['the end', ({ end }: ReturnType<typeof talk>) => end()],
      ['a reset', ({ fail }: ReturnType<typeof talk>) => fail('L4RESET', 'reset')],
      ['the deadline', ({ stop }: ReturnType<typeof talk>) => stop()],
      ['a flood', ({ feed }: ReturnType<typeof talk>) => feed(Buffer.alloc(2 << 20, 'x'))],
    ])('%s does not change it', async (_what, happen) => {
      const talking = talk(decided());
      happen(talking);
      expect(inWords(await talking.verdict)).toBe('L7STATUS 500 no: ');
    });
    test('a server that never says goodbye holds it back for a second at most', async () => {
      const start = performance.now();
      expect(inWords(await talk(decided()).verdict)).toBe('L7STATUS 500 no: ');
      expect(performance.now() - start).toBeGreaterThan(900);
    });
  });
});

const CREDENTIALS = { login: 'u', password: 'p' };
const SIP = { login: 'a@b', localAddress: '192.0.2.1', localPort: 5060, callId: '0123456789abcdef' };
const noData = { port: 4096, dial: () => undefined, text: async () => '', close: () => undefined };
const FTP = {
  ...{ login: 'u', password: 'p', request: '/f', localAddress: '192.0.2.1', passive: false },
  matches: (text: string) => text.includes('test'),
};

/** A dialogue and all that a good server says in it. */
const DIALOGUES: readonly (readonly [string, () => Dialogue, string])[] = [
  ['smtp', smtpDialogue, '220-a\r\n220 b\r\n502 no\r\n250 c\r\n221 d\r\n'],
  ['pop', () => popDialogue(CREDENTIALS), '+OK\r\n+OK\r\nUSER\r\n.\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n'],
  [
    'pop with APOP and CRAM-MD5',
    () => popDialogue(CREDENTIALS),
    '+OK <1.2@a>\r\n-ERR\r\n-ERR\r\n+OK\r\nSASL CRAM-MD5\r\n.\r\n+ PDEuMkBhPg==\r\n+OK\r\n+OK\r\n+OK\r\n',
  ],
  ['imap', () => imapDialogue(CREDENTIALS), '* OK\r\n* X\r\n0 OK\r\n1 BAD\r\n* BYE\r\n2 OK\r\n'],
  ['nntp', nntpDialogue, '200 news\r\n'],
  [
    'ftp',
    () => ftpDialogue(FTP, noData),
    '220-a\r\n b\r\n220 c\r\n331\r\n230\r\n250\r\n200\r\n227\r\n200\r\n150\r\n226\r\n221\r\n',
  ],
  ['sip', () => sipDialogue(SIP), 'SIP/2.0 200 OK\r\nVia: x\r\nCall-ID: 0123456789abcdef\r\n\r\n'],
  ['simpletcp', () => simpleTcpDialogue('x', (line) => line === 'PONG\n'), 'no\nPONG\n'],
];

/** `text` cut into chunks at random places. */
const chunked = (text: string) =>
  fc.array(fc.nat({ max: text.length }), { maxLength: text.length }).map((cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), text.length];
    return places.slice(1).map((end, index) => Buffer.from(text.slice(places[index], end), 'latin1'));
  });

describe.each(DIALOGUES)('%s', (_name, dialogue, transcript) => {
  const hold = () => talk(dialogue(), async () => 'a test');

  test('property: the way the answers are cut into chunks makes no difference', async () => {
    await fc.assert(
      fc.asyncProperty(chunked(transcript), async (chunks) => {
        const { feed, verdict } = hold();
        for (const chunk of chunks) feed(chunk);
        expect(inWords(await verdict)).toBe('up');
      }),
      { numRuns: 50 },
    );
  });

  test('one byte at a time', async () => {
    const { feed, verdict } = hold();
    for (const byte of Buffer.from(transcript, 'latin1')) feed(Buffer.of(byte));
    expect(inWords(await verdict)).toBe('up');
  });

  test('property: cut off anywhere, there is a verdict at once', async () => {
    const places = fc.nat({ max: transcript.length - 1 });
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom('end', 'reset', 'deadline'), async (place, how) => {
        const { feed, end, fail, stop, closed, verdict } = hold();
        feed(Buffer.from(transcript.slice(0, place), 'latin1'));
        if (how === 'end') end();
        else if (how === 'reset') fail('L4RESET', 'reset');
        else stop();
        // What the second connection brings arrives a little later.
        await Promise.resolve();
        end();
        await verdict;
        expect(closed()).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('property: any bytes lead to a verdict, never to an error', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      fc.string({ maxLength: 100 }).map((text) => Buffer.from(`${text}\r\n`)),
      fc.constantFrom(...transcript.split('\n')).map((line) => Buffer.from(`${line}\n`, 'latin1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 20 }), async (chunks) => {
        const { feed, stop, closed, verdict } = hold();
        for (const chunk of chunks) feed(chunk);
        stop();
        expect(['up', 'down']).toContain((await verdict).state);
        expect(closed()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
