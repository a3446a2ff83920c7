/** Single lines of haproxy.cfg: what they become, what is said about them, and when haproxy stays. */
import type { ImportOptions } from '../../../lib/import/plan.js';
import { imported, meaningOf, remarksOf } from '../../support/imported.js';

const read = (inner: string, options: Partial<ImportOptions> = {}, servers = ' server a 10.0.0.2:81 check\n') => {
  const result = imported({ 'h.cfg': `listen w\n bind 10.0.0.1:80\n${inner}\n${servers}` }, options);
  const meaning = meaningOf(result);
  expect(meaning.diagnostics.map(({ message }) => message)).toEqual([]);
  // That the interface and the secret are guesses, and that servers answer through the director, is said each time.
  const remarks = remarksOf(result).filter((one) => one !== '1 changed listen');
  return { virtual: meaning.directors['ldirectord.cf']?.virtuals[0], remarks, ...meaning };
};

test.each<readonly [string, object]>([
  [
    '',
    { scheduler: 'rr', checkType: { kind: 'connect' }, failureCount: 3, checkInterval: 2000, persistent: undefined },
  ],
  ['balance leastconn', { scheduler: 'lc' }],
  ['mode http\noption httpchk GET /up\nhttp-check expect status 200', { service: 'http', request: '/up' }],
  [
    'option httpchk\nhttp-check send meth GET uri /x ver HTTP/1.1 hdr Host w.x\nhttp-check expect status 200',
    { request: '/x', virtualHost: 'w.x' },
  ],
  ['stick-table type ip size 1m expire 90s\nstick on src', { persistent: 90 }],
  ['option smtpchk', { checkType: { kind: 'negotiate' }, service: 'smtp' }],
  ['option tcp-check', { checkType: { kind: 'connect' } }],
  ['timeout check 1500', { checkTimeout: 2000 }],
  ['default-server inter 7s fall 2 port 99', { checkInterval: 7000, failureCount: 2, checkPort: 99 }],
  ['email-alert to a@b.c', { alert: { to: 'a@b.c' } }],
])('%j is carried over', (inner, expected) => {
  const { virtual, remarks } = read(inner);
  expect(virtual).toMatchObject(expected);
  expect(remarks).toEqual([]);
});

test.each<readonly [string, readonly string[]]>([
  ['balance first', ['3 changed balance']],
  ['option httpchk GET /\nhttp-check expect ! string bad\nhttp-check expect status 200', ['4 lost http-check']],
  ['option httpchk /x', ['3 changed option']],
  ['option mysql-check user u', ['3 changed option']],
  ['option forwardfor\nretries 3', ['3 needless option', '4 needless retries']],
  ['errorfile 503 /x', ['3 lost errorfile']],
  ['stats enable', ['3 lost stats']],
  ['default-server rise 3', ['3 changed default-server']],
  ['bind /run/x.sock', ['3 lost bind']],
  ['nobody knows', ['3 lost nobody']],
])('%j is told', (inner, said) => {
  const { virtual, remarks } = read(inner);
  expect(virtual?.reals).toHaveLength(1);
  expect(remarks).toEqual(said);
});

test.each([
  'acl a path /x',
  'http-request deny',
  'cookie C insert',
  'balance uri',
  'stick on hdr(x)',
  'bind :443 ssl crt /x',
  'server b 10.0.0.3:80 ssl',
  'server b 10.0.0.3:80 send-proxy',
  'compression algo gzip',
])('%j keeps haproxy', (inner) => {
  const { virtual, remarks, suite } = read(inner);
  expect([virtual, remarks]).toEqual([undefined, [`3 kept ${inner.split(' ')[0]}`]]);
  expect(suite.monitors.map(({ name }) => name)).toContain('haproxy');
});

test('asked to stay it stays', () => {
  const { virtual, suite, remarks } = read('', { haproxy: 'keep' });
  expect([virtual, remarks, suite.monitors.map(({ name }) => name)]).toEqual([undefined, [], ['haproxy']]);
});

test('a server of another family, and one without an address', () => {
  const { virtual, remarks } = read(
    '',
    {},
    ' server a 2001:db8::1:80 check\n server b /run/x\n server c c.example:80 check\n',
  );
  expect(virtual?.reals).toHaveLength(1);
  expect(remarks).toEqual(['4 lost server', '5 lost server']);
});

test('addresses of the command line for a proxy that listens on all', () => {
  const text = 'listen w\n bind :80\n server a 10.0.0.2:81 check\n';
  const { directors, cluster } = meaningOf(imported({ 'h.cfg': text }, { addresses: ['10.0.0.7/24', '10.0.0.8'] }));
  expect(directors['ldirectord.cf']?.virtuals.map(({ key }) => key)).toMatchObject([
    { address: '10.0.0.7', port: 80 },
    { address: '10.0.0.8', port: 80 },
  ]);
  expect(cluster?.groups[0]?.resources.map(({ word }) => word)).toEqual([
    'IPaddr2::10.0.0.7/24',
    'IPaddr2::10.0.0.8',
    'ldirectord::ldirectord.cf',
  ]);
});
