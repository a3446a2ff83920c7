/** Real-life configurations: what they become is read without a complaint, and means what they meant. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Imported } from '../../lib/import/import.js';
import type { ImportOptions } from '../../lib/import/plan.js';
import type { Virtual } from '../../lib/ldirectord/config/model.js';
import { imported, type Meaning, meaningOf, remarksOf, textIn } from '../support/imported.js';
import { fixture } from '../support/paths.js';

const textOf = (name: string): string => readFileSync(fixture('import', name), 'utf8');
const names = readdirSync(fixture('import')).filter((name) => /\.(conf|cfg)$/.test(name));

const of = (...files: readonly string[]) => imported(Object.fromEntries(files.map((name) => [name, textOf(name)])));
const withOptions = (options: Partial<ImportOptions>, ...files: readonly string[]): Imported =>
  imported(Object.fromEntries(files.map((name) => [name, textOf(name)])), options);

/** Groups as `node agent::argument …`. */
const groupsOf = ({ cluster }: Meaning): readonly string[] =>
  (cluster?.groups ?? []).map(({ node, resources }) => [node, ...resources.map(({ word }) => word)].join(' '));

/** `address:port scheduler`, then its reals as `address:port method weight`. */
const tableOf = (virtuals: readonly Virtual[]): readonly (readonly string[])[] =>
  virtuals.map(({ key, scheduler, reals }) => [
    `${key.protocol === 'fwm' ? key.mark : `${key.address}:${key.port}`} ${key.protocol} ${scheduler}`,
    ...reals.map(({ address, port, method, weight }) => `${address}:${port} ${method} ${weight}`),
  ]);

test('there are the files of the articles, and more than ten others', () => {
  expect(names.filter((name) => name.startsWith('seed-'))).toHaveLength(4);
  expect(names.length).toBeGreaterThanOrEqual(16);
});

describe.each(names)('%s', (name) => {
  const result = of(name);
  const { diagnostics, cluster } = meaningOf(result);

  test('its files are read without an error or a warning', () => {
    expect(diagnostics.map(({ at, severity, code }) => `${at.file}:${at.line} ${severity} ${code}`)).toEqual([]);
    expect(cluster?.exitCode ?? 0).toBe(0);
  });

  test('every line is accounted for', () => {
    expect(result.remarks.filter(({ message }) => message.includes('not known to the import'))).toEqual([]);
    expect(result.statements).toBeGreaterThan(10);
  });
});

test('a whole file without a remark', () => {
  const result = of('vip-only.conf');
  expect(result.remarks).toEqual([]);
  const meaning = meaningOf(result);
  expect(groupsOf(meaning)).toEqual(['lb1 IPaddr2::192.168.1.100/24/eth0:vip']);
  expect(meaning.cluster?.value).toMatchObject({
    config: {
      nodes: [{ value: 'lb1' }, { value: 'lb2' }],
      keepalive: 1000,
      deadtime: 3415,
      autoFailback: 'on',
      media: [{ value: { kind: 'mcast', device: 'eth0', group: '225.0.0.51', port: 694, ttl: 1, loop: false } }],
    },
    keys: { sign: { index: 1, method: 'sha1', key: 's3cr3t' } },
  });
});

test('a web farm with direct routing', () => {
  const meaning = meaningOf(of('dr-web-farm.conf'));
  expect(groupsOf(meaning)).toEqual([
    'lb1 IPaddr2::192.0.2.80/26/bond0 IPaddr2::192.0.2.81/26/bond0 ldirectord::ldirectord.cf LVSSyncDaemonSwap::master::bond0 MailTo::ops@example.com,oncall@example.com::VI_WEB',
  ]);
  const virtuals = meaning.directors['ldirectord.cf']?.virtuals ?? [];
  expect(tableOf(virtuals)).toEqual([
    ['192.0.2.80:80 tcp wlc', '192.0.2.71:80 gate 10', '192.0.2.72:80 gate 10', '192.0.2.73:80 gate 5'],
    ['192.0.2.81:443 tcp wlc', '192.0.2.71:443 gate 1', '192.0.2.72:443 gate 1'],
  ]);
  expect(virtuals[0]).toMatchObject({
    persistent: 600,
    netmask: '255.255.255.0',
    fallback: { address: '192.0.2.70', port: 80, method: 'gate' },
    checkType: { kind: 'negotiate' },
    service: 'http',
    request: '/healthz',
    virtualHost: 'www.example.com',
    checkTimeout: 3000,
    checkInterval: 6000,
    failureCount: 4,
    quiescent: true,
    alert: { to: 'ops@example.com, oncall@example.com', smtp: '192.0.2.25' },
  });
  expect(virtuals[0]?.reals[2]?.request).toBe('/old/status.html');
  expect(virtuals[1]).toMatchObject({ service: 'https', quiescent: false, failureCount: 1 });
});

test('mail relays behind NAT: a sync group is one group; each service has its interval', () => {
  const meaning = meaningOf(of('nat-mail.conf'));
  expect(groupsOf(meaning)).toEqual([
    'lb1 IPaddr2::198.51.100.25/28/eth0/198.51.100.31 IPaddr2::10.10.0.1/24/eth1 ldirectord::ldirectord.cf MailTo::postmaster@mail.example.org::VG_MAIL',
  ]);
  expect(meaning.cluster?.config.media.map(({ value }) => value)).toMatchObject([
    { kind: 'mcast', device: 'eth0', group: '225.0.0.20' },
    { kind: 'mcast', device: 'eth1', group: '225.0.0.21' },
  ]);
  const [smtp, imap] = meaning.directors['ldirectord.cf']?.virtuals ?? [];
  expect(smtp).toMatchObject({ service: 'smtp', checkInterval: 15_000, failureCount: 3 });
  expect(smtp?.reals[1]).toMatchObject({ method: 'masq', weight: 1, upper: 400, lower: 300 });
  expect(imap).toMatchObject({ checkType: { kind: 'connect' }, checkInterval: 30_000, persistent: 3600 });
});

test('two instances with different states are two groups with different nodes, each with its services', () => {
  const meaning = meaningOf(of('active-active.conf'));
  expect(groupsOf(meaning)).toEqual([
    'lb1 IPaddr2::203.0.113.10/24/eth0 ldirectord::ldirectord.cf',
    'lb2 IPaddr2::203.0.113.11/24/eth0 ldirectord::ldirectord-2.cf',
  ]);
  expect(tableOf(meaning.directors['ldirectord-2.cf']?.virtuals ?? [])).toEqual([
    ['203.0.113.11:6379 tcp rr', '203.0.113.33:6379 gate 1'],
  ]);
  expect(meaning.suite.monitors).toMatchObject([
    { name: 'chk_nginx', probe: { kind: 'command', argv: ['/bin/pidof', 'nginx'] }, rise: 2, fall: 2, interval: 2000 },
  ]);
});

test('IPv6: in full in haresources, in brackets in ldirectord.cf', () => {
  const meaning = meaningOf(of('ipv6-dual-stack.conf'));
  expect(groupsOf(meaning)).toEqual([
    'lb1 IPaddr2::192.0.2.1/27/ens3',
    'lb1 IPv6addr::fe80:0:0:0:0:0:0:7/128/ens4 IPv6addr::2001:db8:7:0:0:0:0:1/64/ens4 IPv6addr::2001:db8:7:0:0:0:0:80/128/ens4 ldirectord::ldirectord.cf',
  ]);
  const [virtual] = meaning.directors['ldirectord.cf']?.virtuals ?? [];
  expect(virtual).toMatchObject({ family: 'ipv6', fallback: { address: '::1', port: 80, method: 'gate' } });
  expect(meaning.cluster?.config).toMatchObject({ keepalive: 500, deadtime: 1766 });
  expect(meaning.suite.announce).toMatchObject({ count: 3, interval: 1 });
});

test('a firewall mark with a check program', () => {
  const result = of('fwmark-ftp.conf');
  const meaning = meaningOf(result);
  const [virtual] = meaning.directors['ldirectord.cf']?.virtuals ?? [];
  expect(virtual).toMatchObject({
    key: { protocol: 'fwm', mark: 21 },
    scheduler: 'sh',
    flags: 'sh-port',
    persistent: 1800,
    checkType: { kind: 'external' },
    checkCommand: '/usr/local/lib/lvs/check_ftp',
    checkTimeout: 8000,
  });
  expect(meaning.cluster?.config.autoFailback).toBe('off');
  expect(remarksOf(result)).toEqual([
    '4 changed vrrp_instance',
    '9 changed priority',
    '14 needless preempt_delay',
    '28 changed misc_path',
    '30 lost misc_dynamic',
    '36 changed misc_path',
    '38 lost misc_dynamic',
  ]);
});

test('definitions and groups of addresses', () => {
  const meaning = meaningOf(of('dns-resolvers.conf'));
  expect(tableOf(meaning.directors['ldirectord.cf']?.virtuals ?? []).map(([service]) => service)).toEqual([
    '10.53.0.1:53 udp rr',
    '10.53.0.2:53 udp rr',
    '10.53.0.1:53 tcp rr',
    '10.53.0.2:53 tcp rr',
  ]);
  expect(meaning.directors['ldirectord.cf']?.virtuals[0]).toMatchObject({ ops: true, service: 'dns' });
});

test('a director without a partner has no files of heartbeat', () => {
  const result = of('tunnel-shop.conf');
  expect(result.files.map(({ name }) => name)).toEqual(['ldirectord.cf']);
  expect(meaningOf(result).directors['ldirectord.cf']?.virtuals[0]).toMatchObject({
    service: 'https',
    receive: '^shop (ok|degraded)$',
    virtualHost: 'shop.example.com',
    reals: [
      { method: 'ipip', weight: 100 },
      { method: 'ipip', weight: 50 },
    ],
  });
});

test('unicast, a connection as a check, and nopreempt', () => {
  const { cluster, suite } = meaningOf(of('cloud-haproxy-pair.conf'));
  expect(cluster?.config).toMatchObject({
    autoFailback: 'off',
    initdead: 10_000,
    media: [{ value: { kind: 'ucast', device: 'ens5', peer: '10.20.0.12' } }],
  });
  expect(suite.monitors).toMatchObject([
    { name: 'haproxy_alive', probe: { kind: 'connect', host: '127.0.0.1', port: 443 }, onfail: 'standby' },
    { name: 'sshd_runs', probe: { argv: ['/usr/bin/pgrep', '-x', 'sshd'] } },
  ]);
});

test('a range of addresses, and a connection synchronisation with its id', () => {
  const meaning = meaningOf(of('galera.conf'));
  expect(groupsOf(meaning)).toEqual([
    'lb1 IPaddr2::10.30.0.100/24/eth1 IPaddr2::10.30.0.101/24/eth1 IPaddr2::10.30.0.102/24/eth1 ldirectord::ldirectord.cf LVSSyncDaemonSwap::master::eth1::42',
  ]);
  expect(meaning.directors['ldirectord.cf']?.virtuals).toHaveLength(3);
});

describe('seed 002', () => {
  test('its keepalived alone is what docs/from-keepalived.md has', () => {
    const { cluster, suite } = meaningOf(of('seed-002-lb1.conf'));
    expect(cluster?.groups.map(({ node, resources }) => [node, ...resources.map(({ word }) => word)])).toEqual([
      ['lb1', 'IPaddr2::172.30.129.131', 'MailTo::admin@domain.com::VI_1'],
    ]);
    expect(cluster?.value?.keys.sign).toEqual({ index: 1, method: 'sha1', key: 'superpassword' });
    expect(suite.monitors.map(({ probe, interval }) => ({ probe, interval }))).toMatchObject([
      { probe: { kind: 'command', argv: ['/usr/bin/killall', '-0', 'haproxy'] }, interval: 2000 },
      { probe: { kind: 'page', url: 'https://localhost/ews/healthcheck.htm', verify: 'off' }, interval: 2000 },
    ]);
  });

  test('with its haproxy.cfg the same: haproxy stays, the lines that need it are named', () => {
    const alone = of('seed-002-lb1.conf');
    const both = of('seed-002-lb1.conf', 'seed-002-haproxy.cfg');
    expect(both.files.map(({ name }) => name)).toEqual(['ha.cf', 'haresources', 'authkeys', 'ha-suite.ini']);
    expect(meaningOf(both).suite).toEqual(meaningOf(alone).suite);
    const kept = both.remarks.filter(({ kind }) => kind === 'kept').map(({ at }) => at.line);
    expect(kept).toEqual([39, 40, 41, 43, 44, 46, 52, 54]);
  });

  test('its haproxy.cfg alone: monitors of the process and its port', () => {
    const { suite } = meaningOf(of('seed-002-haproxy.cfg'));
    expect(suite.monitors.map(({ name, probe }) => [name, probe])).toEqual([
      ['haproxy', { kind: 'command', argv: ['/usr/bin/killall', '-0', 'haproxy'] }],
      ['ft_exchange_tcp-443', { kind: 'connect', host: '127.0.0.1', port: 443 }],
    ]);
  });

  test('the other node has the same but for its interface', () => {
    const one = of('seed-002-lb1.conf');
    const other = withOptions({ node: 'lb1', peer: 'lb2' }, 'seed-002-lb2.conf');
    for (const name of ['haresources', 'ha-suite.ini'])
      expect(textIn(other, name)?.replaceAll('lb2.conf', 'lb1.conf')).toBe(textIn(one, name));
    expect(textIn(other, 'ha.cf')).toContain('mcast ens192 225.0.0.101 694 1 0');
  });
});

test('seed 003: the addresses of its web servers, both families', () => {
  const meaning = meaningOf(of('seed-003-directors.conf'));
  expect(tableOf(meaning.directors['ldirectord.cf']?.virtuals ?? []).map(([service]) => service)).toEqual([
    '198.19.253.1:80 tcp wlc',
    '198.19.254.1:80 tcp wlc',
    '2a00:e10:1000:7:124::a1:80 tcp wlc',
    '2a00:e10:1000:7:124::b1:80 tcp wlc',
  ]);
  expect(meaning.directors['ldirectord.cf']?.virtuals[2]).toMatchObject({
    request: '/ldcheck.php',
    receive: 'running',
  });
});

describe('haproxy', () => {
  test('mysql by TCP becomes a service with a fallback', () => {
    const meaning = meaningOf(withOptions({ peerIp: '10.0.0.12', device: 'eth1' }, 'haproxy-mysql.cfg'));
    const virtuals = meaning.directors['ldirectord.cf']?.virtuals ?? [];
    expect(tableOf(virtuals)).toEqual([['10.0.0.33:3306 tcp wlc', '10.0.0.41:3306 masq 10', '10.0.0.42:3306 masq 20']]);
    expect(virtuals[0]).toMatchObject({
      fallback: { address: '10.0.0.43', port: 3306, method: 'masq' },
      checkType: { kind: 'connect' },
      checkInterval: 5000,
      checkTimeout: 3000,
      failureCount: 2,
    });
    expect(meaning.cluster?.config.media).toMatchObject([
      { value: { kind: 'ucast', device: 'eth1', peer: '10.0.0.12' } },
    ]);
  });

  test('simple http: a page with its host, servers on another port, one switched off', () => {
    const virtuals = meaningOf(of('haproxy-simple-web.cfg')).directors['ldirectord.cf']?.virtuals ?? [];
    expect(tableOf(virtuals)).toEqual([
      ['172.16.5.10:80 tcp sh', '172.16.5.21:8080 masq 2', '172.16.5.22:8080 masq 1'],
      ['172.16.5.10:25 tcp rr', '172.16.5.31:25 masq 1', '172.16.5.32:25 masq 1'],
    ]);
    expect(virtuals[0]).toMatchObject({
      service: 'http',
      request: '/alive',
      virtualHost: 'www.example.org',
      httpMethod: 'HEAD',
      fallback: { address: '127.0.0.1', port: 8081, method: 'gate' },
    });
    expect(virtuals[1]).toMatchObject({ service: 'smtp', persistent: 600 });
  });

  test('with ACLs it stays, and heartbeat moves the address', () => {
    const result = withOptions({ addresses: ['10.0.0.9/24'] }, 'haproxy-http-acl.cfg');
    const meaning = meaningOf(result);
    expect(groupsOf(meaning)).toEqual(['lb1 IPaddr2::10.0.0.9/24']);
    expect(meaning.suite.monitors.map(({ name }) => name)).toEqual(['haproxy', 'www-80', 'www-443']);
    expect(textIn(result, 'ldirectord.cf')).toBeUndefined();
  });

  test('replaced by force, what gets lost is told', () => {
    const result = withOptions({ addresses: ['10.0.0.9/24'], haproxy: 'replace' }, 'haproxy-http-acl.cfg');
    const [first] = meaningOf(result).directors['ldirectord.cf']?.virtuals ?? [];
    expect(first?.reals.map(({ address }) => address)).toEqual(['10.1.0.11', '10.1.0.12']);
    const lost = result.remarks.filter(({ kind }) => kind === 'lost').map(({ statement }) => statement.split(' ')[0]);
    expect(lost).toEqual(expect.arrayContaining(['bind', 'http-request', 'acl', 'use_backend', 'cookie', 'errorfile']));
  });

  test('what keepalived watched of a haproxy that goes is left out', () => {
    const result = of('seed-002-lb1.conf', 'haproxy-mysql.cfg');
    expect(meaningOf(result).suite.monitors.map(({ name }) => name)).toEqual([]);
    expect(result.remarks.map(({ message }) => message).join('\n')).toContain(
      '[monitor chk_haproxy] would look at haproxy',
    );
  });
});
