/** smtp, pop, imap, nntp, ftp, sip and simpletcp checks of real servers, judged by genuine ldirectord and by ours. */
import { createHost, type Host } from '../../lib/lab/host.js';
import { DOVECOT, MAIL_AUTHORITY_FILE, MAIL_USER, startDovecot } from '../support/real-servers/dovecot.js';
import { EXIM_PORTS, startExim } from '../support/real-servers/exim.js';
import { INN_PORTS, startInn } from '../support/real-servers/inn.js';
import { SIP_PORTS, startSipResponder } from '../support/real-servers/sip-responder.js';
import { type Answers, askBoth, askOurs, type Question } from '../support/real-servers/verdicts.js';
import { FTP_PORTS, startVsftpd } from '../support/real-servers/vsftpd.js';

const REAL = DOVECOT.ownAddress;
const GLOBALS = ['checkinterval=1', 'checktimeout=3', 'negotiatetimeout=20'];
const env = { SSL_CERT_FILE: MAIL_AUTHORITY_FILE, HOSTNAME: 'director' };

const ask = (name: string, service: string, port: number, lines: readonly string[] = [], real: string = REAL) => ({
  ...{ name: `${service}: ${name}`, real, port },
  lines: [`service=${service}`, ...lines],
});
const LOGIN = [`login="${MAIL_USER.login}"`, `passwd="${MAIL_USER.passwd}"`];
const WRONG = [`login="${MAIL_USER.login}"`, 'passwd="guess"'];
const UDP = 'protocol=udp';
/** A silent server: nobody needs to wait long. */
const SOON = 'negotiatetimeout=1';

/** A question and our cause, empty: up. Genuine comes to the same state, or to the one that stands behind. */
const EXPECTED: readonly (readonly [Question, cause: string, genuine?: 'up' | 'down'])[] = [
  [ask('exim', 'smtp', EXIM_PORTS.smtp), ''],
  [ask('exim', 'submission', EXIM_PORTS.submission), ''],
  [ask('exim refuses the connection', 'smtp', EXIM_PORTS.refusesConnections), 'L7STATUS 550 not today'],
  [ask('exim refuses the name', 'smtp', EXIM_PORTS.refusesNames), 'L7STATUS 550 unwelcome'],
  [ask('nobody listens', 'smtp', 9), 'L4REFUSED'],
  [ask('a server of another kind', 'smtp', 110), 'L7STATUS +OK Dovecot (Debian) ready.'],

  [ask('dovecot', 'pop', 110, LOGIN), ''],
  [ask('wrong password', 'pop', 110, WRONG), 'L7STATUS -ERR [AUTH] Authentication failed.'],
  [ask('no login', 'pop', 110), ''],
  [ask('nobody listens', 'pop', 9, LOGIN), 'L4REFUSED'],
  [ask('nobody listens, no login', 'pop', 9), 'L4REFUSED', 'up'],
  [ask('made for the address', 'pops', 995, LOGIN), ''],
  [ask('wrong password', 'pops', 995, WRONG), 'L7STATUS -ERR [AUTH] Authentication failed.'],
  [ask('for another name', 'pops', 995, LOGIN, DOVECOT.otherName), 'L6CERT ERR_TLS_CERT_ALTNAME_INVALID'],
  [ask('self-signed', 'pops', 995, LOGIN, DOVECOT.selfSigned), 'L6CERT DEPTH_ZERO_SELF_SIGNED_CERT'],
  [ask('self-signed, no login', 'pops', 995, [], DOVECOT.selfSigned), ''],

  [ask('dovecot', 'imap', 143, LOGIN), ''],
  [ask('wrong password', 'imap', 143, WRONG), 'L7STATUS NO [AUTHENTICATIONFAILED] Authentication failed.'],
  [ask('no login', 'imap', 143), ''],
  [ask('nobody listens where genuine does not look', 'imap', 9), 'L4REFUSED', 'up'],
  [ask('made for the address', 'imaps', 993, LOGIN), ''],
  [ask('wrong password', 'imaps', 993, WRONG), 'L7STATUS NO [AUTHENTICATIONFAILED] Authentication failed.'],
  [ask('for another name', 'imaps', 993, LOGIN, DOVECOT.otherName), 'L6CERT ERR_TLS_CERT_ALTNAME_INVALID'],

  [ask('inn, posting forbidden', 'nntp', INN_PORTS.readOnly), ''],
  [ask('inn, posting allowed', 'nntp', INN_PORTS.posting), ''],
  [ask('inn, no permission', 'nntp', INN_PORTS.nobody), 'L7STATUS 502 You have no permission to talk.  Goodbye!'],
  [ask('nobody listens', 'nntp', 9), 'L4REFUSED'],

  [ask('vsftpd', 'ftp', FTP_PORTS.anonymous, ['request="welcome.msg"', 'receive="^this is a test$"']), ''],
  [ask('a large file', 'ftp', FTP_PORTS.anonymous, ['request="large"', 'receive="xtest$"']), ''],
  [
    ask('wrong text', 'ftp', FTP_PORTS.anonymous, ['request="welcome.msg"', 'receive="exam"']),
    'L7PATTERN this is a test',
  ],
  [
    ask('no such file', 'ftp', FTP_PORTS.anonymous, ['request="nothing"', 'receive="x"']),
    'L7STATUS 550 Failed to open file.',
  ],
  [ask('no such file, nothing expected', 'ftp', FTP_PORTS.anonymous, ['request="nothing"']), ''],
  [ask('nothing said', 'ftp', FTP_PORTS.anonymous), ''],
  [ask('empty file, nothing expected', 'ftp', FTP_PORTS.anonymous, ['request="pub/empty"']), ''],
  [
    ask('login refused', 'ftp', FTP_PORTS.nobody, ['request="welcome.msg"', 'receive="test"']),
    'L7STATUS 530 Login incorrect.',
  ],
  [ask('login refused, nothing expected', 'ftp', FTP_PORTS.nobody), ''],
  [ask('nobody listens', 'ftp', 9, ['receive="x"']), 'L4REFUSED'],

  [ask('udp', 'sip', SIP_PORTS.good, [UDP]), ''],
  [ask('udp, busy', 'sip', SIP_PORTS.busy, [UDP]), 'L7STATUS SIP/2.0 503 Service Unavailable'],
  [ask('udp, silent', 'sip', SIP_PORTS.silent, [UDP, SOON]), 'L7TIMEOUT no complete answer to OPTIONS'],
  [ask('tcp', 'sip', SIP_PORTS.good, ['login="bob@example.test"']), ''],
  [ask('tcp, busy', 'sip', SIP_PORTS.busy), 'L7STATUS SIP/2.0 503 Service Unavailable'],
  [ask('tcp, silent', 'sip', SIP_PORTS.silent, [SOON]), 'L7TIMEOUT no complete answer to OPTIONS'],

  [ask('exim', 'simpletcp', EXIM_PORTS.smtp, ['request="NOOP\\nQUIT\\n"', 'receive="^221 .* closing"']), ''],
  [
    ask('vsftpd, wrong text', 'simpletcp', FTP_PORTS.anonymous, ['request="QUIT\\n"', 'receive="^999"']),
    'L7PATTERN 220 Welcome to the test',
  ],
];

/** The same of a dovecot that offers another way to log in: genuine and ours take the same one. */
const OTHER: typeof EXPECTED = [
  [ask('APOP', 'pop', 110, LOGIN), ''],
  [ask('APOP, wrong password', 'pop', 110, WRONG), 'L7STATUS -ERR [AUTH] Authentication failed.'],
  [ask('APOP over TLS', 'pops', 995, LOGIN), ''],
];

let host: Host;
let other: Host;
let answers: ReadonlyMap<string, Answers>;

beforeAll(async () => {
  host = await createHost('mail');
  await host.get(['ip', 'address', 'add', `${REAL}/32`, 'dev', 'lo']);
  await Promise.all([
    startExim(host, REAL),
    startDovecot(host, 'plain cram-md5'),
    startInn(host, REAL),
    startVsftpd(host, REAL),
    startSipResponder(host, REAL),
  ]);
  other = await createHost('other-mail');
  await other.get(['ip', 'address', 'add', `${REAL}/32`, 'dev', 'lo']);
  await startDovecot(other, 'plain apop');
  const askAll = async (there: Host, expected: typeof EXPECTED): Promise<readonly (readonly [string, Answers])[]> => {
    const questions = expected.map(([question]) => question);
    const all = await askBoth(there, questions, { globals: GLOBALS, env, limit: 180_000 });
    return questions.map(({ name }, index) => [name, all[index] as Answers]);
  };
  answers = new Map((await Promise.all([askAll(host, EXPECTED), askAll(other, OTHER)])).flat());
}, 300_000);
afterAll(async () => {
  await host?.close();
  await other?.close();
});

test('both log in the same way: CRAM-MD5 where it is offered, APOP where it is', async () => {
  const methods = async (there: Host): Promise<readonly string[]> =>
    [...(await there.read('/run/mail/log')).matchAll(/pop3-login: Info: Login: .*method=([^,]+)/g)].map(
      ([, method = '']) => method,
    );
  const [here, there] = [await methods(host), await methods(other)];
  expect([new Set(here), new Set(there)]).toEqual([new Set(['CRAM-MD5']), new Set(['APOP'])]);
});

test.each([...EXPECTED, ...OTHER].map(([question, cause, genuine]) => [question.name, cause, genuine] as const))(
  '%s: %s',
  (name, cause, genuine) => {
    const state = cause === '' ? 'up' : 'down';
    // No text, as in genuine's monitorfile.
    expect(answers.get(name)).toEqual({ genuine: genuine ?? state, ours: state, cause });
  },
);

describe('[tls] verify of ha-suite.ini', () => {
  const questions = (['pops', 'imaps'] as const).flatMap((service) =>
    Object.entries(DOVECOT).map(([name, real]) => ask(name, service, service === 'pops' ? 995 : 993, LOGIN, real)),
  );
  const [named, trusted] = ['L6CERT ERR_TLS_CERT_ALTNAME_INVALID', 'L6CERT DEPTH_ZERO_SELF_SIGNED_CERT'];
  test.each([
    ['genuine', ['', named, trusted]],
    ['chain', ['', '', trusted]],
    ['full', ['', named, trusted]],
    ['off', ['', '', '']],
  ] as const)(
    '%s',
    async (verify, causes) => {
      const ours = await askOurs(host, questions, { globals: GLOBALS, env, verify });
      expect(ours.map(({ cause }) => cause)).toEqual([...causes, ...causes]);
    },
    60_000,
  );
});
