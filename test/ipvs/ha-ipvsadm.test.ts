/** The command ha-ipvsadm on the nft engine, as an administrator uses it: in a namespace, with connections to look at. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, SPELLINGS } from '../../lib/ipvs/grammar/options.js';
import { command, projectRoot } from '../support/paths.js';
import { createLab, type Host, type Lab } from './lab.js';

let lab: Lab;
let client: Host;

beforeAll(async () => {
  lab = await createLab(
    {
      client: {
        ip: ['address add 10.0.0.10/24 dev eth0', 'link set dev eth0 up', 'route add default via 10.0.0.254'],
      },
      director: {
        forwards: true,
        ip: [
          'address add 10.0.0.254/24 dev eth0',
          'address add 10.0.0.1/32 dev eth0',
          'link set dev eth0 up',
          'address add 192.168.1.1/24 dev eth1',
          'link set dev eth1 up',
        ],
      },
      r1: {
        ip: ['address add 192.168.1.2/24 dev eth0', 'link set dev eth0 up', 'route add default via 192.168.1.1'],
      },
    },
    (of) => [
      `link add name eth0 netns ${of('client')} type veth peer name eth0 netns ${of('director')}`,
      `link add name eth0 netns ${of('r1')} type veth peer name eth1 netns ${of('director')}`,
    ],
  );
  client = lab.host('client');
  await lab.host('r1').call('serve', { name: 'r1', tcp: [80, 8080], udp: [53] });
}, 30_000);

afterAll(async () => {
  await lab?.close();
});

afterEach(() => {
  expect(ipvsadm('-C')).toEqual({ status: 0, stdout: '', stderr: '' });
});

const runIn = (words: readonly string[], environment: Readonly<Record<string, string>>, input = '') => {
  const argv = ['netns', 'exec', lab.host('director').namespace, process.execPath, command('ha-ipvsadm'), ...words];
  const result = spawnSync('ip', argv, { encoding: 'utf8', input, env: { ...process.env, ...environment } });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
};

const ipvsadm = (line: string, input?: string) => runIn(line.split(' '), { HA_SUITE_IPVS_ENGINE: 'nft' }, input);

const RULES = `-A -t 10.0.0.1:80 -s wrr
-a -t 10.0.0.1:80 -r 192.168.1.2:8080 -m -w 2
-a -t 10.0.0.1:80 -r 192.168.1.3:80 -m -w 0
-A -u 10.0.0.1:53 -s rr
-a -u 10.0.0.1:53 -r 192.168.1.2:53 -m -w 1
`;

test('what is not as with IPVS is said by the command that brings it about, not by each one after it', () => {
  expect(ipvsadm('-A -t 10.0.0.1:80 -s wlc').stderr).toBe('');
  const approximation = 'nft engine: scheduler wlc of tcp 10.0.0.1:80: turns by weight without counting connections';
  expect(ipvsadm('-a -t 10.0.0.1:80 -r 192.168.1.2 -m').stderr).toBe(`${approximation}, like wrr\n`);
  lab.host('director').run('sysctl', '-w', 'net.ipv4.ip_forward=0');
  try {
    const forwarding = 'nft engine: masq needs net.ipv4.ip_forward=1, which is 0 now: real servers cannot be reached\n';
    expect(ipvsadm('-a -t 10.0.0.1:80 -r 192.168.1.3 -m').stderr).toBe(forwarding);
    expect(ipvsadm('-A -t 10.0.0.2:80 -s rr').stderr).toBe('');
    expect(ipvsadm('-a -t 10.0.0.2:80 -r 127.0.0.1 -m').stderr).toBe('');
  } finally {
    lab.host('director').run('sysctl', '-w', 'net.ipv4.ip_forward=1');
  }
});

test('saves what it restored', () => {
  expect(ipvsadm('-R', RULES)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(ipvsadm('-S -n').stdout).toBe(RULES);
  expect(ipvsadm('-C').status).toBe(0);
  expect(ipvsadm('-S -n').stdout).toBe('');
});

test('shows active and other connections, who they belong to, and how many there were', async () => {
  ipvsadm('-R', RULES);
  await client.call('open', { name: 'one', address: '10.0.0.1', port: 80 });
  await client.call('open', { name: 'two', address: '10.0.0.1', port: 80 });
  await client.call('ask', { address: '10.0.0.1', port: 53, protocol: 'udp', count: 3 });
  expect(ipvsadm('-Ln').stdout).toBe(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.0.0.1:80 wrr
  -> 192.168.1.2:8080             Masq    2      2          0         
  -> 192.168.1.3:80               Masq    0      0          0         
UDP  10.0.0.1:53 rr
  -> 192.168.1.2:53               Masq    1      0          3         
`);
  const connections = ipvsadm('-Lnc').stdout.split('\n');
  expect(connections.slice(0, 2)).toEqual([
    'IPVS connection entries',
    'pro expire state       source             virtual            destination',
  ]);
  const established = /^TCP \d+:\d\d +ESTABLISHED +10\.0\.0\.10:\d+ +10\.0\.0\.1:80 +192\.168\.1\.2:8080$/;
  expect(connections.filter((line) => established.test(line))).toHaveLength(2);
  expect(connections.filter((line) => /^UDP .* UDP +10\.0\.0\.10:\d+ +10\.0\.0\.1:53 /.test(line))).toHaveLength(3);
  expect(
    ipvsadm('-Ln --stats -t 10.0.0.1:80').stdout,
  ).toBe(`Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  10.0.0.1:80                         2        0        0        0        0
  -> 192.168.1.2:8080                    2        0        0        0        0
  -> 192.168.1.3:80                      0        0        0        0        0
`);
  expect(ipvsadm('-Z -t 10.0.0.1:80').status).toBe(0);
  expect(ipvsadm('-Ln --stats').stdout).toMatch(
    /TCP {2}10\.0\.0\.1:80 +0 .*\n.*:8080 +0 .*\n.*\nUDP {2}10\.0\.0\.1:53 +3 /,
  );
  await client.call('close', { name: 'one' });
  await client.call('close', { name: 'two' });
});

test('answers as ipvsadm does when something is wrong', () => {
  ipvsadm('-R', RULES);
  expect(ipvsadm('-A -t 10.0.0.1:80')).toEqual({ status: 255, stdout: '', stderr: 'Service already exists\n' });
  expect(ipvsadm('-L -n -t 10.0.0.1:81')).toEqual({ status: 1, stdout: '', stderr: 'No such service\n' });
  expect(ipvsadm('-A -t nosuch.invalid:80').stderr).toBe('illegal virtual server address[:port] specified\n');
  expect(ipvsadm('-X').stderr).toBe(
    `Try \`${command('ha-ipvsadm')} -h' or '${command('ha-ipvsadm')} --help' for more information.\n`,
  );
  expect(ipvsadm('-a -t 10.0.0.1:80 -r 192.168.1.9:80 -g')).toEqual({
    status: 255,
    stdout: '',
    stderr: 'gate needs ip_vs: the nft engine only does masq, and real servers on this host\n',
  });
  expect(ipvsadm('--start-daemon master').status).toBe(255);
});

test('commands that run at the same time do not undo each other', async () => {
  const ports = [81, 82, 83, 84, 85, 86];
  const namespace = lab.host('director').namespace;
  await Promise.all(
    ports.map((port) => {
      const argv = [
        'netns',
        'exec',
        namespace,
        process.execPath,
        command('ha-ipvsadm'),
        '-A',
        '-t',
        `10.0.0.1:${port}`,
      ];
      const child = spawn('ip', argv, { env: { ...process.env, HA_SUITE_IPVS_ENGINE: 'nft' }, stdio: 'inherit' });
      return new Promise((resolve) => child.once('exit', resolve));
    }),
  );
  expect(ipvsadm('-S -n').stdout).toBe(ports.map((port) => `-A -t 10.0.0.1:${port} -s wlc\n`).join(''));
}, 20_000);

test('knows names of ports and of this host', () => {
  expect(ipvsadm('-A -t localhost:http -s rr').status).toBe(0);
  expect(ipvsadm('-L').stdout).toContain('\nTCP  localhost:http rr\n');
  expect(ipvsadm('-L -n').stdout).toContain('\nTCP  127.0.0.1:80 rr\n');
});

test('says what it does not know about HA_SUITE_IPVS_ENGINE', () => {
  expect(runIn(['-S'], { HA_SUITE_IPVS_ENGINE: 'iptables' }).stderr).toContain(
    'HA_SUITE_IPVS_ENGINE=iptables is none of auto, kernel, nft: ignored',
  );
});

test('the help shows examples, and the manual has every option', () => {
  const help = ipvsadm('--help');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('Examples:\n  ha-ipvsadm -A -t 10.0.0.1:80 -s wrr');
  const manual = readFileSync(join(projectRoot, 'man', 'ha-ipvsadm.8'), 'utf8');
  const names = [
    ...Object.entries(COMMANDS).map(([name, entry]) => ('long' in entry ? entry.long : name)),
    ...Object.keys(SPELLINGS),
  ];
  expect(names.filter((name) => !manual.includes(`Fl \\-${name.replaceAll('-', '\\-')}`))).toEqual([]);
});
