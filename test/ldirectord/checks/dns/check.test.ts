/** The dns check against servers on loopback, good and hostile ones. */
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { dnsCheckWith } from '../../../../lib/ldirectord/checks/dns/check.js';
import type { Virtual } from '../../../../lib/ldirectord/config/model.js';
import { inWords, targetOn, timed } from '../run.js';
import { closedPort, closeServers, tcpServer } from '../servers.js';
import { closeUdpServers, udpServer } from '../udp-servers.js';

afterEach(closeServers);
afterEach(closeUdpServers);

const dnsCheck = dnsCheckWith(async () => ({ domains: [], dots: 1 }));
const key = (protocol: 'tcp' | 'udp') => ({ protocol, family: 'ipv4', address: '10.0.0.3', port: 53 }) as const;
const dns = (more: Partial<Virtual> = {}): Partial<Virtual> => ({
  key: key('udp'),
  service: 'dns',
  request: '/www.example.test',
  receive: '^192\\.0\\.2\\.',
  ...more,
});
const ask = async (port: number, more: Partial<Virtual> = {}, deadline = 2000): Promise<string> =>
  inWords((await timed(dnsCheck, targetOn(port, dns(more)), deadline)).verdict);

const a = (data: string): Answer => ({ type: 'A', name: 'www.example.test', data, ttl: 1 });
const reply = (question: Buffer, answers: Answer[], more: Partial<Packet> = {}): Buffer => {
  const { id = 0, questions = [] } = decode(question);
  return encode({ type: 'response', id, questions, answers, ...more });
};
const answering = (answers: Answer[], more: Partial<Packet> = {}) =>
  udpServer((bytes, from, server) => server.send(reply(bytes, answers, more), from));

describe('by UDP', () => {
  test('up: an address matches', async () => {
    expect(await ask((await answering([a('198.51.100.1'), a('192.0.2.10')])).port)).toBe('up Success');
  });
  test('down: none does', async () => {
    expect(await ask((await answering([a('198.51.100.1')])).port)).toBe('L7PATTERN: Response mismatch');
  });
  test('an empty receive takes any address or name (genuine is never content), but not other records', async () => {
    expect(await ask((await answering([a('198.51.100.1')])).port, { receive: '' })).toBe('up Success');
    const mail: Answer = { type: 'TXT', name: 'www.example.test', data: 'x', ttl: 1 };
    expect(await ask((await answering([mail])).port, { receive: '' })).toBe('L7PATTERN: Response mismatch');
  });
  test('an address asks for its name', async () => {
    const server = await answering([
      { type: 'PTR', name: '10.2.0.192.in-addr.arpa', data: 'www.example.test', ttl: 1 },
    ]);
    expect(await ask(server.port, { request: '/192.0.2.10', receive: '^www\\.' })).toBe('up Success');
    expect(decode(server.received[0] ?? Buffer.alloc(0)).questions).toMatchObject([
      { name: '10.2.0.192.in-addr.arpa', type: 'PTR' },
    ]);
  });
  test('no such name, no records: in the words of genuine, with the reason', async () => {
    expect(await ask((await answering([], { flags: 3 })).port)).toBe('L7STATUS NXDOMAIN: Connection timed out');
    expect(await ask((await answering([])).port)).toBe('L7RESPONSE no records: Connection timed out');
  });
  test('the search list is asked in turn until something is known', async () => {
    const server = await udpServer((bytes, from, own) => {
      const { questions = [] } = decode(bytes);
      const known = questions[0]?.name === 'www.second.test';
      own.send(reply(bytes, known ? [a('192.0.2.1')] : [], known ? {} : { flags: 3 }), from);
    });
    const check = dnsCheckWith(async () => ({ domains: ['first.test', 'second.test'], dots: 1 }));
    const target = targetOn(server.port, dns({ request: '/www' }));
    expect(inWords((await timed(check, target)).verdict)).toBe('up Success');
    expect(server.received).toHaveLength(2);
  });
  test('nobody listens: at once', async () => {
    expect(await ask(await closedPort())).toBe('L4REFUSED: Connection timed out');
    expect(await ask(0)).toMatch(/^(L4REFUSED|L7TIMEOUT): Connection timed out$/);
  });
  test('a request that is no name', async () => {
    expect(await ask((await answering([])).port, { request: '/a..b' })).toBe(
      'L7EXEC the request is no name: Connection timed out',
    );
  });
  test('wrong ids, garbage and cut answers are not heard; the right one that follows is', async () => {
    const server = await udpServer((bytes, from, own) => {
      const right = reply(bytes, [a('192.0.2.10')]);
      const wrongId = Buffer.from(right);
      wrongId.writeUInt16BE((right.readUInt16BE(0) + 1) & 0xffff, 0);
      for (const nonsense of [wrongId, Buffer.from('garbage'), right.subarray(0, 20), Buffer.alloc(0)])
        own.send(nonsense, from);
      setTimeout(() => own.send(right, from), 50);
    });
    expect(await ask(server.port)).toBe('up Success');
  });
  test('only wrong ids: down at the deadline, not before', async () => {
    const server = await udpServer((bytes, from, own) => {
      const wrong = reply(bytes, [a('192.0.2.10')]);
      wrong.writeUInt16BE((wrong.readUInt16BE(0) + 1) & 0xffff, 0);
      own.send(wrong, from);
    });
    const { verdict, took } = await timed(dnsCheck, targetOn(server.port, dns()), 300);
    expect(inWords(verdict)).toBe('L7TIMEOUT: Connection timed out');
    expect(took).toBeGreaterThanOrEqual(299);
  });
  test('the right answer from another address or port is not heard', async () => {
    let asked: { readonly bytes: Buffer; readonly port: number } | undefined;
    const silent = await udpServer((bytes, from) => {
      asked = { bytes, port: from.port };
    });
    const stranger = await udpServer(() => undefined, { address: '127.0.0.2', port: silent.port });
    const neighbour = await udpServer(() => undefined);
    const running = ask(silent.port, {}, 600);
    while (asked === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const to = { address: '127.0.0.1', port: asked.port, family: 'IPv4', size: 0 } as const;
    for (const other of [stranger, neighbour]) other.send(reply(asked.bytes, [a('192.0.2.10')]), to);
    expect(await running).toBe('L7TIMEOUT: Connection timed out');
  });
  test('a lost question is asked again', async () => {
    let seen = 0;
    const server = await udpServer((bytes, from, own) => {
      seen += 1;
      if (seen > 1) own.send(reply(bytes, [a('192.0.2.10')]), from);
    });
    expect(await ask(server.port, {}, 10_000)).toBe('up Success');
    expect(server.received[1]).toEqual(server.received[0]);
  });
});

/** A TCP server that answers each question with what `make` makes of it. */
const tcpAnswering = (make: (question: Buffer) => readonly Buffer[]) =>
  tcpServer((socket) => {
    socket.once('data', (bytes) => {
      for (const message of make(bytes.subarray(2))) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      }
    });
  });

describe('by TCP', () => {
  const tcp = { key: key('tcp') };
  test('up and down', async () => {
    const server = await tcpAnswering((question) => [reply(question, [a('192.0.2.10')])]);
    expect(await ask(server.port, tcp)).toBe('up Success');
    expect(await ask(server.port, { ...tcp, receive: '^10\\.' })).toBe('L7PATTERN: Response mismatch');
  });
  test('an answer that comes byte by byte, behind others', async () => {
    const server = await tcpServer((socket) => {
      socket.once('data', (bytes) => {
        const right = reply(bytes.subarray(2), [a('192.0.2.10')]);
        const wrong = Buffer.from(right);
        wrong.writeUInt16BE((right.readUInt16BE(0) + 1) & 0xffff, 0);
        const frames = [wrong, right].flatMap((message) => [0, message.length, ...message]);
        const next = (): void => {
          const byte = frames.shift();
          if (byte === undefined || socket.destroyed) return;
          socket.write(Buffer.from([byte]));
          setImmediate(next);
        };
        next();
      });
    });
    expect(await ask(server.port, tcp, 10_000)).toBe('up Success');
  });
  test('refused, closed, silent', async () => {
    expect(await ask(await closedPort(), tcp)).toBe('L4REFUSED: Connection timed out');
    const closing = await tcpServer((socket) => socket.end());
    expect(await ask(closing.port, tcp)).toBe('L7RESPONSE connection closed: Connection timed out');
    const silent = await tcpServer(() => undefined);
    expect(await ask(silent.port, tcp, 200)).toBe('L7TIMEOUT: Connection timed out');
  });
  test('an answer that is too long for UDP is asked for by TCP', async () => {
    const server = await tcpAnswering((question) => [reply(question, [a('192.0.2.10')])]);
    const truncated = { port: server.port };
    await udpServer((bytes, from, own) => own.send(reply(bytes, [], { flags: 0x0200 }), from), truncated);
    expect(await ask(server.port)).toBe('up Success');
    await server.close();
    expect(await ask(server.port)).toBe('L4REFUSED: Connection timed out');
  });
});
