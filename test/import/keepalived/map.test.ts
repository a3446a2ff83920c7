/** Single lines of keepalived.conf: what they become, and what is said about them. */
import type { ImportOptions } from '../../../lib/import/plan.js';
import { imported, type Meaning, meaningOf, remarksOf } from '../../support/imported.js';

/** A cluster with one instance that has these further lines, and these lines beside it. */
const instance = (inner = '', beside = ''): string =>
  `vrrp_instance A {\nstate MASTER\ninterface eth0\nauthentication { auth_pass x\n}\nvirtual_ipaddress { 10.0.0.1/24\n}\n${inner}\n}\n${beside}\n`;
/** A service with one server that has these further lines. */
const service = (real = '', inner = '', head = '10.0.0.1 80'): string =>
  `virtual_server ${head} {\nlb_kind DR\n${inner}\nreal_server 10.0.0.2 80 {\n${real}\n}\n}\n`;

const read = (text: string, options: Partial<ImportOptions> = {}) => {
  const result = imported({ 'k.conf': text }, options);
  const meaning = meaningOf(result);
  expect(meaning.diagnostics.map(({ message }) => message)).toEqual([]);
  return { remarks: remarksOf(result).map((one) => one.replace(/^\d+ /, '')), ...meaning };
};
const virtual = ({ directors }: Meaning) => directors['ldirectord.cf']?.virtuals[0];

describe('the cluster', () => {
  test.each<readonly [string, object]>([
    ['advert_int 2\npriority 56', { keepalive: 2000, deadtime: 7563 }],
    ['advert_int 0.25\npriority 255', { keepalive: 250, deadtime: 751 }],
    ['nopreempt\npriority 150', { autoFailback: 'off' }],
    ['virtual_router_id 7', { media: [{ value: { group: '225.0.0.7' } }] }],
    ['unicast_peer { 10.0.0.12\n}', { media: [{ value: { kind: 'ucast', device: 'eth0', peer: '10.0.0.12' } }] }],
    ['unicast_peer { 2001:db8::2\n}', { media: [{ value: { kind: 'ucast6', peer: '2001:db8::2' } }] }],
  ])('%s', (inner, expected) => {
    const { cluster, remarks } = read(instance(inner));
    expect(cluster?.config).toMatchObject(expected);
    expect(remarks).toEqual([]);
  });

  test('--peer-ip counts where the file names no peer', () => {
    expect(read(instance(), { peerIp: '10.0.0.9' }).cluster?.config.media).toMatchObject([
      { value: { kind: 'ucast', peer: '10.0.0.9' } },
    ]);
    const both = read(instance('unicast_peer { 10.0.0.12\n}'), { peerIp: '10.0.0.9' });
    expect(both.cluster?.config.media).toMatchObject([{ value: { peer: '10.0.0.12' } }]);
  });

  test('the quickest of several instances decides; other secrets are told', () => {
    const second =
      'vrrp_instance B {\nstate BACKUP\ninterface eth1\nadvert_int 3\nauthentication { auth_pass y\n}\nvirtual_ipaddress { 10.1.0.1/24\n}\n}';
    const { cluster, remarks } = read(instance('advert_int 1', second));
    expect(cluster?.config.keepalive).toBe(1000);
    expect(cluster?.groups.map(({ node }) => node)).toEqual(['lb1', 'lb2']);
    expect(remarks).toEqual(['changed advert_int', 'changed auth_pass']);
  });

  test('instances of a sync group are one line, with the mail of the group', () => {
    const text = `global_defs {\nnotification_email { a@b.c\n}\n}\n${instance('', 'vrrp_instance B {\nstate MASTER\ninterface eth1\nvirtual_ipaddress { 10.1.0.1/24\n}\n}\nvrrp_sync_group G {\ngroup { A B }\nsmtp_alert\n}')}`;
    const { cluster, remarks } = read(text);
    expect(cluster?.groups.map(({ resources }) => resources.map(({ word }) => word))).toEqual([
      ['IPaddr2::10.0.0.1/24/eth0', 'IPaddr2::10.1.0.1/24/eth1', 'MailTo::a@b.c::G'],
    ]);
    expect(remarks).toEqual([]);
  });

  test.each([
    ['state BACKUP', 'lb2', []],
    ['state MASTER', 'lb1', []],
    ['state BACKUP\nnopreempt\npriority 150', 'lb1', ['changed priority']],
    ['state BACKUP\nnopreempt\npriority 50', 'lb2', ['changed priority']],
    ['priority 255', 'lb1', []],
  ])('the preferred node with %j is %s', (state, node, said) => {
    const text = instance().replace('state MASTER', state);
    const { cluster, remarks } = read(text);
    expect([cluster?.groups[0]?.node, remarks]).toEqual([node, said]);
  });

  test('an instance without an address is no cluster', () => {
    const { cluster, remarks } = read('vrrp_instance A {\ninterface eth0\n}\n');
    expect([cluster, remarks]).toEqual([undefined, ['lost vrrp_instance']]);
  });
});

describe('addresses', () => {
  test.each([
    ['10.0.0.5/24', 'IPaddr2::10.0.0.5/24/eth0', []],
    ['10.0.0.5', 'IPaddr2::10.0.0.5', ['changed 10.0.0.5']],
    ['10.0.0.5 dev eth7', 'IPaddr2::10.0.0.5/32/eth7', []],
    ['10.0.0.5/24 dev eth7 label eth7:web', 'IPaddr2::10.0.0.5/24/eth7:web', []],
    ['10.0.0.5/24 brd 10.0.0.255', 'IPaddr2::10.0.0.5/24/eth0/10.0.0.255', []],
    ['10.0.0.5/24 scope link', 'IPaddr2::10.0.0.5/24/eth0', ['changed 10.0.0.5/24']],
    ['2001:db8::5/64', 'IPv6addr::2001:db8:0:0:0:0:0:5/64/eth0', []],
    ['fe80::5', 'IPv6addr::fe80:0:0:0:0:0:0:5/128/eth0', []],
    ['10.0.0.5/99', undefined, ['lost 10.0.0.5/99']],
    ['10.0.0.1/24', undefined, []],
  ])('%s', (written, word, said) => {
    const { cluster, remarks } = read(instance(`virtual_ipaddress_excluded { ${written}\n}`));
    expect(cluster?.groups[0]?.resources.map((one) => one.word).slice(1)).toEqual(word === undefined ? [] : [word]);
    expect(remarks).toEqual(said);
  });
});

describe('monitors', () => {
  const watched = (inner: string, track = 'chk') =>
    read(`vrrp_script chk {\n${inner}\n}\n${instance(`track_script {\n${track}\n}\npreempt_delay 60`)}`);

  test('all values, and preempt_delay as holddown', () => {
    const { suite, remarks } = watched('script "/a b"\ninterval 3\ntimeout 2\nrise 4\nfall 5');
    expect(suite.monitors).toEqual([
      {
        name: 'chk',
        probe: { kind: 'command', argv: ['/a', 'b'] },
        interval: 3000,
        timeout: 2000,
        rise: 4,
        fall: 5,
        holddown: 60_000,
        onfail: 'standby',
      },
    ]);
    expect(remarks).toEqual(['changed preempt_delay']);
  });

  test('the defaults of keepalived, which are not ours', () => {
    expect(watched('script /a').suite.monitors[0]).toMatchObject({ interval: 1000, timeout: 1000, rise: 1, fall: 1 });
  });

  test.each([
    ['script /a\nweight 0', 'chk', []],
    ['script /a\nweight -5', 'chk', ['changed weight']],
    ['script /a', 'chk weight 3', ['changed chk']],
    ['script /a', 'chk weight 3 reverse', ['lost chk']],
    ['script /a\ntimeout 5', 'chk', ['changed timeout']],
    ['script /a\nuser nobody', 'chk', ['changed user']],
    ['script "a | b"', 'chk', ['lost script']],
    ['interval 2', 'chk', ['lost vrrp_script']],
    ['script /a', 'other', ['needless vrrp_script', 'lost other']],
  ])('%j, tracked as %j', (inner, track, said) => {
    expect(watched(inner, track).remarks.filter((one) => one !== 'changed preempt_delay')).toEqual(said);
  });

  test('a process', () => {
    const { suite } = read(`vrrp_track_process p {\nprocess /usr/sbin/named\n}\n${instance('track_process {\np\n}')}`);
    expect(suite.monitors[0]?.probe).toEqual({ kind: 'command', argv: ['/usr/bin/pgrep', '-x', 'named'] });
  });
});

describe('services', () => {
  test.each<readonly [string, object]>([
    ['', { scheduler: 'wlc', checkInterval: 60_000, persistent: undefined, quiescent: false }],
    ['lb_algo sh\nsh-port\nsh-fallback', { scheduler: 'sh', flags: 'sh-port,sh-fallback' }],
    ['persistence_timeout', { persistent: 360 }],
    ['persistence_timeout 9\npersistence_granularity 255.255.0.0', { persistent: 9, netmask: '255.255.0.0' }],
    ['sorry_server 10.0.0.9 81', { fallback: { address: '10.0.0.9', port: 81, method: 'gate' } }],
    ['sorry_server 10.0.0.9 81\nsorry_server_lvs_method NAT', { fallback: { method: 'masq' } }],
    ['quorum 1', {}],
    ['inhibit_on_failure', { quiescent: true }],
    ['retry 2\nconnect_timeout 7', { failureCount: 3, checkTimeout: 7000 }],
  ])('%j', (inner, expected) => {
    const found = read(service('', inner));
    expect(virtual(found)).toMatchObject(expected);
    expect(found.remarks).toEqual([]);
  });

  test.each([
    ['quorum 2', 'lost quorum'],
    ['persistence_engine sip', 'lost persistence_engine'],
    ['delay_loop 1.5', 'changed delay_loop'],
    ['lb_algo W', 'lost lb_algo'],
    ['sorry_server ::1 80', 'lost sorry_server'],
    ['persistence_granularity 64', 'lost persistence_granularity'],
    ['hysteresis 1', 'lost hysteresis'],
  ])('%s is told: %s', (inner, said) => {
    expect(read(service('', inner)).remarks).toEqual([said]);
  });

  test('a service of the same address twice, and SCTP', () => {
    expect(read(service() + service()).remarks).toEqual(['lost virtual_server']);
    expect(read(service('', 'protocol SCTP')).remarks).toEqual(['lost virtual_server']);
  });

  test('a service that no group moves is told', () => {
    expect(read(instance('', service('', '', '10.0.0.77 80'))).remarks).toEqual(['changed virtual_server']);
    expect(read(instance('', service())).remarks).toEqual([]);
  });
});

describe('checks', () => {
  test.each<readonly [string, object]>([
    ['', { checkType: { kind: 'on' } }],
    [
      'TCP_CHECK {\nconnect_port 8080\nconnect_timeout 2\nretry 0\n}',
      { checkPort: 8080, checkTimeout: 2000, failureCount: 1 },
    ],
    ['HTTP_GET {\nurl {\npath x\nregex "^a (b)$"\n}\n}', { service: 'http', request: '/x', receive: '^a (b)$' }],
    ['SSL_GET {\nurl {\npath /\nstatus_code 200-299\nvirtualhost w.x\n}\n}', { service: 'https', virtualHost: 'w.x' }],
    ['SMTP_CHECK {\nhost {\nconnect_port 587\n}\n}', { service: 'smtp', checkPort: 587 }],
    ['PING_CHECK {\n}', { checkType: { kind: 'ping' } }],
    ['MISC_CHECK {\nmisc_path /x/y\nmisc_timeout 4\n}', { checkCommand: '/x/y', checkTimeout: 4000 }],
    ['TCP_CHECK {\nconnect_ip 10.0.0.2\n}', { checkType: { kind: 'connect' } }],
  ])('%j', (real, expected) => {
    const found = read(service(real));
    expect(virtual(found)).toMatchObject(expected);
    expect(found.remarks).toEqual([]);
  });

  test.each([
    ['TCP_CHECK {\nconnect_ip 10.0.0.3\n}', ['lost connect_ip']],
    ['TCP_CHECK {\ndelay_before_retry 3\n}', ['changed delay_before_retry']],
    ['HTTP_GET {\nurl {\npath "/a#b"\ndigest 1\n}\n}', ['lost path', 'lost digest']],
    ['HTTP_GET {\nurl {\nstatus_code 302\nregex "("\n}\nurl {\n}\n}', ['lost status_code', 'lost regex', 'lost url']],
    ['MISC_CHECK {\nmisc_path "check 1"\n}', ['lost misc_path']],
    ['DNS_CHECK {\ntype AAAA\nname a.b\n}', ['changed DNS_CHECK', 'changed type']],
    ['FILE_CHECK {\n}', ['lost FILE_CHECK']],
    ['TCP_CHECK {\n}\nPING_CHECK {\n}', ['lost PING_CHECK']],
  ])('%j is told', (real, said) => {
    expect(read(service(real)).remarks).toEqual(said);
  });

  test('a server that is checked otherwise than the first one', () => {
    const second =
      'real_server 10.0.0.3 80 {\nHTTP_GET {\nurl {\npath /b\n}\nconnect_timeout 9\n}\n}\nreal_server 10.0.0.4 80 {\n}';
    const found = read(service('HTTP_GET {\nurl {\npath /a\n}\n}', second.replace('connect_timeout 9\n', '')));
    // The first server is the one that stands first in the block.
    expect(virtual(found)).toMatchObject({ request: '/b', reals: [{ request: undefined }, {}, { request: '/a' }] });
    expect(found.remarks).toEqual(['changed real_server']);
    expect(read(service('HTTP_GET {\n}', second)).remarks).toContain('changed HTTP_GET');
  });
});

/** From the manual of keepalived 2: none of them may be a stranger. */
const KEYWORDS: Readonly<Record<string, string>> = {
  global_defs:
    'notification_email notification_email_from smtp_server smtp_connect_timeout smtp_helo_name router_id vrrp_mcast_group4 vrrp_mcast_group6 default_interface lvs_sync_daemon lvs_flush lvs_timeouts vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_lower_prio_delay vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_interval vrrp_gna_interval vrrp_version vrrp_iptables vrrp_strict vrrp_priority checker_priority vrrp_no_swap script_user enable_script_security notify_fifo enable_snmp_vrrp enable_traps dynamic_interfaces startup_script max_auto_priority vrrp_startup_delay vrrp_skip_check_adv_addr smtp_alert',
  'vrrp_instance A':
    'state interface use_vmac native_ipv6 track_interface mcast_src_ip unicast_src_ip unicast_peer dont_track_primary virtual_router_id priority advert_int authentication virtual_ipaddress virtual_ipaddress_excluded virtual_routes virtual_rules nopreempt preempt_delay debug notify_master notify_backup notify_fault notify_stop notify smtp_alert accept no_accept garp_master_delay garp_master_repeat garp_master_refresh lvs_sync_daemon_interface version strict_mode track_file track_bfd promote_secondaries',
  'virtual_server 10.0.0.1 80':
    'delay_loop lb_algo lvs_sched lb_kind lvs_method persistence_timeout persistence_granularity protocol ha_suspend virtualhost alpha omega quorum hysteresis quorum_up quorum_down sorry_server sorry_server_inhibit ops retry delay_before_retry warmup inhibit_on_failure',
};

test.each(Object.entries(KEYWORDS))('every keyword of %s is known', (head, keywords) => {
  const strangers = keywords.split(' ').filter((keyword) => {
    const { remarks } = imported({ 'k.conf': `${head} {\n${keyword} 1\n}\n` });
    return remarks.some(({ message }) => message.includes('not known to the import'));
  });
  expect(strangers).toEqual([]);
});
