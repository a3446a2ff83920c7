/** Whatever is imported: nothing is forgotten, what comes out can be read, and a farm keeps its servers. */
import fc from 'fast-check';
import { mapHaproxy } from '../../lib/import/haproxy/map.js';
import { parseHaproxy } from '../../lib/import/haproxy/parse.js';
import { importFiles } from '../../lib/import/import.js';
import { mapKeepalived } from '../../lib/import/keepalived/map.js';
import { parseKeepalived } from '../../lib/import/keepalived/parse.js';
import { openLedger, settle } from '../../lib/import/ledger.js';
import { EMPTY_PLAN } from '../../lib/import/plan.js';
import { withInner } from '../../lib/import/statement.js';
import { imported, meaningOf, OPTIONS } from '../support/imported.js';

const errorsOf = (result: ReturnType<typeof imported>): readonly string[] =>
  meaningOf(result)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ at, message }) => `${at.file}:${at.line} ${message}`);

/** Words of keepalived with values that make sense and values that do not. */
const WORDS = [
  ...[
    'global_defs',
    'vrrp_script',
    'vrrp_instance',
    'vrrp_sync_group',
    'virtual_server',
    'virtual_server_group',
    'group',
  ],
  ...['real_server', 'HTTP_GET', 'SSL_GET', 'TCP_CHECK', 'MISC_CHECK', 'DNS_CHECK', 'SMTP_CHECK', 'BFD_CHECK', 'url'],
  ...['virtual_ipaddress', 'track_script', 'track_interface', 'unicast_peer', 'authentication', 'notification_email'],
  ...['state', 'interface', 'priority', 'advert_int', 'nopreempt', 'auth_pass', 'script', 'interval', 'weight', 'fall'],
  ...['delay_loop', 'lb_algo', 'lb_kind', 'protocol', 'persistence_timeout', 'persistence_granularity', 'sorry_server'],
  ...[
    'path',
    'regex',
    'digest',
    'misc_path',
    'connect_port',
    'connect_timeout',
    'retry',
    'quorum',
    'virtualhost',
    'name',
  ],
  ...['lvs_sync_daemon', 'smtp_server', 'smtp_alert', 'notify_master', 'x_nobody_knows', '@main', 'include', 'type'],
  ...[
    'virtual_router_id',
    'garp_master_repeat',
    'inhibit_on_failure',
    'preempt_delay',
    'vrrp_track_process',
    'process',
  ],
];
const VALUES = [
  ...[
    'VI_1',
    'eth0',
    '10.0.0.1',
    '10.0.0.1/24',
    '10.0.0.1-9',
    '2001:db8::1',
    '2001:db8::1/64',
    '80',
    '0',
    '1',
    '1.5',
    '-2',
  ],
  ...[
    'MASTER',
    'BACKUP',
    'NAT',
    'DR',
    'TUN',
    'TCP',
    'UDP',
    'SCTP',
    'rr',
    'wlc',
    'dev',
    'label',
    'eth0:1',
    'brd',
    'fwmark',
  ],
  ...[
    'group',
    '"/bin/a b"',
    '"a # b"',
    "'c d'",
    '"/x \\"y\\""',
    'ops@example.org',
    '255.255.255.0',
    '"^ok(x"',
    'weight',
    'x;y',
  ],
  ...['"a\tb"', 'chk', '/status', '"é"', '::', '999999999999', 'killall -0 haproxy', '64', '"]"', '"[x] ; y"', '"="'],
];
const statement = fc.letrec<{ one: string }>((tie) => ({
  one: fc
    .tuple(
      fc.constantFrom(...WORDS, ...VALUES),
      fc.array(fc.constantFrom(...VALUES), { maxLength: 3 }),
      fc.option(fc.array(tie('one'), { maxLength: 5 }), { nil: undefined, depthSize: 'small' }),
    )
    .map(([keyword, values, block]) =>
      [keyword, ...values, ...(block === undefined ? [] : [`{\n${block.join('')}}`])].join(' ').concat('\n'),
    ),
})).one;

const line = (keyword: string, ...values: readonly string[]) =>
  fc.tuple(fc.constant(keyword), fc.constantFrom(...values)).map((words) => `${words.join(' ')}\n`);
const block = (head: fc.Arbitrary<string>, ...inner: readonly fc.Arbitrary<string>[]) =>
  fc
    .tuple(head, fc.array(fc.oneof(...inner, statement), { maxLength: 8 }))
    .map(([first, rest]) => `${first.trimEnd()} {\n${rest.join('')}}\n`);
const pick = (...texts: readonly string[]) => fc.constantFrom(...texts);

/** A file that is nearly right, so that the mapping is reached in all its parts. */
const check = block(
  pick('TCP_CHECK', 'HTTP_GET', 'SSL_GET', 'MISC_CHECK', 'DNS_CHECK', 'SMTP_CHECK', 'PING_CHECK', 'UDP_CHECK'),
  line('connect_timeout', '3', '0.5', 'x'),
  line('misc_path', '"/a b"', 'a', '/a#b', '"/x\ty"'),
  line('name', 'a.b.', '"c d"'),
  block(
    pick('url'),
    line('path', '/x', '"/a#b"', '"a""b"', 'y'),
    line('regex', '"(ok)"', '"("', '"#"', 'é'),
    line('status_code', '200', '301'),
  ),
);
const address = pick(
  '10.0.0.1',
  '10.0.0.2/24',
  '10.0.0.3 dev eth1',
  '2001:db8::1/64',
  'fe80::1',
  '10.0.0.9/24 brd + label eth0:a',
);
const file = fc
  .array(
    fc.oneof(
      statement,
      block(
        pick('global_defs'),
        line('smtp_server', 'a', '::1', 'b:26'),
        line('notification_email', '{ a@b }', '{ x y }'),
      ),
      block(
        pick('vrrp_instance A', 'vrrp_instance B', 'vrrp_instance "C#1 ]"'),
        line('interface', 'eth0', 'eth1', '"e th"'),
        line('state', 'MASTER', 'BACKUP'),
        line('advert_int', '1', '0.02', '300'),
        line('virtual_router_id', '1', '255'),
        line('track_script', '{ chk }', '{ chk weight 2 }'),
        block(
          pick('virtual_ipaddress'),
          address.map((text) => `${text}\n`),
        ),
        block(pick('authentication'), line('auth_pass', 'a#b', '"a b"', '"#x"', 'é')),
      ),
      block(
        pick('vrrp_script chk', 'vrrp_script "c]k"'),
        line('script', '"/a && /b"', '"curl -m 9 http://a/"', '/a=b'),
        line('interval', '1', '0.01'),
      ),
      block(
        pick(
          'virtual_server 10.0.0.1 80',
          'virtual_server 2001:db8::1 80',
          'virtual_server fwmark 3',
          'virtual_server group G',
          'virtual_server 10.0.0.1-3 53',
        ),
        line('protocol', 'TCP', 'UDP', 'SCTP'),
        line('persistence_granularity', '255.255.0.0', '64'),
        line('sorry_server', '127.0.0.1 80', '::1 80', '10.0.0.7'),
        line('virtualhost', 'a.b', '"a b"'),
        block(
          pick('real_server 10.0.0.4 80', 'real_server 2001:db8::4 80', 'real_server 10.0.0.5'),
          check,
          line('weight', '3', '-1'),
        ),
      ),
      block(pick('virtual_server_group G'), pick('10.0.0.1 80\n', 'fwmark 9\n', '2001:db8::1 80\n', '10.0.0.1-2 53\n')),
    ),
    { maxLength: 8 },
  )
  .map((parts) => `global_defs {\n}\n${parts.join('')}`);

test('keepalived: every statement is carried over or reported, and the files can be read', () => {
  fc.assert(
    fc.property(file, (text) => {
      const { value, diagnostics } = parseKeepalived(text, 'k.conf');
      if (diagnostics.length > 0) return;
      const ledger = openLedger();
      mapKeepalived(ledger, value, OPTIONS);
      // What the mapping has not looked at is unknown, and settling reports exactly that.
      const all = value.flatMap(withInner);
      const unknown = all.filter((one) => !ledger.knows(one));
      const before = ledger.remarks().length;
      settle(ledger, value);
      expect(all.filter((one) => !ledger.knows(one))).toEqual([]);
      const added = ledger.remarks().filter(({ message }) => message.includes('not known to the import'));
      expect(added).toHaveLength(ledger.remarks().length - before);
      for (const { at } of unknown)
        expect(added.some((one) => one.at.line <= at.line && at.line <= one.endLine)).toBe(true);
      expect(errorsOf(imported({ 'k.conf': text }))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const HAPROXY_LINES = [
  ...[
    'bind *:80',
    'bind 10.0.0.1:80',
    'bind :443 ssl crt x',
    'bind /run/s',
    'bind [2001:db8::1]:80',
    'bind :80,:81',
    'bind :1-9',
  ],
  ...[
    'server a 10.0.0.2:80 check',
    'server b b.example:80 check weight 9',
    'server c 10.0.0.3 backup',
    'server d /run/x',
  ],
  ...[
    'server e 2001:db8::2:80',
    'server f 10.0.0.4:80 check inter 5s fall 2 rise 3 disabled',
    'default_backend B',
    'mode http',
  ],
  ...[
    'mode tcp',
    'mode health',
    'balance source',
    'balance leastconn',
    'balance uri',
    'acl x path /',
    'option httpchk',
    'cookie C',
  ],
  ...[
    'option httpchk GET /a#b',
    'option httpchk HEAD /x HTTP/1.1\\r\\nHost:\\ h',
    'http-check expect string a\\"b',
    'timeout check 0',
  ],
  ...[
    'http-check expect rstring (',
    'stick on src',
    'stick-table type ip size 1 expire 5m',
    'email-alert to a@b',
    'stats enable',
  ],
  ...[
    'default-server inter 1s port 99',
    'option smtpchk',
    'x_nobody_knows 1',
    'no option httplog',
    'errorfile 503 /x',
    'retries 2',
  ],
];
const section = fc
  .tuple(
    fc.constantFrom('global', 'defaults', 'frontend F', 'backend B', 'listen L', 'listen M 10.0.0.9:25', 'mailers m'),
    fc.array(fc.constantFrom(...HAPROXY_LINES), { maxLength: 8 }),
  )
  .map(([head, lines]) => [head, ...lines.map((text) => `  ${text}`), ''].join('\n'));
const haproxyFile = fc.array(section, { minLength: 1, maxLength: 5 }).map((sections) => sections.join('\n'));

test.each(['auto', 'keep', 'replace'] as const)('haproxy (%s): the same', (haproxy) => {
  fc.assert(
    fc.property(haproxyFile, fc.constantFrom([], ['10.0.0.100/24'], ['2001:db8::100']), (text, addresses) => {
      const { value } = parseHaproxy(text, 'h.cfg');
      const ledger = openLedger();
      mapHaproxy(ledger, value, { ...OPTIONS, haproxy, addresses }, EMPTY_PLAN);
      // What has no business in defaults is left to settling.
      const inOthers = value.filter(({ keyword }) => keyword !== 'defaults').flatMap(withInner);
      const unknown = inOthers.filter((one) => !ledger.knows(one));
      expect(unknown.filter(({ keyword }) => keyword !== 'x_nobody_knows')).toEqual([]);
      settle(ledger, value);
      expect(value.flatMap(withInner).filter((one) => !ledger.knows(one))).toEqual([]);
      expect(errorsOf(imported({ 'h.cfg': text }, { haproxy, addresses }))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('any text is imported, or refused with a place', () => {
  const head = fc.constantFrom('global_defs {\n', 'vrrp_instance A {\n', 'global\n', 'listen a :80\n', '');
  fc.assert(
    fc.property(head, fc.string({ unit: 'binary', maxLength: 60 }), fc.boolean(), (first, rest, closed) => {
      const text = `${first}${rest}${closed ? '\n}\n' : ''}`;
      const result = importFiles([{ path: 'x', text }], OPTIONS);
      if (!('files' in result)) {
        expect(result.length).toBeGreaterThan(0);
        for (const { at } of result) expect(at.file).toBe('x');
      } else expect(errorsOf(result)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

const octet = fc.integer({ min: 1, max: 254 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const port = fc.integer({ min: 1, max: 65_535 });
const METHODS = { NAT: 'masq', DR: 'gate', TUN: 'ipip' } as const;
const farm = fc.record({
  address: ipv4,
  port,
  kind: fc.constantFrom('NAT', 'DR', 'TUN'),
  algo: fc.constantFrom('rr', 'wrr', 'lc', 'wlc', 'sh', 'sed'),
  persistence: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined }),
  protocol: fc.constantFrom('TCP', 'UDP'),
  loop: fc.integer({ min: 1, max: 90 }),
  reals: fc.uniqueArray(fc.record({ address: ipv4, port, weight: fc.integer({ min: 0, max: 65_535 }) }), {
    maxLength: 4,
    selector: (one) => `${one.address}:${one.port}`,
  }),
});
const farms = fc.uniqueArray(farm, { maxLength: 4, selector: (one) => `${one.address}:${one.port} ${one.protocol}` });

test('a farm of keepalived keeps its services, servers and weights in ldirectord.cf', () => {
  fc.assert(
    fc.property(farms, (all) => {
      const text = all
        .map(({ address: vip, port: vport, kind, algo, persistence, protocol, loop, reals }) =>
          [
            `virtual_server ${vip} ${vport} {`,
            ` delay_loop ${loop}\n lb_algo ${algo}\n lb_kind ${kind}\n protocol ${protocol}`,
            ...(persistence === undefined ? [] : [` persistence_timeout ${persistence}`]),
            ...reals.map((real) => ` real_server ${real.address} ${real.port} { weight ${real.weight}\n }`),
            '}',
          ].join('\n'),
        )
        .join('\n');
      const result = imported({ 'k.conf': `global_defs {\n}\n${text}\n` });
      const { directors, diagnostics } = meaningOf(result);
      expect([result.remarks, diagnostics]).toEqual([[], []]);
      const found = (directors['ldirectord.cf']?.virtuals ?? []).map((one) => ({
        key: one.key,
        scheduler: one.scheduler,
        persistent: one.persistent,
        checkType: one.checkType,
        checkInterval: one.checkInterval,
        reals: one.reals.map(({ address: host, port: rport, method, weight }) => ({ host, rport, method, weight })),
      }));
      expect(found).toEqual(
        all.map(({ address: vip, port: vport, kind, algo, persistence, protocol, loop, reals }) => ({
          key: { protocol: protocol.toLowerCase(), family: 'ipv4', address: vip, port: vport },
          scheduler: algo,
          persistent: persistence,
          checkType: { kind: 'on' },
          checkInterval: loop * 1000,
          reals: reals.map((real) => ({
            host: real.address,
            rport: real.port,
            method: METHODS[kind],
            weight: real.weight,
          })),
        })),
      );
    }),
  );
});
