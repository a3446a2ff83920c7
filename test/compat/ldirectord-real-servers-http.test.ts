/** http, https and http_proxy checks of real servers: nginx and tinyproxy, judged by genuine ldirectord and by ours. */
import { createHost, type Host } from '../../lib/lab/host.js';
import { AUTHORITY_FILE, startWeb, TLS_PORTS, WEB } from '../support/real-servers/nginx.js';
import { type Answers, askBoth, askOurs, type Question } from '../support/real-servers/verdicts.js';

const GLOBALS = ['checkinterval=1', 'checktimeout=3', 'negotiatetimeout=20'];
const env = { SSL_CERT_FILE: AUTHORITY_FILE };

const http = (name: string, request: string, more: readonly string[] = ['receive="Test Page"']): Question => ({
  ...{ name, real: WEB.address, port: 80 },
  lines: ['service=http', `request="${request}"`, ...more],
});
const https = (name: keyof typeof TLS_PORTS, more: readonly string[] = ['receive="Test Page"']): Question => ({
  ...{ name: `https: ${name}`, real: WEB.address, port: TLS_PORTS[name] },
  lines: ['service=https', ...more],
});
const proxied = (name: string, request: string, port: number = WEB.proxyPort): Question => ({
  ...{ name: `proxy: ${name}`, real: WEB.address, port },
  lines: ['service=http_proxy', `request="${request}"`, 'receive="Test Page"', 'virtualhost=a.example'],
});

/** What the check has to come to, beside being the same as genuine's. */
const EXPECTED: readonly (readonly [Question, verdict: string])[] = [
  [http('a page', '/index.html'), 'up 200 OK'],
  [http('without its slash', 'index.html'), 'up 200 OK'],
  [http('the default page', '/'), 'up 200 OK'],
  [http('no pattern', '/index.html', []), 'up 200 OK'],
  [http('a pattern of Perl', '/index.html', ['receive="^<html>.*\\bTest\\s+Page</h1>\\n</body>"']), 'up 200 OK'],
  [http('a name', '/x', ['receive="of A"', 'virtualhost=a.example']), 'up 200 OK'],
  [http('another name', '/x', ['receive="of B"', 'virtualhost="b.example"']), 'up 200 OK'],
  [http('a name with port', '/x', ['receive="of B"', 'virtualhost=b.example:80']), 'up 200 OK'],
  [http('the wrong site', '/x', ['receive="of A"', 'virtualhost=b.example']), 'down Test Page of B'],
  [
    http('no name', '/headers', ['receive="host=192.168.0.1 agent=libwww-perl/6.68 te=deflate,gzip;q=0.3"']),
    'up 200 OK',
  ],
  [http('HEAD', '/index.html', ['httpmethod=HEAD']), 'up 200 OK'],
  [http('HEAD with a pattern', '/index.html', ['httpmethod=HEAD', 'receive="Test"']), 'down'],
  [http('HEAD of nothing', '/missing', ['httpmethod=HEAD']), 'down 404 Not Found'],
  [http('a query', '/args?a=b c&d=%41', ['receive="for a=b%20c&d=%41$"']), 'up 200 OK'],
  [http('a blank in the path', '/with blank.html'), 'up 200 OK'],
  [http('letters beyond ASCII', '/gr\u00fc\u00dfe.html', ['receive="Gr\u00fc\u00dfen"']), 'up 200 OK'],
  [http('odd characters', '/uri?<>"{}|^`', ['receive="Test Page at"']), 'up 200 OK'],
  [http('an absolute URL', 'http://a.example/x'), 'down 404 Not Found'],
  [http('redirect to a path', '/to-page'), 'up 200 OK'],
  [http('redirect to itself, absolute', '/to-absolute'), 'up 200 OK'],
  [http('redirect to another name', '/to-other-name', ['receive="of B"']), 'up 200 OK'],
  [http('redirect, virtualhost forgotten', '/to-other-name', ['receive="of B"', 'virtualhost=other']), 'up 200 OK'],
  [http('redirect to another port', '/to-other-port'), 'up 200 OK'],
  [http('redirect to TLS', '/to-tls'), 'up 200 OK'],
  [http('redirect to a missing page', '/to-missing'), 'down 404 Not Found'],
  [http('redirect to a closed port', '/to-nowhere'), "down 500 Can't connect to 192.168.0.1:9 (Connection refused)"],
  [http('redirect in a circle', '/loop'), 'down 302 Moved Temporarily'],
  [http('redirect with HEAD', '/to-page', ['httpmethod=HEAD']), 'up 200 OK'],
  [http('nothing to say', '/empty', []), 'up 204 No Content'],
  [http('nothing to say, but a pattern', '/empty'), 'down'],
  [http('an empty page', '/empty.html'), 'down'],
  [http('not modified', '/not-modified'), 'down 304 Not Modified'],
  [http('a part', '/ranges'), 'up 206 Partial Content'],
  [http('closed', '/secret'), 'down 401 Unauthorized'],
  [http('missing', '/missing'), 'down 404 Not Found'],
  [http('busy, with the words', '/busy'), 'down 503 Service Temporarily Unavailable'],
  [http('no answer at all', '/closes'), 'down 500 Server closed connection without sending any data back'],
  [http('chunked', '/ssi/'), 'up 200 OK'],
  [http('chunked, wrong words', '/ssi/', ['receive="Tset"']), 'down <h1>Test Page</h1>'],
  [http('a large page', '/large.html', ['receive="xTest Page$"']), 'up 200 OK'],
  [http('one byte per second', '/slow', ['negotiatetimeout=2']), 'down 500 Timeout Alarm'],
  [{ ...http('IPv6', '/index.html'), real: WEB.six }, 'up 200 OK'],
  [{ ...http('IPv6, what Host says', '/headers', ['receive="host=\\[fd00:1::1\\] "']), real: WEB.six }, 'up 200 OK'],
  [{ ...http('request and receive of the real', '/missing'), realMore: '"index.html", "Test Page"' }, 'up 200 OK'],
  [{ ...http('a URL of the real', '/missing'), realMore: '"http://192.168.0.1:81/", "another port"' }, 'up 200 OK'],
  [{ ...http('a closed port', '/'), port: 9 }, "down 500 Can't connect to 192.168.0.1:9 (Connection refused)"],
  [{ ...http('http to a TLS port', '/'), port: 443 }, 'down 400 Bad Request'],
  [https('trusted'), 'up 200 OK'],
  [https('trusted', ['receive="over TLSv1.2 for $"']), 'up 200 OK'],
  [https('selfSigned'), "down 500 Can't connect to 192.168.0.1:444 (certificate verify failed)"],
  [https('otherName'), 'up 200 OK'],
  [https('otherName', ['receive="Test"', 'virtualhost=third.example']), 'up 200 OK'],
  [https('onlyTls12', ['receive="over TLSv1.2"']), 'up 200 OK'],
  [https('onlyTls13', ['receive="over TLSv1.3"']), 'up 200 OK'],
  [https('expired'), "down 500 Can't connect to 192.168.0.1:448 (certificate verify failed)"],
  [https('clientCertificate'), 'down 400 Bad Request'],
  [https('throughIntermediate'), 'up 200 OK'],
  [https('intermediateMissing'), "down 500 Can't connect to 192.168.0.1:451 (certificate verify failed)"],
  [proxied('a page', 'http://a.example/index.html'), 'up 200 OK'],
  [proxied('by address and port', 'http://192.168.0.1:81/'), 'up 200 OK'],
  [proxied('a missing page', 'http://192.168.0.1/missing'), 'down 404 Not Found'],
  [proxied('a redirect', 'http://192.168.0.1/to-page'), 'up 200 OK'],
  [proxied('a closed proxy', 'http://a.example/', 9), "down 500 Can't connect to 192.168.0.1:9 (Connection refused)"],
];

/** A server that begins well and never ends, whatever nginx would do: ports by what comes after the first words. */
const UNENDING = { silence: 9001, drops: 9002, flood: 9003, chunks: 9004, wrong: 9005, headerOnly: 9006 };
const UNENDING_SERVER = `
  const { createServer } = require('node:net');
  const serve = (port, first, again, wait) => createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\\r\\n' + first);
      const timer = wait === undefined ? undefined : setInterval(() => socket.write(again), wait);
      socket.once('close', () => clearInterval(timer));
    });
  }).listen(port, '${WEB.address}');
  serve(${UNENDING.silence}, 'Content-Length: 100\\r\\n\\r\\nTest Page');
  serve(${UNENDING.drops}, '\\r\\nTest Page', 'x', 100);
  serve(${UNENDING.flood}, '\\r\\nTest Page', 'x'.repeat(10_000), 10);
  serve(${UNENDING.chunks}, 'Transfer-Encoding: chunked\\r\\n\\r\\n9\\r\\nTest Page\\r\\n', '1\\r\\nx\\r\\n', 100);
  serve(${UNENDING.wrong}, 'Content-Length: 100\\r\\n\\r\\nWrong');
  serve(${UNENDING.headerOnly}, 'Content-Length: 100\\r\\n');
`;
const unending = (name: keyof typeof UNENDING, verdict: string): readonly [Question, string] => [
  { ...http(`unending: ${name}`, '/', ['receive="Test Page"', 'negotiatetimeout=1']), port: UNENDING[name] },
  verdict,
];
const CUT: typeof EXPECTED = [
  unending('silence', 'up 200 OK'),
  unending('drops', 'up 200 OK'),
  unending('flood', 'up 200 OK'),
  unending('chunks', 'up 200 OK'),
  unending('wrong', 'down Wrong'),
  unending('headerOnly', 'down 500 Timeout Alarm'),
];

/** Verdicts whose words are those of other programs, or bytes: only up or down is compared. */
const STATE_ONLY: readonly (readonly [Question, state: 'up' | 'down', cause: string])[] = [
  [{ ...https('trusted'), name: 'https to a plain port', port: 80 }, 'down', 'L6ERROR'],
  [http('packed whether we like it or not', '/packed/index.html'), 'down', 'L7PATTERN'],
  [http('redirect to ftp', '/to-scheme'), 'down', 'L7STATUS 302'],
  [proxied('refused by the proxy', 'http://b.example/'), 'down', 'L7STATUS 403'],
  [proxied('nobody there', 'http://192.168.0.1:9/'), 'down', 'L7STATUS 500'],
  [proxied('no such name', 'http://nowhere.example/'), 'down', 'L7STATUS 500'],
];

let host: Host;
let answers: ReadonlyMap<string, Answers>;

beforeAll(async () => {
  host = await createHost('web');
  await startWeb(host);
  host.start([process.execPath, '-e', UNENDING_SERVER]);
  const questions = [...EXPECTED, ...CUT, ...STATE_ONLY].map(([question]) => question);
  const all = await askBoth(host, questions, { globals: GLOBALS, env });
  answers = new Map(questions.map((question, index) => [question.name + question.lines.join(), all[index] as Answers]));
}, 120_000);
afterAll(() => host?.close());

const answersOf = ({ name, lines }: Question): Answers | undefined => answers.get(name + lines.join());

test.each([...EXPECTED, ...CUT].map(([question, verdict]) => [question.name, verdict, question] as const))(
  '%s: %s',
  (_, verdict, question) => {
    expect(answersOf(question)).toMatchObject({ genuine: verdict, ours: verdict });
  },
);

test.each(STATE_ONLY.map(([question, state, cause]) => [question.name, state, cause, question] as const))(
  '%s: %s, %s',
  (_, state, cause, question) => {
    const { genuine, ours, cause: said } = answersOf(question) ?? {};
    expect([genuine?.split(' ')[0], ours?.split(' ')[0], said]).toEqual([state, state, cause]);
  },
);

describe('[tls] verify of ha-suite.ini', () => {
  const named = {
    ...https('otherName', ['receive="Test"', 'virtualhost=other.example']),
    name: 'otherName, asked for',
  };
  const questions = [...Object.keys(TLS_PORTS).map((name) => https(name as keyof typeof TLS_PORTS)), named];
  const GOOD = {
    trusted: 'up',
    onlyTls12: 'up',
    onlyTls13: 'up',
    throughIntermediate: 'up',
    clientCertificate: 'L7STATUS 400',
  };
  const NOT_TRUSTED = {
    selfSigned: 'L6CERT DEPTH_ZERO_SELF_SIGNED_CERT',
    expired: 'L6CERT CERT_HAS_EXPIRED',
    intermediateMissing: 'L6CERT UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  };

  test.each([
    ['genuine', { ...GOOD, ...NOT_TRUSTED, otherName: 'up' }],
    ['chain', { ...GOOD, ...NOT_TRUSTED, otherName: 'up' }],
    ['full', { ...GOOD, ...NOT_TRUSTED, otherName: 'L6CERT ERR_TLS_CERT_ALTNAME_INVALID' }],
    ['off', { ...GOOD, selfSigned: 'up', expired: 'up', intermediateMissing: 'up', otherName: 'up' }],
  ] as const)('%s', async (verify, expected) => {
    const ours = await askOurs(host, questions, { globals: GLOBALS, env, verify });
    const byName = questions.map(({ name }, index) => [
      name.replace('https: ', ''),
      ours[index]?.ours.startsWith('up') ? 'up' : ours[index]?.cause,
    ]);
    expect(Object.fromEntries(byName)).toEqual({ ...expected, 'otherName, asked for': 'up' });
  });
});
