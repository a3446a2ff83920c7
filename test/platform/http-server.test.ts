/** The web server against honest and hostile clients: methods, bodies, long heads, silence, slow readers, crowds. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import {
  HTTP_LIMITS,
  type HttpAnswer,
  type HttpFollower,
  type HttpServer,
  listenHttp,
} from '../../lib/platform/http-server.js';
import { millis } from '../../lib/time.js';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const hello: HttpAnswer = { kind: 'whole', status: 200, type: 'text/plain', body: 'hello', headers: { 'x-a': 'b' } };
const open = async (answer: (path: string) => HttpAnswer = () => hello, limits = {}): Promise<HttpServer> => {
  server = await listenHttp(
    { host: '127.0.0.1', port: 0, limits: { ...HTTP_LIMITS, patience: millis(300), ...limits } },
    ({ path }) => answer(path),
  );
  return server;
};

/** What comes back for these bytes until the other end hangs up, and after how many milliseconds it does. */
const raw = ({ port }: HttpServer, bytes: string): Promise<{ readonly text: string; readonly after: number }> =>
  new Promise((resolve) => {
    const begun = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ text, after: performance.now() - begun }));
  });
const head = (method: string, more = ''): string =>
  `${method} /x?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${more}\r\n`;

test('GET and HEAD are answered, with the headers', async () => {
  const here = await open((path) => ({ ...hello, body: path }) as HttpAnswer);
  const { text } = await raw(here, head('GET'));
  expect(text).toMatch(
    /^HTTP\/1\.1 200 OK\r\nx-a: b\r\ncontent-type: text\/plain\r\ncontent-length: 2\r\n[\s\S]*\r\n\r\n\/x$/,
  );
  expect((await raw(here, head('HEAD'))).text).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: 2\r\n[\s\S]*\r\n\r\n$/);
});

test.each([
  ['POST', '', 405],
  ['DELETE', '', 405],
  ['OPTIONS', '', 405],
  ['GET', 'Content-Length: 3\r\n', 413],
  ['GET', 'Transfer-Encoding: chunked\r\n', 413],
])('%s %j is answered with %d, and the connection is closed', async (method, more, status) => {
  const { text, after } = await raw(await open(), head(method, more).replace('Connection: close\r\n', ''));
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(after).toBeLessThan(2000);
});

test.each([
  ['nonsense', 'hello\r\n\r\n'],
  ['a head that is too long', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['two lengths', head('GET', 'Content-Length: 3\r\nContent-Length: 4\r\n')],
  ['an upgrade', head('GET', 'Upgrade: websocket\r\nConnection: Upgrade\r\n')],
  ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
])('%s is hung up on, and others are served', async (_, bytes) => {
  const here = await open();
  const { text } = await raw(here, bytes);
  expect(text).not.toContain('hello');
  expect((await raw(here, head('GET'))).text).toContain('hello');
});

test('who says nothing, or half of it, is hung up on after the patience', async () => {
  const here = await open();
  for (const bytes of ['', 'GET / HT', head('GET').slice(0, -2)]) {
    const { text, after } = await raw(here, bytes);
    expect(text).not.toContain('200');
    expect(after).toBeGreaterThan(250);
    expect(after).toBeLessThan(5000);
  }
});

test('a mistake of the handler is a 500 without its words', async () => {
  const here = await open(() => {
    throw new Error('secret');
  });
  const { text } = await raw(here, head('GET'));
  expect(text).toMatch(/^HTTP\/1\.1 500 /);
  expect(text).not.toContain('secret');
});

const connected = (port: number): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => undefined);
  });

test('more connections than allowed are closed at once; then there is room again', async () => {
  const here = await open(undefined, { connections: 3, patience: millis(60_000) });
  const crowd = await Promise.all([1, 2, 3].map(() => connected(here.port)));
  expect((await raw(here, head('GET'))).text).toBe('');
  for (const socket of crowd) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await raw(here, head('GET'))).text).toContain('hello');
});

test('followers get what is sent while it is sent; one who reads nothing is behind, and cut off at the limit', async () => {
  const followers = new Set<HttpFollower>();
  const stream: HttpAnswer = {
    ...{ kind: 'stream', type: 'text/event-stream' },
    begin: (follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
  const here = await open(() => stream, { waiting: 1 << 20 });
  const heard: string[] = [];
  const reader = request({ port: here.port, host: '127.0.0.1' }, (response) =>
    response.on('data', (data) => heard.push(String(data))),
  );
  reader.on('error', () => undefined);
  reader.end();
  const until = async (what: () => boolean): Promise<void> => {
    for (let tries = 0; !what() && tries < 500; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(what()).toBe(true);
  };
  await until(() => followers.size === 1);
  const [first] = followers;
  first?.send('data: 1\n\n');
  await until(() => heard.join('') === 'data: 1\n\n');
  expect(first?.isBehind()).toBe(false);
  const idle = await connected(here.port);
  idle.pause();
  idle.write(head('GET'));
  await until(() => followers.size === 2);
  const second = [...followers].find((one) => one !== first);
  // More than the buffers of the kernel take, and than may wait.
  for (let sent = 0; followers.size === 2 && sent < 64; sent += 1) {
    second?.send('x'.repeat(1 << 20));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until(() => followers.size === 1);
  expect(followers.has(first as HttpFollower)).toBe(true);
  reader.destroy();
  idle.destroy();
  await until(() => followers.size === 0);
});

test('an answer that nobody takes is given up', async () => {
  const big: HttpAnswer = { kind: 'whole', status: 200, type: 'text/plain', body: 'x'.repeat(64 << 20) };
  const here = await open((path) => (path === '/big' ? big : hello), { connections: 1, taking: millis(500) });
  const slow = await connected(here.port);
  slow.pause();
  slow.write('GET /big HTTP/1.1\r\nHost: a\r\n\r\n');
  let answered = false;
  for (let tries = 0; !answered && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answered = (await raw(here, head('GET'))).text.includes('hello');
  }
  expect(answered).toBe(true);
  slow.destroy();
});
