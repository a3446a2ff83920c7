/** The http and https checks against servers on loopback, good and hostile ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { httpCheck } from '../../../../lib/ldirectord/checks/http/check.js';
import type { Virtual } from '../../../../lib/ldirectord/config/model.js';
import { makeCertificate } from '../../../support/certificate.js';
import { inWords, targetOn, timed } from '../run.js';
import { answering, closedPort, closeServers, type TestServer, tcpServer, track } from '../servers.js';

afterEach(closeServers);

const http = (more: Partial<Virtual> = {}): Partial<Virtual> => ({
  checkType: { kind: 'negotiate' },
  receive: 'Test Page',
  ...more,
});
const page = (text: string, status = '200 OK', headers = ''): string =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`;
const ask = async (server: { readonly port: number }, more: Partial<Virtual> = {}, deadline = 2000): Promise<string> =>
  inWords((await timed(httpCheck, targetOn(server.port, http(more)), deadline)).verdict);

describe('http check', () => {
  test('up: 2xx and the pattern somewhere in the body', async () => {
    expect(await ask(await answering(page('<p>A Test Page.</p>')))).toBe('up 200 OK');
    expect(await ask(await answering(page('x', '201 Created')), { receive: '' })).toBe('up 201 Created');
  });
  test('down: another status, whatever the body says', async () => {
    expect(await ask(await answering(page('Test Page', '404 Not Found')))).toBe('L7STATUS 404: 404 Not Found');
    expect(await ask(await answering(page('Test Page', '503')))).toBe('L7STATUS 503: 503 Service Unavailable');
  });
  test('down: the pattern is missing; the text is the body', async () => {
    expect(await ask(await answering(page('Wrong')))).toBe('L7PATTERN: Wrong');
  });
  test('HEAD with a pattern never matches', async () => {
    const server = await answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n');
    expect(await ask(server, { httpMethod: 'HEAD' })).toBe('L7PATTERN: ');
    expect(await ask(server, { httpMethod: 'HEAD', receive: '' })).toBe('up 200 OK');
  });
  test('the body is bytes: a pattern in UTF-8 matches a page in UTF-8', async () => {
    expect(await ask(await answering(page('Grüße')), { receive: 'Gr\u00fc\u00dfe' })).toBe('up 200 OK');
  });
  test('redirects are followed to other hosts and judged there', async () => {
    const end = await answering(page('Test Page'));
    const start = await answering(page('', '302 Found', `Location: http://127.0.0.1:${end.port}/target\r\n`));
    expect(await ask(start)).toBe('up 200 OK');
    expect(end.received[0]).toContain(`GET /target HTTP/1.1\r\n`);
    expect(end.received[0]).toContain(`Host: 127.0.0.1:${end.port}\r\n`);
  });
  test('the eighth redirect in a row is not followed', async () => {
    const loop: TestServer = await tcpServer((socket) => {
      socket.once('data', () => socket.end(page('', '301 Moved Permanently', 'Location: /again\r\n')));
    });
    expect(await ask(loop)).toBe('L7STATUS 301: 301 Moved Permanently');
    expect(loop.received).toHaveLength(8);
  });
  test('refused', async () => {
    const port = await closedPort();
    expect(await ask({ port })).toBe(`L4REFUSED: 500 Can't connect to 127.0.0.1:${port} (Connection refused)`);
  });
  test('closed without a word', async () => {
    const mute = await tcpServer((socket) => socket.once('data', () => socket.end()));
    expect(await ask(mute)).toBe('L7RESPONSE: 500 Server closed connection without sending any data back');
  });
  // Closing with the request still unread makes the kernel send a reset.
  const rude = (words: string) =>
    track(
      createServer({ pauseOnConnect: true }, (socket) => {
        socket.write(words);
        setTimeout(() => socket.destroy(), 30);
      }),
    );
  test('reset in the middle of the body: what arrived counts, as with libwww-perl', async () => {
    expect(await ask(await rude('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nTe'))).toBe('L7PATTERN: Te');
  });
  test('reset before the body', async () => {
    expect(await ask(await rude('HTTP/1.1 200 OK\r\nContent-'))).toMatch(/^L4RESET/);
  });
});

describe('hostile servers: the check ends at its deadline and lets go', () => {
  const DEADLINE = 250;
  const atDeadline = async (server: TestServer, more: Partial<Virtual> = {}): Promise<string> => {
    const { verdict, took } = await timed(httpCheck, targetOn(server.port, http(more)), DEADLINE);
    expect(took).toBeGreaterThanOrEqual(DEADLINE - 2);
    expect(took).toBeLessThan(DEADLINE + 2000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.open()).toBe(0);
    return inWords(verdict);
  };
  const every = (wait: number, text: string, first = '') =>
    tcpServer((socket) => {
      if (first !== '') socket.write(first);
      const timer = setInterval(() => socket.write(text), wait);
      socket.once('close', () => clearInterval(timer));
      socket.once('end', () => socket.end());
    });

  test('silent', async () => {
    const server = await tcpServer((socket) => socket.once('end', () => socket.end()));
    expect(await atDeadline(server)).toBe('L7TIMEOUT: 500 Timeout Alarm');
  });
  test('one byte at a time, for ever', async () => {
    expect(await atDeadline(await every(20, 'H'))).toMatch(/^L7TIMEOUT/);
  });
  test('a page that is still coming is judged by what arrived, as by genuine', async () => {
    const dripping = (body: string, status = '200 OK', headers = '') =>
      every(20, 'x', `HTTP/1.1 ${status}\r\n${headers}\r\n${body}`);
    expect(await atDeadline(await dripping('Test Page'))).toBe('up 200 OK');
    expect(await atDeadline(await dripping('Test Page', '200 OK', 'Content-Length: 100000\r\n'))).toBe('up 200 OK');
    expect(await atDeadline(await dripping(''), { receive: '' })).toBe('up 200 OK');
    expect(await atDeadline(await dripping('Wrong'))).toMatch(/^L7TIMEOUT: Wrongx*$/);
    expect(await atDeadline(await dripping('Test Page', '404 Not Found'))).toBe('L7STATUS 404: 404 Not Found');
  });
  test('a redirect that comes too late is not followed', async () => {
    const server = await every(20, 'x', 'HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n');
    expect(await atDeadline(server)).toBe('L7TIMEOUT: 500 Timeout Alarm');
    expect(server.received).toHaveLength(1);
  });
  test('a body without end', async () => {
    const flood = await tcpServer((socket) => {
      const block = Buffer.alloc(65_536, 'x');
      const pour = (): void => {
        while (!socket.destroyed && socket.write(block));
      };
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('drain', pour);
      pour();
      socket.once('end', () => socket.end());
    });
    expect(await atDeadline(flood)).toMatch(/^L7TIMEOUT/);
  });
  test('TLS that never answers the handshake', async () => {
    const server = await tcpServer((socket) => socket.once('end', () => socket.end()));
    expect(await atDeadline(server, { service: 'https' })).toBe('L6TIMEOUT: 500 Timeout Alarm');
  });
});

describe('https check', () => {
  let folder = '';
  const previous = process.env.SSL_CERT_FILE;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ldirectord-https-'));
  });
  afterAll(() => {
    if (previous === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = previous;
    rmSync(folder, { recursive: true, force: true });
  });

  // For a name that is not the server's.
  const identity = makeCertificate({ commonName: 'wrong.example' });
  let names: (string | undefined)[] = [];
  const secure = async (): Promise<TestServer> => {
    names = [];
    return track(
      createTlsServer(identity, (socket) => {
        names.push(socket.servername || undefined);
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(page('Test Page')));
      }),
    );
  };
  const trust = (text: string): void => {
    const store = join(folder, `store-${Math.random()}.pem`);
    writeFileSync(store, text);
    process.env.SSL_CERT_FILE = store;
  };

  test('a chain that does not end in the system’s store is down', async () => {
    trust('');
    const server = await secure();
    expect(await ask(server, { service: 'https' })).toBe(
      `L6CERT DEPTH_ZERO_SELF_SIGNED_CERT: 500 Can't connect to 127.0.0.1:${server.port} (certificate verify failed)`,
    );
  });
  test('with the issuer in the store any name is good, and no SNI is sent for an address', async () => {
    trust(identity.cert);
    const server = await secure();
    expect(await ask(server, { service: 'https' })).toBe('up 200 OK');
    expect(names).toEqual([undefined]);
  });
  test('[tls] verify: full asks for the name of the site as well, off for nothing', async () => {
    const verified = async (verify: 'chain' | 'full' | 'off', virtualHost?: string): Promise<string> => {
      const server = await secure();
      const target = { ...targetOn(server.port, http({ service: 'https', virtualHost })), verify };
      return inWords((await timed(httpCheck, target)).verdict).replace(/:.*/, '');
    };
    trust(identity.cert);
    expect(await verified('chain')).toBe('up 200 OK');
    expect(await verified('full')).toBe('L6CERT ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await verified('full', 'wrong.example:443')).toBe('up 200 OK');
    expect(names).toEqual(['wrong.example']);
    trust('');
    expect(await verified('full', 'wrong.example')).toBe('L6CERT DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await verified('off')).toBe('up 200 OK');
  });
  test('a server that does not speak TLS', async () => {
    const plain = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await ask(plain, { service: 'https' })).toMatch(
      /^L6ERROR: 500 Can't connect to \S+ \(wrong version number\)$/,
    );
  });
  test('a server that hangs up in the handshake', async () => {
    const rude = await tcpServer((socket) => socket.once('data', () => socket.destroy()));
    expect(await ask(rude, { service: 'https' })).toMatch(/^L6ERROR: 500 Can't connect/);
  });
});
