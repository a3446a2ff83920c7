/** Every kind of check, as it is made of hostile servers, and how an honest server of its kind would begin. */
import type { TlsVerify } from '../../../lib/ldirectord/checks/check.js';
import type { Virtual } from '../../../lib/ldirectord/config/model.js';

export interface Kind {
  readonly name: string;
  readonly settings: Partial<Virtual>;
  readonly protocol: 'tcp' | 'udp';
  /** Whether the hostile server hides behind a handshake as well. */
  readonly tls: boolean;
  readonly verify: TlsVerify;
  readonly opening: Buffer;
}

const negotiate = (
  service: Virtual['service'],
  opening: string | Buffer,
  settings: Partial<Virtual> = {},
  more: Partial<Kind> = {},
): Kind => ({
  name: service,
  settings: { checkType: { kind: 'negotiate' }, service, login: 'login', password: 'secret', ...settings },
  protocol: 'tcp',
  tls: false,
  verify: 'off',
  opening: Buffer.from(opening),
  ...more,
});

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const words = { request: '/words', receive: 'the right words' };
const sql = { database: 'db', request: '/select 1' };
const encrypted = { tls: true };
const overUdp = (kind: Kind): Kind => ({ ...kind, name: `${kind.name} over udp`, protocol: 'udp' });

const HTTP = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n';
const IMAP = '* OK ready\r\n';
const POP = '+OK ready\r\n';
const LDAP = bytes('30847fffffff020101');
const dns = negotiate('dns', bytes('ffff'), { request: '/www.example.test', receive: '^192' });
const sip = negotiate('sip', 'SIP/2.0 100 Trying\r\n', { login: 'me@example.test' });
const simple = negotiate('simpletcp', 'x', words);

export const KINDS: readonly Kind[] = [
  { ...negotiate('none', ''), name: 'connect', settings: { checkType: { kind: 'connect' } } },
  negotiate('http', HTTP, words),
  negotiate('http_proxy', HTTP, { ...words, request: '/http://www.example.test/' }),
  negotiate('https', HTTP, words, encrypted),
  negotiate('smtp', '220 ready\r\n'),
  negotiate('submission', '220 ready\r\n'),
  negotiate('pop', POP),
  negotiate('pops', POP, {}, encrypted),
  negotiate('imap', IMAP),
  negotiate('imaps', IMAP, {}, encrypted),
  negotiate('nntp', '200'),
  negotiate('ftp', '220 ready\r\n', words),
  negotiate('ldap', LDAP),
  negotiate('ldaps', LDAP, {}, encrypted),
  negotiate('mysql', bytes('ffffff000a'), sql),
  negotiate('pgsql', bytes('527fffffff'), sql),
  negotiate('oracle', bytes('ffff000002000000'), sql),
  dns,
  overUdp(dns),
  overUdp(negotiate('radius', '', { request: '/', secret: 'secret' })),
  sip,
  overUdp(sip),
  simple,
  overUdp(simple),
];
