/** Handing a mail to an SMTP server: a polite one, one that refuses, one that is silent, one that says too much. */
import { createServer, type Server, type Socket } from 'node:net';
import { sendSmtp } from '../../lib/platform/smtp.js';
import { millis } from '../../lib/time.js';

const servers = new Set<Server>();
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  servers.clear();
  sockets.clear();
});

const listen = (onConnection: (socket: Socket) => void): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    servers.add(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

/** Answers each command; recipients at refused.test are refused. */
const polite = (heard: string[]) => (socket: Socket) => {
  let inData = false;
  let rest = '';
  socket.write('220 mail ESMTP\r\n');
  const answer = (line: string): string => {
    if (inData) {
      inData = line !== '.';
      return inData ? '' : '250 queued\r\n';
    }
    if (line === 'DATA') {
      inData = true;
      return '354 go\r\n';
    }
    if (line === 'QUIT') return '221 bye\r\n';
    // What a server that offers more must not lead to.
    if (line.startsWith('EHLO')) return '250-mail\r\n250-STARTTLS\r\n250-SIZE 100000\r\n250 8BITMIME\r\n';
    return line.includes('@refused.test') ? '550 no such user\r\n' : '250 ok\r\n';
  };
  socket.on('data', (chunk) => {
    rest += chunk.toString('utf8');
    const lines = rest.split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      heard.push(line);
      socket.write(answer(line));
    }
  });
};

const order = (port: number, recipients: readonly string[], timeout = 10_000) => ({
  host: '127.0.0.1',
  port,
  greeting: 'localhost.localdomain',
  sender: 'root@director',
  recipients,
  message: 'Subject: ü\n\n.hidden\nlast\n',
  timeout: millis(timeout),
});

test('the dialogue, without TLS, with a dot in front doubled', async () => {
  const heard: string[] = [];
  expect(await sendSmtp(order(await listen(polite(heard)), ['a@example.test', 'b@example.test']))).toBeUndefined();
  expect(heard.filter((line) => line !== 'QUIT')).toEqual([
    'EHLO localhost.localdomain',
    expect.stringMatching(/^MAIL FROM:<root@director>( BODY=8BITMIME)?$/),
    'RCPT TO:<a@example.test>',
    'RCPT TO:<b@example.test>',
    'DATA',
    'Subject: ü',
    '',
    '..hidden',
    'last',
    '.',
  ]);
});

test('one recipient who is refused does not keep the mail from the other, and is named', async () => {
  const heard: string[] = [];
  const reason = await sendSmtp(order(await listen(polite(heard)), ['a@refused.test', 'b@example.test']));
  expect(reason).toMatch(/550 no such user/);
  expect(heard).toContain('DATA');
});

test('all recipients refused, a refusing server, nobody there: each says why', async () => {
  expect(await sendSmtp(order(await listen(polite([])), ['a@refused.test']))).toMatch(/550 no such user/);
  const refusing = await listen((socket) => socket.end('554 go\naway\r\n'));
  expect(await sendSmtp(order(refusing, ['a@example.test']))).toMatch(/554/);
  const closing = await listen((socket) => socket.destroy());
  expect(await sendSmtp(order(closing, ['a@example.test']))).toEqual(expect.any(String));
  const gone = await listen(() => undefined);
  for (const server of servers) server.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await sendSmtp(order(gone, ['a@example.test']))).toBe('Connection refused');
});

test('a name that means nothing', async () => {
  const reason = await sendSmtp({ ...order(25, ['a@example.test'], 20_000), host: 'no-such-host.invalid' });
  expect(reason).toMatch(/no-such-host\.invalid cannot be resolved|no end after/);
});

test.each([
  ['silent from the start', (socket: Socket) => void socket.resume()],
  ['silent after the greeting', (socket: Socket) => void socket.resume().write('220 mail\r\n')],
  [
    'a greeting without end',
    (socket: Socket) => {
      const timer = setInterval(() => socket.write('220-more\r\n'), 5);
      socket.on('close', () => clearInterval(timer));
      socket.resume();
    },
  ],
])('a server that is %s is left at the limit', async (_name, behaviour) => {
  const closed: Promise<void>[] = [];
  const port = await listen((socket) => {
    closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
    behaviour(socket);
  });
  expect(await sendSmtp(order(port, ['a@example.test'], 200))).toMatch(/no end after 0\.2 s|[Tt]imeout/);
  await Promise.all(closed);
});
