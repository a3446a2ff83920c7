/** Servers, good and bad ones, that the genuine program and ours are asked about. */
import type { CheckService } from '../../../lib/ldirectord/config/model.js';
import type { DialogueScript, Rule } from './scripted-server.js';

export interface DialogueCase {
  readonly name: string;
  readonly service: CheckService;
  /** Lines of the virtual besides real and service. */
  readonly lines: readonly string[];
  readonly port: number;
  /** No service line: it follows from the port, and no login comes with it. */
  readonly inferred?: true;
  /** Checked over IPv6. */
  readonly six?: boolean;
  /** What follows the forwarding method in the line of the real. */
  readonly real?: string;
  /** Ours ends at its deadline. */
  readonly waits?: true;
  /** The genuine program waits for ever, and does nothing else any more. */
  readonly hangs?: true;
  /** Absent: nobody listens. */
  readonly server?: DialogueScript;
  /** Name or address of the certificate (pops, imaps); `subject` only in its common name, `other`: for another name. */
  readonly certificate?: 'address' | 'subject' | 'other' | 'untrusted';
}

const LOGIN = ['login="u"', 'passwd="p"'];

const SMTP: readonly Rule[] = [
  ['^EHLO', '250-mail\r\n250 HELP\r\n'],
  ['^QUIT', '221 bye\r\n', true],
];
const waiting = (one: DialogueCase): DialogueCase => ({ ...one, waits: true });
const hanging = (one: DialogueCase): DialogueCase => ({ ...one, waits: true, hangs: true });

const smtp = (name: string, server: Partial<DialogueScript> | undefined): DialogueCase => ({
  name: `smtp: ${name}`,
  service: 'smtp',
  lines: [],
  port: 25,
  ...(server === undefined ? {} : { server: { kind: 'line', banner: '220 mail ESMTP\r\n', rules: SMTP, ...server } }),
});

const POP: readonly Rule[] = [
  ['^QUIT', '+OK bye\r\n', true],
  ['^CAPA', '+OK caps\r\nUSER\r\n.\r\n'],
  ['^STAT', '+OK 0 0\r\n'],
  ['^', '+OK\r\n'],
];
const pop = (name: string, server: Partial<DialogueScript> | undefined, lines = LOGIN): DialogueCase => ({
  name: `pop: ${name}`,
  service: 'pop',
  lines,
  port: 110,
  ...(server === undefined ? {} : { server: { kind: 'line', banner: '+OK pop\r\n', rules: POP, ...server } }),
});

const IMAP: readonly Rule[] = [
  ['^(\\S+) LOGOUT', '* BYE\r\n$1 OK bye\r\n', true],
  ['^(\\S+) ', '$1 OK done\r\n'],
];
const imap = (name: string, server: Partial<DialogueScript> | undefined, lines = LOGIN): DialogueCase => ({
  name: `imap: ${name}`,
  service: 'imap',
  lines,
  port: 143,
  ...(server === undefined ? {} : { server: { kind: 'line', banner: '* OK imap\r\n', rules: IMAP, ...server } }),
});
const secured = (
  service: 'pops' | 'imaps',
  certificate: NonNullable<DialogueCase['certificate']>,
  lines = LOGIN,
): DialogueCase => ({
  name: `${service}: certificate ${certificate}${lines.length === 0 ? ', no login' : ''}`,
  service,
  lines,
  port: service === 'pops' ? 995 : 993,
  certificate,
  server:
    service === 'pops'
      ? { kind: 'line', tls: true, banner: '+OK pop\r\n', rules: POP }
      : { kind: 'line', tls: true, banner: '* OK imap\r\n', rules: IMAP },
});

const nntp = (name: string, server: DialogueScript | undefined): DialogueCase => ({
  name: `nntp: ${name}`,
  service: 'nntp',
  lines: [],
  port: 119,
  ...(server === undefined ? {} : { server }),
});

const FILE = { '/welcome.msg': 'this is a test\n' };
const WELCOME = ['request="welcome.msg"', 'receive="test"'];
const ftp = (name: string, server: Partial<DialogueScript> | undefined, lines = WELCOME): DialogueCase => ({
  name: `ftp: ${name}`,
  service: 'ftp',
  lines,
  port: 21,
  ...(server === undefined ? {} : { server: { kind: 'ftp', files: FILE, ...server } }),
});

const sip = (name: string, server: Partial<DialogueScript> | undefined, lines: readonly string[] = []) => ({
  name: `sip: ${name}`,
  service: 'sip' as const,
  lines,
  port: 5060,
  ...(server === undefined ? {} : { server: { kind: 'sip' as const, ...server } }),
});

const simple = (name: string, server: Partial<DialogueScript> | undefined, lines: readonly string[]) => ({
  name: `simpletcp: ${name}`,
  service: 'simpletcp' as const,
  lines,
  port: 7,
  ...(server === undefined ? {} : { server: { kind: 'line' as const, ...server } }),
});
const UDP = 'protocol=udp';

export const DIALOGUE_CASES: readonly DialogueCase[] = [
  smtp('good', {}),
  smtp('greeting of several lines', { banner: '220-mail\r\n220-more\r\n220 end\r\n' }),
  smtp('EHLO refused, HELO taken', {
    rules: [['^EHLO', '502 no\r\n'], ['^HELO', '250 mail\r\n'], ...SMTP],
  }),
  smtp('EHLO and HELO refused', { rules: [['^[EH][EH]LO', '502 no\r\n'], ...SMTP] }),
  smtp('greeting 4xx', { banner: '421 busy\r\n' }),
  smtp('greeting 5xx', { banner: '554 go away\r\n' }),
  smtp('greeting 3xx', { banner: '354 odd\r\n' }),
  smtp('greeting without a number', { banner: 'hello\r\n' }),
  smtp('words before the greeting', { banner: 'hello\r\n220 mail\r\n' }),
  smtp('greeting with bare newlines', { banner: '220 mail\n' }),
  smtp('a number only', { banner: '220\r\n' }),
  smtp('continuation of another number', { banner: '220-mail\r\n250 end\r\n' }),
  smtp('EHLO answered with words', { rules: [['^EHLO', 'what?\r\n'], ['^HELO', '250 mail\r\n'], ...SMTP] }),
  smtp('words inside the greeting', { banner: '220-mail\r\nwhat\r\n220 end\r\n' }),
  smtp('EHLO answered 4xx', { rules: [['^EHLO', '450 later\r\n'], ['^HELO', '250 mail\r\n'], ...SMTP] }),
  smtp('EHLO answered 3xx', { rules: [['^EHLO', '354 odd\r\n'], ['^HELO', '250 mail\r\n'], ...SMTP] }),
  smtp('no answer to QUIT', { rules: [['^EHLO', '250 mail\r\n']] }),
  smtp('closed after the greeting', { after: 'close' }),
  smtp('closed without a word', { banner: '', after: 'close' }),
  smtp('reset after the greeting', { after: 'reset', rules: [] }),
  { ...smtp('over IPv6', {}), six: true },
  waiting(smtp('silent', { banner: '' })),
  smtp('refused', undefined),

  pop('good', {}),
  pop('wrong password', { rules: [['^PASS', '-ERR bad\r\n'], ...POP] }),
  pop('user refused', { rules: [['^USER', '-ERR who?\r\n'], ...POP] }),
  pop('no CAPA', { rules: [['^CAPA', '-ERR what?\r\n'], ...POP] }),
  pop('STAT refused', { rules: [['^STAT', '-ERR no\r\n'], ...POP] }),
  pop('greeting -ERR', { banner: '-ERR closed\r\n' }),
  pop('odd greeting', { banner: 'hello\r\n' }),
  pop('greeting with bare newline', { banner: '+OK pop\n' }),
  pop('greeting +OKAY', { banner: '+OKAY pop\r\n' }),
  pop('greeting in lower case', { banner: '+ok pop\r\n' }),
  pop('greeting with APOP time', { banner: '+OK pop <1.2@host>\r\n' }),
  pop('closed after the greeting', { after: 'close', rules: [] }),
  pop('closed at PASS', { rules: [['^PASS', null, true], ...POP] }),
  pop('refused', undefined),
  pop('login without password', {}, ['login="u"']),
  pop('no login, good', {}, []),
  pop('no login, greeting -ERR', { banner: '-ERR closed\r\n' }, []),
  pop('APOP refused', { banner: '+OK pop <1.2@host>\r\n', rules: [['^APOP', '-ERR no\r\n'], ...POP] }),
  pop('SASL offered', { rules: [['^CAPA', '+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n'], ...POP] }),
  pop('CRAM-MD5', {
    rules: [['^CAPA', '+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n'], ['^AUTH', '+ PDEuMkBob3N0Pg==\r\n'], ...POP],
  }),
  pop('CRAM-MD5 refused', {
    rules: [
      ['^CAPA', '+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n'],
      ['^AUTH', '+ PDEuMkBob3N0Pg==\r\n'],
      ['^[a-zA-Z0-9+/=]{12,}$', '-ERR no\r\n'],
      ...POP,
    ],
  }),
  pop('CRAM-MD5 and APOP', {
    banner: '+OK pop <1.2@host>\r\n',
    rules: [
      ['^CAPA', '+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n'],
      ['^APOP', '-ERR no\r\n'],
      ['^AUTH', '+ PDEuMkBob3N0Pg==\r\n'],
      ...POP,
    ],
  }),
  pop('everything refused', {
    banner: '+OK pop <1.2@host>\r\n',
    rules: [
      ['^CAPA', '+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n'],
      ['^AUTH', '+ PDEuMkBob3N0Pg==\r\n'],
      ['^(APOP|PASS|[a-zA-Z0-9+/=]{12,}$)', '-ERR no\r\n'],
      ...POP,
    ],
  }),
  pop('no login, PASS refused', { rules: [['^PASS', '-ERR bad\r\n'], ...POP] }, []),
  pop('no login, odd greeting', { banner: 'hello\r\n' }, []),
  { ...pop('over IPv6', {}), six: true },
  hanging(pop('no login, silent', { banner: '' }, [])),
  hanging(pop('CAPA without end', { rules: [['^CAPA', '+OK caps\r\nUSER\r\n'], ...POP] })),
  pop('no login, refused', undefined, []),
  secured('pops', 'address'),
  secured('pops', 'subject'),
  secured('pops', 'other'),
  secured('pops', 'untrusted'),
  secured('pops', 'untrusted', []),

  imap('good', {}),
  imap('wrong password', { rules: [['^(\\S+) LOGIN', '$1 NO bad\r\n'], ...IMAP] }),
  imap('login BAD', { rules: [['^(\\S+) LOGIN', '$1 BAD what?\r\n'], ...IMAP] }),
  imap('remarks before the answer', { rules: [['^(\\S+) LOGIN', '* CAPABILITY X\r\n$1 OK in\r\n'], ...IMAP] }),
  hanging(imap('answer with another tag', { rules: [['^(\\S+) LOGIN', 'x OK in\r\n'], ...IMAP] })),
  imap('closed at login', { rules: [['^(\\S+) LOGIN', null, true], ...IMAP] }),
  imap('greeting BYE', { banner: '* BYE overloaded\r\n' }),
  imap('greeting PREAUTH', { banner: '* PREAUTH in\r\n' }),
  imap('odd greeting', { banner: 'hello\r\n' }),
  imap('no login, good', {}, []),
  imap('no login, greeting BYE', { banner: '* BYE overloaded\r\n' }, []),
  imap('no login, greeting BYE, closed', { banner: '* BYE overloaded\r\n', after: 'close' }, []),
  imap('no login, odd greeting', { banner: 'hello\r\n' }, []),
  waiting(imap('no login, silent', { banner: '', rules: [] }, [])),
  imap('no answer to EXPUNGE', { rules: [['^(\\S+) EXPUNGE', null], ...IMAP] }, []),
  imap('login with a blank, password with a backslash', {}, ['login="a b"', 'passwd="q\\\\x"']),
  { ...imap('over IPv6', {}), six: true },
  imap('password with a quote', {}, ['login="u"', 'passwd="q"x"']),
  imap('login without password', {}, ['login="u"']),
  secured('imaps', 'address'),
  secured('imaps', 'subject'),
  secured('imaps', 'other'),
  secured('imaps', 'untrusted'),

  nntp('good', { kind: 'line', banner: '200 news\r\n' }),
  nntp('no posting', { kind: 'line', banner: '201 news\r\n' }),
  nntp('busy', { kind: 'line', banner: '400 busy\r\n' }),
  nntp('no line end', { kind: 'line', banner: '2' }),
  nntp('closed without a word', { kind: 'line', after: 'close' }),
  nntp('closed after the greeting', { kind: 'line', banner: '200 news\r\n', after: 'close' }),
  { ...nntp('over IPv6', { kind: 'line', banner: '200 news\r\n' }), six: true },
  waiting(nntp('silent', { kind: 'hang' })),
  nntp('refused', undefined),

  ftp('good', {}),
  ftp('wrong text', { files: { '/welcome.msg': 'nothing\n' } }),
  ftp('no such file', { files: {} }),
  ftp('no such file, nothing expected', { files: {} }, ['request="welcome.msg"']),
  ftp('login refused', {
    rules: [
      ['^PASS', '530 no\r\n'],
      ['^RETR', '530 no\r\n'],
    ],
  }),
  ftp('login refused, nothing expected', { rules: [['^(PASS|CWD|TYPE|PASV|PORT|RETR)', '530 no\r\n']] }, []),
  ftp('user accepted without password', { rules: [['^USER', '230 in\r\n']] }),
  ftp('user refused', { rules: [['^USER', '530 no\r\n']] }),
  ftp('login refused but the file is given', { rules: [['^PASS', '530 no\r\n']] }),
  ftp('CWD refused', { rules: [['^CWD', '550 no\r\n']] }),
  ftp('TYPE refused', { rules: [['^TYPE', '550 no\r\n']] }),
  ftp('PASV refused', { rules: [['^PASV', '550 no\r\n']] }),
  ftp('PORT refused', { rules: [['^PORT', '500 no\r\n']] }),
  ftp('PORT refused, nothing expected', { rules: [['^PORT', '500 no\r\n']] }, ['request="welcome.msg"']),
  ftp('greeting 4xx', { banner: '421 busy\r\n' }),
  ftp('greeting 4xx, nothing expected', { banner: '421 busy\r\n' }, []),
  ftp('greeting of several lines', { banner: '220-a\r\n b\r\n220 c\r\n' }),
  ftp('account wanted', { rules: [['^PASS', '332 account\r\n']] }),
  ftp('empty file, nothing expected', { files: { '/welcome.msg': '' } }, ['request="welcome.msg"']),
  ftp('closed after the greeting, nothing expected', { after: 'close', rules: [] }, []),
  waiting(ftp('no data connection', { rules: [['^RETR', '150 here\r\n']] })),
  ftp('no data connection, nothing expected', { rules: [['^RETR', '150 here\r\n']] }, ['request="welcome.msg"']),
  waiting(ftp('silent, nothing expected', { kind: 'hang' }, [])),
  ftp('refused, nothing expected', undefined, []),
  { ...ftp('request and receive of the real', {}, []), real: '"welcome.msg", "test"' },
  { ...ftp('receive of the real, wrong', {}, WELCOME), real: '"welcome.msg", "nothing"' },
  ftp('numbers inside the greeting', { banner: '220-a\r\n230 b\r\n220 c\r\n' }),
  ftp('finished without a preliminary answer', { rules: [['^RETR', '226 done\r\n']] }, ['request="welcome.msg"']),
  { ...ftp('over IPv6', {}), six: true },
  { ...ftp('service from the port', {}), inferred: true },
  ftp('login without password', {}, [...WELCOME, 'login="bob"']),
  ftp('password without login', {}, [...WELCOME, 'passwd="secret"']),
  { ...ftp('password without login, service from the port', {}, [...WELCOME, 'passwd="secret"']), inferred: true },
  { ...ftp('login without password, service from the port', {}, [...WELCOME, 'login="bob"']), inferred: true },
  ftp('own login', {}, [...WELCOME, 'login="bob"', 'passwd="secret"']),

  sip('udp good', { udp: true }, [UDP]),
  sip('udp answer without Call-ID', { udp: true, reply: 'SIP/2.0 200 OK\r\n\r\n' }, [UDP]),
  waiting(sip('udp answer of another Call-ID', { udp: true, reply: 'SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n' }, [UDP])),
  waiting(sip('udp answer without end', { udp: true, reply: 'SIP/2.0 200 OK\r\n' }, [UDP])),
  sip('udp 100 Trying', { udp: true, reply: 'SIP/2.0 100 Trying\r\n\r\n' }, [UDP]),
  sip('udp 503', { udp: true, reply: 'SIP/2.0 503 Service Unavailable\r\n\r\n' }, [UDP]),
  waiting(sip('udp silent', { udp: true, kind: 'hang' }, [UDP])),
  sip('udp refused', undefined, [UDP]),
  sip('tcp good', {}, ['login="bob@example.test"']),
  sip('tcp 404', { reply: 'SIP/2.0 404 Not Found\r\n\r\n' }),
  sip('tcp 200 of other words', { reply: 'SIP/2.0 200 Fine\r\n\r\n' }),
  sip('tcp empty line first', { reply: '\r\nSIP/2.0 200 OK\r\n\r\n' }),
  sip('tcp bare newlines', { reply: 'SIP/2.0 200 OK\n\n' }),
  sip('tcp closed without end', { reply: 'SIP/2.0 200 OK\r\n', onEof: '' }),
  { ...sip('udp over IPv6', { udp: true }, [UDP]), six: true },
  { ...sip('tcp over IPv6', {}), six: true },
  { ...sip('service from the port', {}), inferred: true },
  sip('tcp refused', undefined),

  simple('good', { banner: 'hello\n', rules: [['PING 2', 'PONG 1\nPONG 2\n']] }, [
    'request="PING 1\\nPING 2\\n"',
    'receive="^PONG [0-9]"',
  ]),
  simple('wrong', { banner: 'hello\n', onEof: 'no\n' }, ['request="x"', 'receive="^PONG"']),
  simple('last line without its end', { onEof: 'PONG' }, ['request="x"', 'receive="^PONG"']),
  simple('the pattern sees the line end', { onEof: 'PONG\r\n' }, ['request="x"', 'receive="^PONG\\r\\n"']),
  simple('anything', { onEof: 'so\n' }, ['request="x"']),
  simple('nothing', { onEof: '' }, ['request="x"']),
  simple('no request', { banner: 'hello\n' }, ['receive="hello"']),
  waiting(simple('silent', { kind: 'hang' }, ['request="x"'])),
  simple('refused', undefined, ['request="x"']),
  { ...simple('request and receive of the real', { onEof: 'PONG\n' }, []), real: '"x", "PONG"' },
  simple('pattern over two lines', { onEof: 'a\nb\n' }, ['request="x"', 'receive="a\\nb"']),
  { ...simple('over IPv6', { onEof: 'PONG\n' }, ['request="x"', 'receive="PONG"']), six: true },
  simple('udp good', { udp: true, rules: [['x', 'PONG\n']] }, [UDP, 'request="x"', 'receive="^PONG"']),
  simple('udp without a line end', { udp: true, rules: [['x', 'PONG']] }, [UDP, 'request="x"', 'receive="^PONG"']),
  waiting(simple('udp wrong', { udp: true, rules: [['x', 'no\n']] }, [UDP, 'request="x"', 'receive="^PONG"'])),
  waiting(simple('udp silent', { udp: true, kind: 'hang' }, [UDP, 'request="x"'])),
  simple('udp refused', undefined, [UDP, 'request="x"']),
];
