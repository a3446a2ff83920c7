/** Each rule: files and a machine with one thing wrong, and the same with it nearly wrong. */

import { type Changes, onMachine } from '../support/check-machine.js';
import { haIn } from '../support/ha.js';

const HA_CF = [
  'logfacility local0',
  'keepalive 1',
  'deadtime 10',
  'warntime 5',
  'initdead 30',
  'bcast eth1',
  'ucast eth0 192.168.0.12',
  'ping 192.168.0.1',
  'respawn hacluster /usr/lib/heartbeat/ipfail',
  'auto_failback on',
  'node lb1 lb2',
  '',
].join('\n');
const AUTHKEYS = 'auth 1\n1 sha1 secret-of-the-cluster\n';
const HARESOURCES = 'lb1 IPaddr2::192.168.0.100 ldirectord::www.cf\n';
const DIRECTOR = [
  'quiescent=no',
  'virtual=192.168.0.100:80',
  '    real=10.0.0.21:80 masq',
  '    real=10.0.0.22:80 masq',
  '    fallback=127.0.0.1:80',
  '    service=http',
  '    receive="fine"',
  '    checktype=negotiate',
  '',
].join('\n');

type Files = Readonly<Record<string, string | undefined>>;

/** Replaces one text by another in one of the good files. */
const edited = (text: string, from: string | RegExp, to: string): string => {
  const result = text.replace(from, to);
  expect(result).not.toBe(text);
  return result;
};

const haCf = (from: string | RegExp, to: string): Files => ({ 'ha.cf': edited(HA_CF, from, to) });
const director = (from: string | RegExp, to: string): Files => ({ 'www.cf': edited(DIRECTOR, from, to) });
const resources = (text: string): Files => ({ haresources: text });

const inFolder = (folder: string, files: Files): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({
      'ha.cf': HA_CF,
      authkeys: AUTHKEYS,
      haresources: HARESOURCES,
      'www.cf': DIRECTOR,
      ...files,
    }).flatMap(([name, text]) => (text === undefined ? [] : [[`${folder}/${name}`, text]])),
  );

interface Found {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

const findings = async (files: Files, changes: Changes = {}, peer?: Files): Promise<readonly Found[]> => {
  const all = { ...inFolder('/etc/ha.d', files), ...(peer === undefined ? {} : inFolder('/peer', peer)) };
  const words = ['check', '--json', ...(peer === undefined ? [] : ['--peer', '/peer'])];
  const { stdout, stderr } = await haIn(all, words, onMachine(changes));
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { findings: readonly Found[] }).findings;
};

const short = (list: readonly Found[]): readonly string[] =>
  list.map(({ file, line, column, severity, code }) =>
    [file.replace('/etc/ha.d/', '').replace('/peer/', 'peer/'), line, column, ` ${severity} ${code}`]
      .join(':')
      .replace(': ', ' '),
  );

test('good files are good', async () => {
  expect(await findings({})).toEqual([]);
  expect(await findings({}, {}, haCf('192.168.0.12', '192.168.0.11'))).toEqual([]);
});

test.each<[name: string, files: Files, changes: Changes, expected: readonly string[]]>([
  ['another name', {}, { nodeName: 'lb11' }, ['ha.cf:11:10 error ha.cf/not-a-member']],
  ['the name in nodeinfo', { nodeinfo: 'LB2\n' }, { nodeName: 'lb11' }, []],

  [
    'a file others may write',
    {},
    { files: { '/etc/ha.d/haresources': { mode: 0o664 } } },
    ['haresources:1:1 warning check/writable'],
  ],
  [
    'a file of another user',
    {},
    { files: { '/etc/ha.d/www.cf': { uid: 1000 } } },
    ['www.cf:1:1 warning check/writable'],
  ],
  ['a file of the user who asks', {}, { files: { '/etc/ha.d/www.cf': { uid: 1000 } }, machine: { uid: 1000 } }, []],
  [
    'ha-suite.ini',
    { 'ha-suite.ini': '[ipvs]\nengine = kernel\n' },
    { files: { '/etc/ha.d/ha-suite.ini': { mode: 0o666 } } },
    ['ha-suite.ini:1:1 warning ha-suite.ini/writable'],
  ],
  [
    'the folder',
    {},
    { files: { '/etc/ha.d': { kind: 'directory', mode: 0o777 } } },
    ['/etc/ha.d:1:1 warning check/writable'],
  ],
  ['authkeys', {}, { files: { '/etc/ha.d/authkeys': { mode: 0o640 } } }, ['authkeys:1:1 error authkeys/permissions']],
  ['a password', director('receive=', 'passwd="x"\n    receive='), {}, ['www.cf:1:1 warning check/readable-password']],
  [
    'a password that is kept',
    director('receive=', 'passwd="x"\n    receive='),
    { files: { '/etc/ha.d/www.cf': { mode: 0o640 } } },
    [],
  ],

  [
    'no network',
    resources('lb1 IPaddr2::172.16.0.100 ldirectord::www.cf\n'),
    {},
    ['haresources:1:5 error check/address-without-place', 'www.cf:2:1 warning check/virtual-without-address'],
  ],
  [
    'no network with IPaddr',
    resources(`${HARESOURCES}lb2 172.16.0.100\n`),
    {},
    ['haresources:2:5 error check/address-without-place'],
  ],
  [
    'no network with IPv6addr',
    resources(`${HARESOURCES}lb2 IPv6addr::fd00:0:0:0:0:0:0:1\n`),
    {},
    ['haresources:2:5 error check/address-without-place'],
  ],
  [
    'a network with IPv6addr',
    resources(`${HARESOURCES}lb2 IPv6addr::fd00:0:0:0:0:0:0:1\n`),
    { addresses: ['eth0 192.168.0.11/24', 'eth0 fd00::11/64', 'eth1 10.0.0.11/24'] },
    [],
  ],
  ['mask and interface', resources(`${HARESOURCES}lb2 IPaddr2::172.16.0.100/16/eth1\n`), {}, []],
  [
    'an interface that is not there',
    resources(`${HARESOURCES}lb2 IPaddr2::172.16.0.100/16/eth7\n`),
    {},
    ['haresources:2:5 error haresources/no-interface'],
  ],

  [
    'an address twice',
    resources(`${HARESOURCES}lb2 192.168.0.100/24/eth0\n`),
    {},
    ['haresources:2:5 error check/address-twice'],
  ],
  [
    'an address twice in a group',
    resources('lb1 IPaddr2::192.168.0.100 IPaddr::192.168.0.100 ldirectord::www.cf\n'),
    {},
    ['haresources:1:28 warning check/address-twice'],
  ],
  ['two addresses', resources(`${HARESOURCES}lb2 192.168.0.101/24/eth0\n`), {}, []],
  [
    'an address at boot',
    {},
    {
      machine: {
        networkFiles: [
          { path: '/etc/network/interfaces', text: 'iface eth0 inet static\n  address 192.168.0.100/24\n' },
        ],
      },
    },
    ['haresources:1:5 error check/address-at-boot'],
  ],
  [
    'an address of lo at boot, and a gateway',
    {},
    {
      machine: {
        networkFiles: [
          {
            path: '/etc/network/interfaces',
            text: 'iface lo:0 inet static\n  address 192.168.0.100\niface eth1 inet static\n  address 10.0.0.11\n  gateway 192.168.0.100\n#address 192.168.0.100\n',
          },
        ],
      },
    },
    [],
  ],
  [
    'an address at boot with netplan',
    {},
    {
      machine: {
        networkFiles: [
          {
            path: '/etc/netplan/1.yaml',
            text: 'network:\n  ethernets:\n    eth0:\n      addresses: [192.168.0.100/24]\n',
          },
        ],
      },
    },
    ['haresources:1:5 error check/address-at-boot'],
  ],
  ['the address of a node', {}, { hosts: { lb2: '192.168.0.100' } }, ['haresources:1:5 error check/address-of-node']],
  [
    'the address of the peer',
    haCf('192.168.0.12', '192.168.0.100'),
    {},
    ['haresources:1:5 error check/address-of-node'],
  ],
  [
    'up on the interface where it belongs',
    resources('lb1 IPaddr2::192.168.0.100/24/eth0 ldirectord::www.cf\n'),
    { addresses: ['eth0 192.168.0.11/24', 'eth0 192.168.0.100/24', 'eth1 10.0.0.11/24'] },
    [],
  ],
  [
    'up on another one',
    resources('lb1 IPaddr2::192.168.0.100/24/eth0 ldirectord::www.cf\n'),
    { addresses: ['eth0 192.168.0.11/24', 'eth1 192.168.0.100/24', 'eth1 10.0.0.11/24'] },
    ['haresources:1:5 error check/address-elsewhere'],
  ],

  ['warntime as deadtime', haCf('warntime 5', 'warntime 10'), {}, ['ha.cf:4:10 warning check/warntime']],
  ['warntime as keepalive', haCf('warntime 5', 'warntime 1'), {}, ['ha.cf:4:10 warning check/warntime']],
  ['no warntime', haCf('warntime 5\n', ''), {}, []],
  [
    'deadtime too small',
    haCf('deadtime 10\nwarntime 5', 'deadtime 2'),
    {},
    ['ha.cf:3:10 error ha.cf/deadtime-too-small'],
  ],
  ['crc', { authkeys: 'auth 1\n1 crc\n' }, {}, ['authkeys:1:1 warning check/unsigned']],

  [
    'a node nobody knows',
    resources(HARESOURCES.replace('lb1', 'lb3')),
    {},
    ['haresources:1:1 error haresources/unknown-node', 'www.cf:2:1 warning check/virtual-without-address'],
  ],
  [
    'a resource twice',
    resources(`${HARESOURCES}lb2 192.168.0.101/24/eth0 ldirectord::www.cf\n`),
    {},
    ['haresources:2:27 warning check/resource-twice'],
  ],
  ['the same agent twice', resources(`${HARESOURCES}lb2 192.168.0.101/24/eth0 MailTo::root\n`), {}, []],

  [
    'no file for ldirectord',
    { haresources: 'lb1 192.168.0.100 ldirectord::www\n' },
    {},
    ['haresources:1:19 error check/no-director-file'],
  ],
  [
    'no file for another instance',
    { 'www.cf': `execute="mail.cf"\n${DIRECTOR}` },
    { files: { '/etc/ha.d/mail.cf': undefined, '/etc/ha.d/conf/mail.cf': undefined } },
    ['www.cf:1:9 error check/no-director-file'],
  ],
  [
    'another instance',
    { 'www.cf': `execute="mail.cf"\n${DIRECTOR}` },
    { files: { '/etc/ha.d/mail.cf': undefined } },
    [],
  ],
  ['a file in conf', { 'www.cf': undefined, 'conf/www.cf': DIRECTOR }, {}, []],
  [
    'a virtual that nobody has',
    director(':80\n    real', ':80\n    real=10.0.0.20:80 masq\nvirtual=192.168.0.101:80\n    real'),
    {},
    ['www.cf:4:1 warning check/virtual-without-address'],
  ],
  ['a virtual of this machine', director('192.168.0.100', '192.168.0.11'), {}, []],
  [
    'a virtual at home elsewhere',
    resources('lb1 192.168.0.100\nlb2 192.168.0.102 ldirectord::www.cf\n'),
    {},
    ['www.cf:2:1 warning check/virtual-elsewhere'],
  ],
  [
    'a virtual in another group of the node',
    resources('lb1 192.168.0.100\nlb1 192.168.0.102 ldirectord::www.cf\n'),
    {},
    [],
  ],

  [
    'an agent that is not there',
    resources(`${HARESOURCES}lb2 192.168.0.101 apache2\n`),
    {},
    ['haresources:2:19 error haresources/no-script'],
  ],
  [
    'no check program',
    director('checktype=negotiate', 'checktype=external\n    checkcommand="/x/check"'),
    { files: { '/x/check': undefined } },
    ['www.cf:7:5 warning check/receive-unused', 'www.cf:9:5 error check/no-program'],
  ],
  [
    'a check program that cannot be run',
    director(/receive.*\n.*/, 'checktype=external\n    checkcommand=/x/check'),
    { files: { '/x/check': { executable: false } } },
    ['www.cf:8:5 error check/no-program'],
  ],
  [
    'a Perl script need not be executable',
    director(/receive.*\n.*/, 'checktype=external-perl\n    checkcommand=/x/check'),
    { files: { '/x/check': { executable: false } } },
    [],
  ],
  [
    'no fallback program',
    { 'www.cf': `fallbackcommand=/x/page start\n${DIRECTOR}` },
    { files: { '/x/page': undefined } },
    ['www.cf:1:1 warning check/no-program'],
  ],
  [
    'no callback',
    { 'www.cf': `callback="/x/copy"\n${DIRECTOR}` },
    { files: { '/x/copy': undefined } },
    ['www.cf:1:1 warning check/no-program'],
  ],
  ['a callback', { 'www.cf': `callback="/x/copy"\n${DIRECTOR}` }, {}, []],
  [
    'no monitor',
    { 'ha-suite.ini': '[monitor web]\ncommand = /x/look -q\n' },
    { files: { '/x/look': undefined } },
    ['ha-suite.ini:2:11 error check/no-program'],
  ],
  ['a monitor', { 'ha-suite.ini': '[monitor web]\ncommand = /x/look -q\n' }, {}, []],

  ['no forwarding', {}, { settings: { 'net.ipv4.ip_forward': '0' } }, ['www.cf:3:10 error check/forwarding-off']],
  [
    'no forwarding, and none needed',
    director(/10\.0\.0\.2\d:80 masq/g, '10.0.0.21:80 gate'),
    { settings: { 'net.ipv4.ip_forward': '0' } },
    ['www.cf:4:10 warning ldirectord.cf/real-twice'],
  ],
  [
    'no forwarding of IPv6',
    { 'www.cf': `${DIRECTOR}virtual6=[fd00::1]:80\n    real6=[fd00::2]:80 masq\n` },
    {
      settings: { 'net.ipv6.conf.all.forwarding': '0' },
      addresses: ['eth0 192.168.0.11/24', 'eth1 10.0.0.11/24', 'eth0 fd00::1/64'],
    },
    ['www.cf:10:11 error check/forwarding-off'],
  ],
  [
    'templates that stay',
    director('receive=', 'quiescent=yes\n    persistent=60\n    receive='),
    { settings: { 'net.ipv4.vs.expire_quiescent_template': '0' } },
    ['www.cf:2:1 warning check/quiescent-template'],
  ],
  ['templates that stay, and none there', {}, { settings: { 'net.ipv4.vs.expire_quiescent_template': '0' } }, []],
  [
    'an address on lo that is not kept secret',
    {},
    {
      addresses: ['lo 192.168.0.100/32', 'eth0 192.168.0.11/24', 'eth1 10.0.0.11/24'],
      machine: { openArp: ['arp_ignore=0'] },
    },
    ['haresources:1:5 warning check/arp-open'],
  ],
  ['an address on lo', {}, { addresses: ['lo 192.168.0.100/32', 'eth0 192.168.0.11/24', 'eth1 10.0.0.11/24'] }, []],
  [
    'gate with nftables',
    director('22:80 masq', '22:80 gate'),
    { machine: { engine: 'nft' } },
    ['www.cf:4:10 warning ldirectord.cf/engine'],
  ],

  ['one path', haCf('bcast eth1\n', ''), {}, ['ha.cf:6:7 warning check/one-path']],
  ['two paths on one interface', haCf('bcast eth1', 'bcast eth0'), {}, ['ha.cf:6:7 warning check/one-path']],
  ['ucast to oneself', haCf('192.168.0.12', '192.168.0.11'), {}, ['ha.cf:7:7 warning check/ucast-to-self']],
  ['ucast to both', haCf('192.168.0.12', '192.168.0.12\nucast eth0 192.168.0.11'), {}, []],
  [
    'ucast to oneself and nothing else',
    haCf(/bcast eth1\nucast eth0 192.168.0.12/, 'ucast eth0 192.168.0.11\nucast eth1 10.0.0.11'),
    {},
    ['ha.cf:6:7 error check/ucast-to-self', 'ha.cf:7:7 error check/ucast-to-self'],
  ],
  ['ping to oneself', haCf('ping 192.168.0.1', 'ping 10.0.0.11'), {}, ['ha.cf:8:6 warning check/ping-node']],
  ['ping to the other node', haCf('ping 192.168.0.1', 'ping 192.168.0.12'), {}, ['ha.cf:8:6 warning check/ping-node']],
  [
    'ping to an address that moves',
    haCf('ping 192.168.0.1', 'ping_group all 192.168.0.1 192.168.0.100'),
    {},
    ['ha.cf:8:12 warning check/ping-node'],
  ],
  ['ping without ipfail', haCf(/respawn.*\n/, ''), {}, ['ha.cf:8:6 warning check/ping-without-ipfail']],
  ['ipfail without ping', haCf(/ping.*\n/, ''), {}, ['ha.cf:8:9 warning check/ipfail-without-ping']],
  ['neither', haCf(/ping.*\nrespawn.*\n/, ''), {}, []],
  [
    'ipfail in legacy',
    haCf('auto_failback on', 'auto_failback legacy'),
    {},
    ['ha.cf:10:15 warning ha.cf/legacy', 'ha.cf:10:15 warning check/ipfail-in-legacy'],
  ],

  ['no real server', director(/ {4}real.*\n/g, ''), {}, ['www.cf:2:1 warning check/no-real']],
  [
    'the virtual as real server',
    director('10.0.0.21:80', '192.168.0.100:80'),
    {},
    ['www.cf:3:10 error check/real-is-virtual'],
  ],
  ['the address of the virtual with another port', director('10.0.0.21:80', '192.168.0.100:8080'), {}, []],
  [
    'the fallback among the real servers',
    director('127.0.0.1:80', '10.0.0.22:80 masq'),
    {},
    ['www.cf:5:14 warning check/fallback-is-real'],
  ],
  [
    'a port that gate does not map',
    director('10.0.0.21:80 masq', '10.0.0.21:8080 gate'),
    {},
    ['www.cf:3:10 warning check/mapped-port'],
  ],
  ['a port that masq maps', director('10.0.0.21:80 masq', '10.0.0.21:8080 masq'), {}, []],
  [
    'gate behind a router',
    director('10.0.0.21:80 masq', '172.16.0.21:80 gate'),
    {},
    ['www.cf:3:10 warning check/gate-behind-router'],
  ],
  ['masq behind a router', director('10.0.0.21:80 masq', '172.16.0.21:80 masq'), {}, []],
  ['receive without a look', director('negotiate', 'connect'), {}, ['www.cf:7:5 warning check/receive-unused']],
])('%s', async (_name, files, changes, expected) => {
  expect(short(await findings(files, changes))).toEqual(expected);
});

/** The good peer: its ucast comes here. */
const PEER = { 'ha.cf': HA_CF.replace('192.168.0.12', '192.168.0.11') };
const peerHaCf = (from: string | RegExp, to: string): Files => ({ 'ha.cf': edited(PEER['ha.cf'], from, to) });

test.each<[name: string, peer: Files, expected: readonly string[]]>([
  [
    'spelling and comments do not matter',
    {
      haresources: '# ours\nLB1\tIPaddr2::192.168.0.100 \\\n ldirectord::www.cf\n',
      'ha.cf': PEER['ha.cf'].replace('keepalive 1', 'keepalive 1000ms'),
    },
    [],
  ],
  ['a group that is only here', { haresources: '' }, ['haresources:1:1 error check/peer-group']],
  [
    'a group that is only there',
    { haresources: `${HARESOURCES}lb2 192.168.0.101\n` },
    ['peer/haresources:2:1 error check/peer-group'],
  ],
  ['another home', { haresources: HARESOURCES.replace('lb1', 'lb2') }, ['haresources:1:1 error check/peer-group']],
  [
    'another order',
    { haresources: 'lb1 ldirectord::www.cf IPaddr2::192.168.0.100\n' },
    ['haresources:1:1 error check/peer-group', 'peer/haresources:1:1 error check/peer-group'],
  ],
  ['a node that is only here', peerHaCf('node lb1 lb2', 'node lb1'), ['ha.cf:11:10 error check/peer-node']],
  [
    'a node that is only there',
    peerHaCf('node lb1 lb2', 'node lb1 lb2 lb3'),
    ['peer/ha.cf:11:14 error check/peer-node'],
  ],
  ['the other order of nodes', peerHaCf('node lb1 lb2', 'node lb2\nnode lb1'), []],
  ['keepalive', peerHaCf('keepalive 1', 'keepalive 2'), ['ha.cf:2:11 warning check/peer-ha.cf']],
  [
    'keepalive beyond our deadtime',
    peerHaCf(/keepalive 1\ndeadtime 10\nwarntime 5\ninitdead 30/, 'keepalive 10\ndeadtime 30\nwarntime 5\ninitdead 30'),
    ['ha.cf:2:11 error check/peer-ha.cf', 'ha.cf:3:10 warning check/peer-ha.cf'],
  ],
  ['deadtime', peerHaCf('deadtime 10', 'deadtime 12'), ['ha.cf:3:10 warning check/peer-ha.cf']],
  ['auto_failback', peerHaCf('auto_failback on', 'auto_failback off'), ['ha.cf:10:15 warning check/peer-ha.cf']],
  ['auto_failback legacy', peerHaCf('auto_failback on\n', ''), ['ha.cf:10:15 error check/peer-ha.cf']],
  [
    'another port',
    peerHaCf('bcast eth1', 'udpport 695\nbcast eth1'),
    [
      'ha.cf:6:7 error check/peer-channel',
      'ha.cf:7:7 error check/peer-channel',
      'peer/ha.cf:7:7 error check/peer-channel',
      'peer/ha.cf:8:7 error check/peer-channel',
    ],
  ],
  ['a path that is only here', peerHaCf('bcast eth1\n', ''), ['ha.cf:6:7 warning check/peer-channel']],
  ['another interface', peerHaCf('bcast eth1', 'bcast eno2'), []],
  [
    'another ping node',
    peerHaCf('ping 192.168.0.1', 'ping 192.168.0.2'),
    ['ha.cf:8:6 warning check/peer-ping', 'peer/ha.cf:8:6 warning check/peer-ping'],
  ],
  [
    'ucast elsewhere',
    peerHaCf('ucast eth0 192.168.0.11', 'ucast eth0 192.168.0.13'),
    ['peer/ha.cf:7:7 error check/peer-ucast'],
  ],
  ['no ipfail', peerHaCf(/respawn.*\n/, ''), ['ha.cf:9:9 warning check/peer-ipfail']],
  [
    'another key',
    { authkeys: 'auth 1\n1 sha1 other\n' },
    ['authkeys:2:1 error check/peer-key', 'peer/authkeys:2:1 error check/peer-key'],
  ],
  [
    'another method',
    { authkeys: 'auth 1\n1 md5 secret-of-the-cluster\n' },
    ['authkeys:2:1 error check/peer-key', 'peer/authkeys:2:1 error check/peer-key'],
  ],
  [
    'another number',
    { authkeys: 'auth 2\n2 sha1 secret-of-the-cluster\n' },
    ['authkeys:2:1 error check/peer-key', 'peer/authkeys:2:1 error check/peer-key'],
  ],
  [
    'a new key that only the peer signs with',
    { authkeys: 'auth 2\n1 sha1 secret-of-the-cluster\n2 sha1 new\n' },
    ['peer/authkeys:3:1 error check/peer-key'],
  ],
  ['a key more', { authkeys: 'auth 1\n1 sha1 secret-of-the-cluster\n2 sha1 new\n' }, []],
  ['a virtual that is only here', { 'www.cf': '' }, ['www.cf:2:1 warning check/peer-service']],
  [
    'a virtual that is only there',
    { 'www.cf': `${DIRECTOR}virtual=192.168.0.100:443\n    real=10.0.0.21:443 masq\n` },
    ['peer/www.cf:9:1 warning check/peer-service'],
  ],
  [
    'a real server that is only here',
    { 'www.cf': edited(DIRECTOR, /.*0\.22.*\n/, '') },
    ['www.cf:4:10 warning check/peer-service'],
  ],
  [
    'another weight',
    { 'www.cf': edited(DIRECTOR, '22:80 masq', '22:80 masq 5') },
    ['www.cf:4:10 warning check/peer-service'],
  ],
  [
    'another scheduler',
    { 'www.cf': edited(DIRECTOR, 'service=http', 'service=http\n    scheduler=rr') },
    ['www.cf:2:1 warning check/peer-service'],
  ],
  ['comments in ldirectord.cf', { 'www.cf': `# mine\n${DIRECTOR}` }, []],
  ['no haresources', { haresources: undefined }, ['peer/haresources:1:1 warning check/peer-file-missing']],
  ['no ldirectord.cf', { 'www.cf': undefined }, ['peer/www.cf:1:1 warning check/peer-file-missing']],
])('the other node: %s', async (_name, peer, expected) => {
  const sorted = (list: readonly string[]): readonly string[] => [...list].sort();
  expect(sorted(short(await findings({}, {}, { ...PEER, ...peer })))).toEqual(sorted(expected));
});

test('a finding about the other node names both places, and never a key', async () => {
  const group = (await findings({}, {}, { ...PEER, haresources: HARESOURCES.replace('lb1', 'lb2') }))[0];
  expect([group?.file, group?.message]).toEqual([
    '/etc/ha.d/haresources',
    "/peer/haresources:1:1 says 'lb2 IPaddr2::192.168.0.100 ldirectord::www.cf'",
  ]);
  const all = JSON.stringify(await findings({}, {}, { ...PEER, authkeys: 'auth 1\n1 sha1 key-of-the-peer\n' }));
  expect(all).toContain('/peer/authkeys:2:1');
  expect(all).not.toMatch(/secret-of|key-of-the/);
});

test('a password is not shown either', async () => {
  const { stdout } = await haIn(inFolder('/etc/ha.d', director('receive=', 'passwd="hush"\n    receive=')), ['check']);
  expect(stdout).toContain('password in line 7');
  expect(stdout).not.toContain('hush');
});
