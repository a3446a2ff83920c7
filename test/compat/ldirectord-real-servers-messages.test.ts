/** The dns, ldap, radius, mysql and pgsql checks against real servers, side by side with the genuine ldirectord. */
import { join } from 'node:path';
import type { Target, TlsVerify } from '../../lib/ldirectord/checks/check.js';
import { runCheck } from '../../lib/ldirectord/checks/deadline.js';
import { negotiationOf } from '../../lib/ldirectord/checks/negotiate.js';
import { causeText, type Verdict } from '../../lib/ldirectord/checks/verdict.js';
import type { Virtual } from '../../lib/ldirectord/config/model.js';
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { checkPortOf } from '../../lib/ldirectord/identity.js';
import { makeCertificate } from '../support/certificate.js';
import { recordedFacts } from '../support/ldirectord-facts.js';
import { startDnsmasq } from '../support/real-servers/dnsmasq.js';
import { RADIUS_SECRET, startFreeradius } from '../support/real-servers/freeradius.js';
import { type GenuineVerdict, genuineVerdicts } from '../support/real-servers/genuine-director.js';
import { startMariadb } from '../support/real-servers/mariadb.js';
import { startPostgres } from '../support/real-servers/postgresql.js';
import { freePort, type RealServer, type ScratchFolder, scratchFolder } from '../support/real-servers/server.js';
import { startSlapd } from '../support/real-servers/slapd.js';

/** The encrypted way to one database, the plain way to another. */
const RULES = `hostssl postgres all 127.0.0.1/32 scram-sha-256
hostnossl template1 all 127.0.0.1/32 scram-sha-256
`;

type Servers = {
  readonly dns: Awaited<ReturnType<typeof startDnsmasq>>;
  readonly ldap: Awaited<ReturnType<typeof startSlapd>>;
  readonly radius: Awaited<ReturnType<typeof startFreeradius>>;
  readonly mysql: Awaited<ReturnType<typeof startMariadb>>;
  readonly pgsql: Awaited<ReturnType<typeof startPostgres>>;
  /** A port where nobody listens. */
  readonly nobody: number;
};

/** One virtual of the common configuration. */
interface Case {
  readonly what: string;
  readonly service: Virtual['service'];
  readonly port: (servers: Servers) => number;
  readonly directives: readonly string[];
  /** Our verdict with its cause. */
  readonly ours: string;
  /** The first verdict of genuine, where it differs on purpose. */
  readonly genuine?: string;
}

const to =
  (service: Virtual['service'], port: Case['port'], common: readonly string[] = []) =>
  (what: string, directives: readonly string[], ours: string, genuine?: string): Case => ({
    what,
    service,
    port,
    directives: [...common, ...directives],
    ours,
    ...(genuine === undefined ? {} : { genuine }),
  });

const udp = to('dns', ({ dns }) => dns.port, ['protocol=udp']);
const tcp = to('dns', ({ dns }) => dns.port, ['protocol=tcp']);
const ldap = to('ldap', (servers) => servers.ldap.port);
const ldaps = to('ldaps', (servers) => servers.ldap.tlsPort);
const bob = (password: string) => ['login="bob"', `passwd="${password}"`];
const radius = to('radius', (servers) => servers.radius.port);
const mysql = to('mysql', (servers) => servers.mysql.port, ['login="bob"']);
const pgsql = to('pgsql', (servers) => servers.pgsql.port, ['login="postgres"']);
const admin = (password: string) => ['login="cn=admin,dc=example,dc=test"', `passwd="${password}"`];
const inApp = ['passwd="geheim"', 'database="app"'];
const inPostgres = ['passwd="geheim"', 'database="postgres"'];

const CASES: readonly Case[] = [
  udp('an address that matches', ['request="www.example.test"', 'receive="^192\\.0\\.2\\.200$"'], 'up Success'),
  udp('one that does not', ['request="www.example.test"', 'receive="^10\\."'], 'L7PATTERN: Response mismatch'),
  udp('the name of an address', ['request="192.0.2.200"', 'receive="^www\\.example\\.test$"'], 'up Success'),
  udp('an unknown name', ['request="no.example.test"', 'receive="."'], 'L7STATUS NXDOMAIN: Connection timed out'),
  udp(
    'more than fits, asked again by TCP',
    ['request="many.example.test"', 'receive="^192\\.0\\.2\\.60$"'],
    'up Success',
  ),
  udp('nothing to receive', ['request="www.example.test"'], 'up Success', 'down Response mismatch'),
  tcp('by TCP', ['request="www.example.test"', 'receive="^192\\.0\\.2\\.200$"'], 'up Success'),
  tcp('by TCP, unknown', ['request="no.example.test"', 'receive="."'], 'L7STATUS NXDOMAIN: Connection timed out'),
  to('dns', ({ nobody }) => nobody)(
    'by TCP, nobody',
    ['protocol=tcp', 'receive="."'],
    'L4REFUSED: Connection timed out',
  ),

  ldap('anonymous', ['request="dc=example,dc=test"'], 'up Success'),
  ldap('a name that matches', ['request="cn=bob,dc=example,dc=test"', 'receive="^cn=bob,"'], 'up Success'),
  ldap('one that does not', ['request="dc=example,dc=test"', 'receive="^cn="'], 'L7PATTERN: Response mismatch'),
  ldap('no such entry', ['request="cn=no,dc=example,dc=test"'], 'L7STATUS 32: No answer received'),
  ldap('the root', [], 'up Success'),
  ldap('a bind', [...admin('geheim'), 'request="dc=example,dc=test"'], 'up Success'),
  ldap('a wrong password', [...admin('falsch'), 'request="dc=example,dc=test"'], 'L7STATUS 49: Bind failed'),
  ldap('a name without a password', ['login="cn=admin,dc=example,dc=test"'], 'up Success'),
  ldaps('a certificate that nobody signed', ['request="dc=example,dc=test"'], 'up Success'),
  to('ldaps', (servers) => servers.ldap.port)('no TLS', [], 'L6ERROR: Connection failed'),
  to('ldap', ({ nobody }) => nobody)('nobody', [], 'L4REFUSED: Connection failed'),

  radius('accepted', [...bob('geheim'), `secret="${RADIUS_SECRET}"`], 'up'),
  radius('rejected', [...bob('falsch'), `secret="${RADIUS_SECRET}"`], 'L7STATUS reject:'),
  radius('a long password', [...bob('x'.repeat(40)), `secret="${RADIUS_SECRET}"`], 'L7STATUS reject:'),
  radius('a wrong secret', [...bob('geheim'), 'secret="another"', 'checktimeout=2'], 'L7TIMEOUT:'),
  to('radius', ({ nobody }) => nobody)('nobody', [...bob('geheim'), 'secret="s"', 'checktimeout=2'], 'L4REFUSED:'),

  mysql('a row', [...inApp, 'request="select * from pool where enabled = 1"'], 'up'),
  mysql('no row', [...inApp, 'request="select * from nobody"'], 'L7RESPONSE no rows:'),
  mysql('a change', [...inApp, 'request="update pool set enabled = 1"'], 'up'),
  mysql('a change of nothing', [...inApp, 'request="delete from nobody"'], 'L7RESPONSE no rows:'),
  mysql('an error', [...inApp, 'request="select * from missing"'], 'L7STATUS 1146:'),
  mysql('a wrong password', ['passwd="falsch"', 'database="app"', 'request="select 1"'], 'L7STATUS 1045:'),
  mysql('no such database', ['passwd="geheim"', 'database="missing"', 'request="select 1"'], 'L7STATUS 1044:'),
  mysql('no request', inApp, 'L7EXEC no login or request:'),
  to('mysql', ({ nobody }) => nobody)('nobody', ['login="bob"', 'request="select 1"'], 'L4REFUSED:'),

  pgsql('a row, encrypted', [...inPostgres, 'request="select 1"'], 'up'),
  pgsql('a row, plain', ['passwd="geheim"', 'database="template1"', 'request="select 1"'], 'up'),
  pgsql('no row', [...inPostgres, 'request="select 1 where false"'], 'L7RESPONSE no rows:'),
  pgsql('an error', [...inPostgres, 'request="select * from missing"'], 'L7STATUS 42P01:'),
  pgsql('a wrong password', ['passwd="falsch"', 'database="postgres"', 'request="select 1"'], 'L7STATUS 28P01:'),
  pgsql('no such way', ['passwd="geheim"', 'database="missing"', 'request="select 1"'], 'L7STATUS 28000:'),
  pgsql('no request', inPostgres, 'L7EXEC no login or request:'),
  to('pgsql', ({ nobody }) => nobody)('nobody', ['login="bob"', 'request="select 1"'], 'L4REFUSED:'),
];

let scratch: ScratchFolder;
let servers: Servers;
let running: readonly RealServer[] = [];
let genuine: readonly GenuineVerdict[] = [];
let ours: readonly Verdict[] = [];
let targets: readonly Target[] = [];

const inWords = (verdict: Verdict): string =>
  (verdict.state === 'up' ? `up ${verdict.text}` : `${causeText(verdict)}: ${verdict.text}`).trim();

const check = (target: Target, verify?: TlsVerify): Promise<Verdict> =>
  runCheck(negotiationOf(target.virtual), verify === undefined ? target : { ...target, verify });

const monitorOf = (index: number): string => join(scratch.path, `monitor.${index}`);

/** One virtual for each case, so that one round of genuine answers all of them. */
const configuration = (): string =>
  [
    'checktimeout=20',
    'negotiatetimeout=20',
    ...CASES.flatMap(({ service, port, directives }, index) => [
      '',
      `virtual=10.0.0.${index + 1}:80`,
      // Genuine takes checks for the same that differ in login, passwd, database or secret only; the weight tells them apart.
      `    real=127.0.0.1:${port(servers)} masq ${index + 1}`,
      ...['checktype=negotiate', `service=${service}`, `monitorfile=${monitorOf(index)}`, ...directives].map(
        (line) => `    ${line}`,
      ),
    ]),
    '',
  ].join('\n');

const targetsOf = (config: string): readonly Target[] => {
  const { value, diagnostics } = parseDirectorConfig(config, '/etc/ha.d/checks.cf', recordedFacts);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value.virtuals.flatMap((virtual) =>
    virtual.reals.map((real) => ({ virtual, real, port: checkPortOf(virtual, real) })),
  );
};

beforeAll(async () => {
  scratch = scratchFolder('messages');
  const certificate = makeCertificate({ commonName: 'wrong.example' });
  const starting = {
    dns: startDnsmasq(),
    ldap: startSlapd(scratch, certificate),
    radius: startFreeradius(scratch),
    mysql: startMariadb(scratch),
    pgsql: startPostgres(scratch, { certificate, rules: RULES }),
  };
  const settled = await Promise.allSettled(Object.values(starting));
  running = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  servers = {
    dns: await starting.dns,
    ldap: await starting.ldap,
    radius: await starting.radius,
    mysql: await starting.mysql,
    pgsql: await starting.pgsql,
    nobody: await freePort(),
  };
  const config = configuration();
  targets = targetsOf(config);
  const monitors = CASES.map((_, index) => monitorOf(index));
  [{ verdicts: genuine }, ours] = await Promise.all([
    genuineVerdicts(scratch, config, monitors, 120_000),
    Promise.all(targets.map((target) => check(target))),
  ]);
}, 240_000);

afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  scratch.remove();
}, 60_000);

describe('verdicts', () => {
  test.each(CASES.map((one, index) => [one.service, one.what, one, index] as const))(
    '%s: %s',
    (_service, _what, one, index) => {
      const verdict = ours[index];
      expect(verdict === undefined ? 'none' : inWords(verdict)).toBe(one.ours);
      const { state, text } = genuine[index] ?? { state: 'none', text: '' };
      const same = verdict === undefined ? '' : `${verdict.state} ${verdict.text === '' ? '-' : verdict.text}`;
      expect(`${state} ${text}`).toBe(one.genuine ?? same);
    },
  );
});

const targetOf = (service: Virtual['service'], what: string): Target => {
  const target = targets[CASES.findIndex((one) => one.service === service && one.what === what)];
  if (target === undefined) throw new Error(`no case ${service}: ${what}`);
  return target;
};

const until = async (condition: () => boolean): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
};

test('mysql: the query once, and a farewell, also after an error (genuine: the query twice)', async () => {
  for (const what of ['a row', 'an error']) {
    const before = servers.mysql.queries().length;
    await check(targetOf('mysql', what));
    const since = (): string => servers.mysql.queries().slice(before);
    await until(() => since().includes('Quit'));
    const words = [...since().matchAll(/\t *\d+ (Connect|Query|Quit)\t/g)].map(([, word]) => word);
    expect(words).toEqual(['Connect', 'Query', 'Quit']);
  }
});

test('pgsql: the query once, and a farewell', async () => {
  const before = servers.pgsql.output().length;
  await check(targetOf('pgsql', 'a row, encrypted'));
  const since = (): string => servers.pgsql.output().slice(before);
  await until(() => since().includes('disconnection: '));
  expect(since().match(/statement: /g)).toHaveLength(1);
  expect(since()).toMatch(/authorized: user=postgres database=postgres SSL enabled/);
});

test('what a database says about a failure goes into the log', async () => {
  const note = async (service: Virtual['service'], what: string): Promise<string | undefined> => {
    const verdict = await check(targetOf(service, what));
    return verdict.state === 'down' ? verdict.note : undefined;
  };
  const { mysql: my, pgsql: pg } = servers;
  expect(await note('mysql', 'a wrong password')).toMatch(
    new RegExp(`^mysql 127\\.0\\.0\\.1:${my.port}: Access denied for user 'bob'@'`),
  );
  expect(await note('pgsql', 'a wrong password')).toBe(
    `pgsql 127.0.0.1:${pg.port}: password authentication failed for user "postgres"`,
  );
});

test('ldaps and pgsql: verify of ha-suite.ini asks for a certificate that somebody signed', async () => {
  for (const verify of ['chain', 'full'] as const) {
    const [ldapVerdict, pgVerdict] = await Promise.all([
      check(targetOf('ldaps', 'a certificate that nobody signed'), verify),
      check(targetOf('pgsql', 'a row, encrypted'), verify),
    ]);
    expect(inWords(ldapVerdict)).toBe('L6CERT DEPTH_ZERO_SELF_SIGNED_CERT: Connection failed');
    expect(inWords(pgVerdict)).toBe('L6CERT DEPTH_ZERO_SELF_SIGNED_CERT:');
  }
  expect(inWords(await check(targetOf('ldaps', 'a certificate that nobody signed'), 'off'))).toBe('up Success');
});
