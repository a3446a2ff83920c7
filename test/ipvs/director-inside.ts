/**
 * Runs in User-Mode Linux: ldirectord-ts from end to end on real IPVS, with a client, two real servers and a director.
 * Writes one JSON line `{ "name": …, "value": … }` for each thing that director.test.ts looks at.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { LiveStatus } from '../../lib/ldirectord/live-status.js';
import { command } from '../support/paths.js';
import { createLab, type Host, tally } from './lab.js';

const tell = (name: string, value: unknown): void =>
  appendFileSync(process.env.UML_RESULT ?? '', `${JSON.stringify({ name, value })}\n`);

const started = performance.now();
const clock = (name: string): void => tell(`milliseconds: ${name}`, Math.round(performance.now() - started));

/** Waits until `what` is so; false when it is not after 30 s. */
const eventually = async (what: () => boolean): Promise<boolean> => {
  const end = performance.now() + 30_000;
  while (!what()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
};

// The folder of the machine around is seen in here, and must not be written to.
spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', '/etc/ha.d']);
spawnSync('modprobe', ['-d', '/run/modules', '-a', 'sch_ingress', 'cls_u32', 'act_skbedit']);

const port = (bridge: string, host: string, device: string, namespace: string): readonly string[] => [
  `link add name ${bridge}-${host} type veth peer name ${device} netns ${namespace}`,
  `link set dev ${bridge}-${host} master ${bridge} up`,
];
const real = (number: number) => ({
  ip: [
    `address add 192.168.0.${number}/24 dev eth0`,
    `address add 2001:db8:1::${number}/64 dev eth0 nodad`,
    `address add 10.0.0.3${number}/24 dev eth1`,
    'link set dev eth0 up',
    'link set dev eth1 up',
    'route add default via 192.168.0.254',
    'route add ::/0 via 2001:db8:1::fe',
  ],
});
const lab = await createLab(
  {
    client: {
      ip: [
        'address add 10.0.0.10/24 dev eth0',
        'address add 10.0.5.10/24 dev eth0',
        'address add 10.0.5.11/24 dev eth0',
        'address add 2001:db8::10/64 dev eth0 nodad',
        'link set dev eth0 up',
        // Masqueraded answers have to come back through the director, so these clients are no neighbours of the servers.
        'route add 10.0.0.1/32 via 10.0.5.21',
        'route add 10.0.0.3/32 via 10.0.5.21',
      ],
    },
    lb: {
      forwards: true,
      ip: [
        ...['21/24', '1/32', '2/32', '3/32'].map((host) => `address add 10.0.0.${host} dev eth0`),
        'address add 10.0.5.21/24 dev eth0',
        'address add 2001:db8::21/64 dev eth0 nodad',
        'address add 2001:db8::1/128 dev eth0 nodad',
        'address add 192.168.0.254/24 dev eth1',
        'address add 2001:db8:1::fe/64 dev eth1 nodad',
        'link set dev eth0 up',
        'link set dev eth1 up',
      ],
    },
    r1: real(1),
    r2: real(2),
  },
  (of) => [
    ...['outer', 'inner'].flatMap((name) => [
      `link add name ${name} type bridge mcast_snooping 0`,
      `link set dev ${name} up`,
    ]),
    ...port('outer', 'client', 'eth0', of('client')),
    ...port('outer', 'lb', 'eth0', of('lb')),
    ...port('inner', 'lb', 'eth1', of('lb')),
    ...['r1', 'r2'].flatMap((name) => [
      ...port('inner', name, 'eth0', of(name)),
      ...port('outer', name, 'eth1', of(name)),
    ]),
  ],
);
const [client, lb, r1, r2] = ['client', 'lb', 'r1', 'r2'].map(lab.host) as [Host, Host, Host, Host];

/** The ports beyond 90 are there to be checked, so that a server can be called dead while it serves. */
const CHECKED = { masq: 98, persistent: 99 };
for (const [name, host] of [
  ['r1', r1],
  ['r2', r2],
] as const) {
  await host.call('realserver', { address: `10.0.0.2/${name === 'r1' ? 'lo' : 'dummy0'}` });
  await host.call('serve', { name, tcp: [80, 90, CHECKED.masq, CHECKED.persistent] });
}
await lb.call('serve', { name: 'sorry', tcp: [80] });
// The kernel here has no iptables and no nftables for IPv4, so the mark is set by traffic control.
for (const line of [
  'qdisc add dev eth0 ingress',
  'filter add dev eth0 parent ffff: protocol ip u32 match ip dst 10.0.0.3/32 action skbedit mark 7',
])
  lb.run('/usr/sbin/tc', ...line.split(' '));
clock('the lab stands');

const CONFIG = '/etc/ha.d/test.cf';
const configure = (more = '', weight = 1): void =>
  writeFileSync(
    CONFIG,
    `checkinterval=1
checktimeout=10
logfile="/var/log/ldirectord.log"
virtual=10.0.0.1:80
    real=192.168.0.1:80 masq ${weight}
    real=192.168.0.2:80 masq
    fallback=127.0.0.1:80 gate
    checktype=connect
    checkport=${CHECKED.masq}
    scheduler=wrr
virtual=10.0.0.1:90
    real=192.168.0.1:90 masq
    real=192.168.0.2:90 masq
    checktype=connect
    checkport=${CHECKED.persistent}
    quiescent=yes
    persistent=300
    scheduler=rr
virtual=10.0.0.2:80
    real=10.0.0.31:80 gate
    real=10.0.0.32:80 gate
    checktype=connect
    scheduler=rr
virtual6=[2001:db8::1]:80
    real6=[2001:db8:1::1]:80 masq
    real6=[2001:db8:1::2]:80 masq
    checktype=connect
    checkport=${CHECKED.masq}
    scheduler=rr
virtual=7
    real=192.168.0.1:80 masq
    real=192.168.0.2:80 masq
    checktype=connect
    checkport=${CHECKED.masq}
    scheduler=rr
${more}`,
  );

/** The table as the kernel itself lists it, without counters. */
const table = (): readonly string[] =>
  lb
    .run('/usr/sbin/ipvsadm', '-S', '-n')
    .split('\n')
    .filter((line) => line !== '');
const has = (...lines: readonly string[]): boolean => {
  const rules = table();
  return lines.every((line) => rules.includes(line));
};
const run = (...words: readonly string[]) => {
  const argv = ['netns', 'exec', lb.namespace, process.execPath, command('ldirectord-ts'), 'test.cf', ...words];
  return spawnSync('ip', argv, { encoding: 'utf8', env: { ...process.env, HA_SUITE_IPVS_ENGINE: 'kernel' } });
};
const direct = (...words: readonly string[]) => {
  const { status, stderr } = run(...words);
  return { status, stderr };
};
const PID_FILE = '/run/ldirectord.test.cf.pid';
const pid = (): number => Number(readFileSync(PID_FILE, 'utf8'));
const log = (): readonly string[] =>
  readFileSync('/var/log/ldirectord.log', 'utf8')
    .split('\n')
    .map((line) => line.replace(/^\[[^\]]*\] /, ''));
/** Where clients of masqueraded services come from. */
const FAR = '10.0.5.10';
const FARTHER = '10.0.5.11';
const ask = async (address: string, number: number, count: number, source?: string) =>
  tally(
    await client.call<string[]>('ask', { address, port: number, count, ...(source === undefined ? {} : { source }) }),
  );

// --- start ------------------------------------------------------------------------------------------------------------

configure();
tell('start', direct('start'));
const FULL = [
  '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 1',
  '-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 1',
  '-a -t 10.0.0.1:90 -r 192.168.0.1:90 -m -w 1',
  '-a -t 10.0.0.1:90 -r 192.168.0.2:90 -m -w 1',
  '-a -t 10.0.0.2:80 -r 10.0.0.31:80 -g -w 1',
  '-a -t 10.0.0.2:80 -r 10.0.0.32:80 -g -w 1',
  '-a -t [2001:db8::1]:80 -r [2001:db8:1::1]:80 -m -w 1',
  '-a -t [2001:db8::1]:80 -r [2001:db8:1::2]:80 -m -w 1',
];
await eventually(() => has(...FULL));
tell('table after the start', table());
clock('started');
tell('masq', await ask('10.0.0.1', 80, 6, FAR));
tell('gate', await ask('10.0.0.2', 80, 6));
tell('ipv6', await ask('2001:db8::1', 80, 6));
tell('firewall mark', await ask('10.0.0.3', 80, 6, FAR));
clock('traffic');

// --- killed and started again, under a client that keeps asking -------------------------------------------------------------

const OLD = { name: 'old', address: '10.0.0.1', port: 80, source: FAR };
const before = await client.call<string>('open', OLD);

/** Weight, active and inactive connections of the real servers of the first service: as the daemon says, as ipvsadm lists them. */
const counted = (): {
  readonly said: readonly string[];
  readonly listed: readonly string[];
  readonly problem: unknown;
} => {
  const { live } = JSON.parse(run('status', '--json').stdout) as { readonly live: LiveStatus };
  const list = lb.run('/usr/sbin/ipvsadm', '-L', '-n', '-t', '10.0.0.1:80');
  return {
    said: (live.virtuals[0]?.reals ?? []).map(({ connections }) =>
      [connections?.weight, connections?.active, connections?.inactive].join(' '),
    ),
    listed: [...list.matchAll(/Masq +(\d+) +(\d+) +(\d+)/g)].map((row) => row.slice(1).join(' ')),
    problem: live.table?.problem,
  };
};
// The first count takes longer here than anybody who asks is made to wait.
await eventually(() => counted().problem === null);
tell('connections', counted());
clock('counted');

await client.call('watch', { address: '10.0.0.1', port: 80, source: FAR });
const killed = pid();
process.kill(killed, 'SIGKILL');
const again = direct('start');
await eventually(() => log().some((line) => line.startsWith('Taking over the table')));
// Its first checks, and the second look at the table.
await new Promise((resolve) => setTimeout(resolve, 3500));
tell('killed and started again', {
  status: again.status,
  another: pid() !== killed,
  table: has(...FULL),
  connection: [before, await client.call('say', { name: 'old' })],
  answers: await client.call('watched'),
});
clock('killed and started again');

// --- reload under the same client -------------------------------------------------------------------------------------------

await client.call('watch', { address: '10.0.0.1', port: 80, source: FAR });
configure('virtual=10.0.0.1:91\n    real=192.168.0.1:90 masq\n    checktype=connect\n    scheduler=rr\n', 3);
process.kill(pid(), 'SIGHUP');
const reloaded = await eventually(() =>
  has('-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 3', '-a -t 10.0.0.1:91 -r 192.168.0.1:90 -m -w 1'),
);
const added = await ask('10.0.0.1', 91, 2, FAR);
configure();
process.kill(pid(), 'SIGHUP');
const back = await eventually(() => has(...FULL) && !table().some((line) => line.includes(':91')));
tell('reload', {
  reloaded,
  added,
  back,
  connection: await client.call('say', { name: 'old' }),
  answers: await client.call('watched'),
});
clock('reloaded');

// --- quiescence with persistence ---------------------------------------------------------------------------------------------

const first = (await client.call<string[]>('ask', { address: '10.0.0.1', port: 90, count: 1, source: FAR }))[0];
const [sick, sickName, well] = first?.startsWith('r1') ? [r1, 'r1', 'r2'] : [r2, 'r2', 'r1'];
const number = sickName === 'r1' ? 1 : 2;
await client.call('open', { name: 'kept', address: '10.0.0.1', port: 90, source: FAR });
await sick.call('unserve', { tcp: [CHECKED.persistent] });
tell('quiescent', await eventually(() => has(`-a -t 10.0.0.1:90 -r 192.168.0.${number}:90 -m -w 0`)));
const known = await ask('10.0.0.1', 90, 4, FAR);
const fresh = await ask('10.0.0.1', 90, 4, FARTHER);
const named = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name.startsWith(well) ? 'well' : 'quiescent', count]),
  );
tell('clients of a quiescent server', {
  connection: String(await client.call('say', { name: 'kept' })).startsWith(sickName),
  known: named(known),
  fresh: named(fresh),
});
clock('quiescent');

// --- death and fallback ---------------------------------------------------------------------------------------------------------

await r1.call('unserve', { tcp: [CHECKED.masq] });
tell(
  'death',
  await eventually(() => !table().some((line) => / -r (192\.168\.0\.1:80|\[2001:db8:1::1\]:80)/.test(line))),
);
tell('after the death', {
  masq: await ask('10.0.0.1', 80, 4, FAR),
  ipv6: await ask('2001:db8::1', 80, 4),
  mark: await ask('10.0.0.3', 80, 4, FAR),
  // Their check goes to another port.
  gate: Object.keys(await ask('10.0.0.2', 80, 4)).length,
});
await r2.call('unserve', { tcp: [CHECKED.masq] });
tell('fallback in the table', await eventually(() => has('-a -t 10.0.0.1:80 -r 127.0.0.1:80 -g -w 1')));
tell('fallback', await ask('10.0.0.1', 80, 4, FAR));
await r2.call('serve', { name: 'r2', tcp: [CHECKED.masq] });
tell(
  'back',
  await eventually(
    () => has('-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m -w 1') && !table().some((line) => line.includes('127.0.0.1')),
  ),
);
tell('after the return', await ask('10.0.0.1', 80, 4, FAR));
clock('death and fallback');

// --- stop ---------------------------------------------------------------------------------------------------------------------

process.kill(pid(), 'SIGTERM');
tell('stopped', await eventually(() => !existsSync(PID_FILE)));
tell('table after the stop', table());
tell('log', log());
clock('stopped');

// --- the real servers become what they were ----------------------------------------------------------------------------------------

const silence = (host: Host) => host.call<string>('file', { path: '/proc/sys/net/ipv4/conf/all/arp_ignore' });
const dummies = () => r2.run('ip', '-o', 'address', 'show').match(/dummy0 .*inet [0-9./]+/g) ?? [];
const whileServing = { dummies: dummies(), silence: [await silence(r1), await silence(r2)] };
await r1.call('no realserver', { address: '10.0.0.2/lo' });
await r2.call('no realserver', { address: '10.0.0.2/dummy0' });
const devices = await r2.call<string>('file', { path: '/proc/net/dev' });
tell('real servers', {
  before: whileServing,
  after: { dummy: devices.includes('dummy0'), silence: [await silence(r1), await silence(r2)] },
});
await lab.close();
process.exit(0);
