/** Answers of web servers, sound and broken, read by libwww-perl (as the genuine ldirectord does) and by ours. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { exchange } from '../../lib/ldirectord/checks/http/exchange.js';

/** Asks for /0 to /N-1 and prints `status hex-of-body` for each. */
const PERL = String.raw`
  use LWP::UserAgent;
  my ($port, $count) = @ARGV;
  my $agent = LWP::UserAgent->new(timeout => 5, requests_redirectable => []);
  for my $n (0 .. $count - 1) {
    my $r = $agent->get("http://127.0.0.1:$port/$n");
    print $r->code, " ", $r->code >= 200 && $r->code < 300 ? unpack("H*", $r->content) : "", "\n";
  }`;

/** Answers request `/N` with the bytes number N and closes. */
const serve = async (answers: readonly Buffer[]): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      const index = Number(/^GET \/(\d+)/.exec(request.toString('latin1'))?.[1]);
      socket.end(answers[index] ?? Buffer.alloc(0));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

const askPerl = async (port: number, count: number): Promise<readonly string[]> => {
  const perl = spawn('/usr/bin/perl', ['-e', PERL, String(port), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Buffer[] = [];
  perl.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
  const [code] = await once(perl, 'close');
  if (code !== 0) throw new Error(`perl exited with ${code}`);
  return Buffer.concat(lines).toString('latin1').trimEnd().split('\n');
};

/** The same in the same words; a local error is 500, as libwww-perl has it. */
const askOurs = async (port: number, index: number): Promise<string> => {
  const url = `http://127.0.0.1:${port}/${index}`;
  const place = {
    url,
    scheme: 'http',
    host: '127.0.0.1',
    port,
    hostHeader: '127.0.0.1',
    resource: `/${index}`,
  } as const;
  const demand = { verify: 'genuine', name: '' } as const;
  const exchanged = await exchange('GET', place, demand, AbortSignal.timeout(5_000));
  if (exchanged.failure !== undefined) return '500 ';
  const { answer } = exchanged;
  const good = answer.status >= 200 && answer.status < 300;
  return `${answer.status} ${good ? Buffer.from(answer.body, 'latin1').toString('hex') : ''}`;
};

const compare = async (answers: readonly string[]): Promise<readonly unknown[]> => {
  const { server, port } = await serve(answers.map((text) => Buffer.from(text, 'latin1')));
  try {
    const perl = await askPerl(port, answers.length);
    const ours = await Promise.all(answers.map((_, index) => askOurs(port, index)));
    return answers.flatMap((text, index) =>
      ours[index]?.trimEnd() === perl[index]?.trimEnd() ? [] : [{ text, ours: ours[index], perl: perl[index] }],
    );
  } finally {
    server.close();
  }
};

const ok = (headers: string, body: string): string => `HTTP/1.1 200 OK\r\n${headers}\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

const WRITTEN = [
  ok('Content-Length: 9\r\n', 'Test Page'),
  ok('Content-Length: 90\r\n', 'Test Page'),
  ok('Content-Length: 4\r\n', 'Test Page'),
  ok('', 'Test Page'),
  ok(CHUNKED, '9\r\nTest Page\r\n0\r\n\r\n'),
  ok(CHUNKED, '9;name=value\r\nTest Page\r\n0\r\nTrailer: x\r\n\r\n'),
  ok(CHUNKED, '90\r\nTest Page'),
  ok(CHUNKED, '9\r\nTest Page\r\n'),
  ok(CHUNKED, '9\r\nTest Page\r\nzz\r\nmore'),
  ok(CHUNKED, 'zz\r\nTest Page'),
  ok(CHUNKED, ''),
  ok('Transfer-Encoding: secret\r\n', 'Test Page'),
  ok('Transfer-Encoding: gzip, chunked\r\n', '9\r\nTest Page\r\n0\r\n\r\n'),
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nTest Page',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\nTest Page',
  'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\nTest Page',
  'HTTP/1.1 204 No Content\r\n\r\nTest Page',
  'HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n90\r\nTest Page',
  'HTTP/1.0 200\r\n\r\nTest Page',
  'HTTP/1.1 200 OK\n\nTest Page',
  'Test Page',
  '',
];

test('answers that break off, or break the rules, are judged by the same words', async () => {
  expect(await compare(WRITTEN)).toEqual([]);
}, 60_000);

test('property: answers cut off anywhere', async () => {
  const cut = fc
    .tuple(fc.constantFrom(...WRITTEN), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([text, share]) => text.slice(0, Math.round(text.length * share)));
  expect(await compare(fc.sample(cut, { numRuns: 300, seed: 4 }))).toEqual([]);
}, 60_000);
