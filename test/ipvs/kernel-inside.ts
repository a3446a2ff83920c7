/**
 * Runs in User-Mode Linux: the kernel engine against real IPVS, traffic through two directors, the sync daemons.
 * Writes one JSON line `{ "name": …, "value": … }` for each thing that kernel.test.ts looks at.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, projectRoot } from '../support/paths.js';
import { SESSIONS } from './genuine-sessions.js';
import { createLab, type Host, tally } from './lab.js';

const tell = (name: string, value: unknown): void =>
  appendFileSync(process.env.UML_RESULT ?? '', `${JSON.stringify({ name, value })}\n`);

const agent = join(projectRoot, 'dist', 'resource.d', 'LVSSyncDaemonSwap.js');

const genuine = (host: Host, ...argv: readonly string[]): string => host.run('/usr/sbin/ipvsadm', ...argv);

const kernel = (host: Host, ...lines: readonly string[]) => host.call<string[]>('apply', { name: 'kernel', lines });

const read = (host: Host) => host.call<string[]>('read', { name: 'kernel' });

/** Waits until `what` gives true; false when it never does. */
const eventually = async (what: () => boolean | Promise<boolean>): Promise<boolean> => {
  for (let turn = 0; turn < 40; turn += 1) {
    if (await what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
};

const director = (number: number) => ({
  forwards: true,
  ip: [
    `address add 10.0.0.2${number}/24 dev eth0`,
    `address add 10.0.5.2${number}/24 dev eth0`,
    `address add 192.168.0.25${number}/24 dev eth1`,
    'link set dev eth0 up',
    'link set dev eth1 up',
  ],
});

/** Takes masqueraded connections from 192.168.0.254, and direct ones for 10.0.0.2, which it holds without answering ARP. */
const real = (number: number) => ({
  ip: [
    `address add 192.168.0.${number}/24 dev eth0`,
    `address add 10.0.0.3${number}/24 dev eth1`,
    'link set dev eth0 up',
    'link set dev eth1 up',
    'route add default via 192.168.0.254',
  ],
});

const port = (bridge: string, host: string, device: string, namespace: string): readonly string[] => [
  `link add name ${bridge}-${host} type veth peer name ${device} netns ${namespace}`,
  `link set dev ${bridge}-${host} master ${bridge} up`,
];

const started = performance.now();
const since = () => Math.round(performance.now() - started);

const lab = await createLab(
  {
    client: {
      ip: ['address add 10.0.0.10/24 dev eth0', 'address add 10.0.5.10/24 dev eth0', 'link set dev eth0 up'],
    },
    lb1: director(1),
    lb2: director(2),
    r1: real(1),
    r2: real(2),
  },
  (of) => [
    ...['outer', 'inner'].flatMap((name) => [
      `link add name ${name} type bridge mcast_snooping 0`,
      `link set dev ${name} up`,
    ]),
    ...port('outer', 'client', 'eth0', of('client')),
    ...['lb1', 'lb2'].flatMap((name) => [
      ...port('outer', name, 'eth0', of(name)),
      ...port('inner', name, 'eth1', of(name)),
    ]),
    ...['r1', 'r2'].flatMap((name) => [
      ...port('inner', name, 'eth0', of(name)),
      ...port('outer', name, 'eth1', of(name)),
    ]),
  ],
);
const [client, lb1, lb2, r1, r2] = ['client', 'lb1', 'lb2', 'r1', 'r2'].map(lab.host) as [Host, Host, Host, Host, Host];
tell('milliseconds until the lab stands', since());

for (const host of [r1, r2]) {
  await host.call('realserver', { address: '10.0.0.2' });
  await host.call('serve', { name: host.namespace.slice(-2), tcp: [80], udp: [53] });
}

// --- the engine and the genuine program see the same table ------------------------------------------------------------

const EVERYTHING = [
  '-A -t 10.0.0.1:80 -s wrr -p 60 -M 255.255.255.0',
  '-a -t 10.0.0.1:80 -r 192.168.0.1 -m -w 3',
  '-a -t 10.0.0.1:80 -r 192.168.0.2:8080 -m -w 0 -x 9 -y 4',
  '-A -t 10.0.0.2:80 -s sh -b sh-port',
  '-a -t 10.0.0.2:80 -r 10.0.0.31:8080 -g',
  '-a -t 10.0.0.2:80 -r 10.0.0.32 -i -w 2',
  '-A -u [2001:db8::1]:53 -o',
  '-a -u [2001:db8::1]:53 -r [2001:db8::2]:5353 -m',
  '-A -f 7 -s rr',
  '-a -f 7 -r 192.168.0.1 -m',
  '-A -f 7 -6 -s rr -p 300 -M 64',
  '-A -f 4294967295 -s rr',
];
tell('all kinds of additions, failed', await kernel(lb1, ...EVERYTHING));
tell('genuine rules', genuine(lb1, '-S', '-n').split('\n'));
tell('genuine thresholds', genuine(lb1, '-L', '-n', '--thresholds').split('\n'));
tell('engine table', await read(lb1));
tell(
  'all kinds of edits, failed',
  await kernel(
    lb1,
    '-E -t 10.0.0.1:80 -s rr',
    '-e -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 5 -x 7',
    '-d -t 10.0.0.1:80 -r 192.168.0.2:8080',
    '-D -f 7',
  ),
);
tell('engine table after edits', await read(lb1));
tell('thresholds after edits', genuine(lb1, '-L', '-n', '--thresholds', '-t', '10.0.0.1:80').split('\n'));
tell(
  'impossible changes, failed',
  await kernel(
    lb1,
    '-A -t 10.0.0.1:80 -s rr',
    '-a -t 10.0.0.9:80 -r 192.168.0.1 -m',
    '-a -t 10.0.0.1:80 -r 192.168.0.1 -m',
    '-e -t 10.0.0.1:80 -r 192.168.0.7 -m',
    '-a -t 10.0.0.1:80 -r 192.168.0.7 -m -y 3',
    // Its module is not on this machine, which only the kernel knows.
    '-A -t 10.0.0.3:80 -s twos',
    '-a -t 10.0.0.1:80 -r 192.168.0.8 -m',
    '-a -t 10.0.0.1:80 -r 224.0.0.1 -m',
  ),
);
tell('engine table after impossible changes', await read(lb1));
const many = Array.from({ length: 200 }, (_, index) => `-A -t 10.1.${index >> 7}.${(index & 127) + 1}:80 -s rr`);
tell('a batch of 200, failed', await kernel(lb1, ...many));
tell('services after the batch', (await read(lb1)).filter((line) => line.startsWith('-A')).length);
genuine(lb1, '-C');
tell('after clearing', await read(lb1));
tell('milliseconds until the engine is done', since());

// --- traffic through both directors ---------------------------------------------------------------------------------

const TABLE = [
  '-A -t 10.0.0.1:80 -s rr',
  '-a -t 10.0.0.1:80 -r 192.168.0.1:80 -m',
  '-a -t 10.0.0.1:80 -r 192.168.0.2:80 -m',
  '-A -t 10.0.0.2:80 -s rr',
  '-a -t 10.0.0.2:80 -r 10.0.0.31:80 -g',
  '-a -t 10.0.0.2:80 -r 10.0.0.32:80 -g',
];
const VIRTUALS = ['10.0.0.1/32 dev eth0', '10.0.0.2/32 dev eth0', '192.168.0.254/32 dev eth1'];

/** What heartbeat does with its addresses: they appear there, and everybody hears of it. */
const take = (host: Host) => {
  for (const address of VIRTUALS) host.run('ip', 'address', 'add', ...address.split(' '));
  for (const other of [client, r1, r2]) other.run('ip', 'neighbour', 'flush', 'all');
};
const release = (host: Host) => {
  for (const address of VIRTUALS) host.run('ip', 'address', 'del', ...address.split(' '));
};

tell('tables of both directors, failed', [...(await kernel(lb1, ...TABLE)), ...(await kernel(lb2, ...TABLE))]);
take(lb1);
// As heartbeat calls it: start on the director that has the group, stop on the one that has not.
const swap = (host: Host, verb: 'start' | 'stop' | 'status') =>
  host.run(process.execPath, agent, 'master', 'eth0', '7', verb).trim();
swap(lb2, 'stop');
swap(lb1, 'start');
tell('status of the agent', swap(lb1, 'status').split('\n')[0]);
tell('sync daemons', [genuine(lb1, '-L', '--daemon'), genuine(lb2, '-L', '--daemon')]);

const ask = (address: string, count: number, source: string) =>
  client.call<string[]>('ask', { address, port: 80, count, source });
const masqueraded = await ask('10.0.0.1', 20, '10.0.5.10');
tell('masq through lb1', {
  tally: tally(masqueraded),
  clients: [...new Set(masqueraded.map((one) => one.split(' ')[1]))],
});
const direct = await ask('10.0.0.2', 20, '10.0.0.10');
tell('gate through lb1', { tally: tally(direct), clients: [...new Set(direct.map((one) => one.split(' ')[1]))] });

const OLD = { name: 'old', address: '10.0.0.1', port: 80, source: '10.0.5.10' };
const before = await client.call<string>('open', OLD);
for (let turn = 0; turn < 4; turn += 1) await client.call('say', { name: 'old' });
const known = () => /ESTABLISHED\s+10\.0\.5\.10:\d+\s+10\.0\.0\.1:80/.test(genuine(lb2, '-L', '-n', '-c'));
tell('the connection is known to the backup', await eventually(known));

release(lb1);
swap(lb1, 'stop');
swap(lb2, 'start');
take(lb2);
tell('sync daemons after the take-over', [genuine(lb1, '-L', '--daemon'), genuine(lb2, '-L', '--daemon')]);
tell('the connection after the take-over', { before, after: await client.call('say', { name: 'old' }) });
tell('masq through lb2', tally(await ask('10.0.0.1', 10, '10.0.5.10')));
tell('gate through lb2', tally(await ask('10.0.0.2', 10, '10.0.0.10')));

tell('draining, failed', await kernel(lb2, '-e -t 10.0.0.1:80 -r 192.168.0.1:80 -m -w 0'));
tell('masq while r1 drains', tally(await ask('10.0.0.1', 6, '10.0.5.10')));
tell('milliseconds until the traffic is done', since());

// --- the command ----------------------------------------------------------------------------------------------------

const outputs = (program: string, argv: readonly string[], input = '') => {
  const words = ['netns', 'exec', lb2.namespace, program, ...argv];
  const { status, stdout, stderr } = spawnSync('ip', words, { encoding: 'utf8', input });
  return { status, stdout, stderr };
};
const compared = [['-Ln'], ['-A', '-t', '10.0.0.1:80'], ['-L', '-n', '-t', '10.9.9.9:80'], ['-A', '-t', 'x']];
tell(
  'ha-ipvsadm beside ipvsadm',
  compared.map((argv) => [outputs(command('ha-ipvsadm'), argv), outputs('/usr/sbin/ipvsadm', argv)]),
);
tell('ha-ipvsadm -R', [
  outputs(command('ha-ipvsadm'), ['-R'], '-C\n-A -t 10.0.0.5:80 -s rr\n'),
  outputs('/usr/sbin/ipvsadm', ['-Sn']),
]);
await lab.close();
tell('milliseconds until the commands are done', since());

// --- the recordings still hold ----------------------------------------------------------------------------------------

for (const session of ['table', 'restores']) {
  const lines = SESSIONS[session] ?? [];
  tell(
    `session ${session}`,
    lines.map((line) => {
      const { status, stdout, stderr } = spawnSync('/usr/sbin/ipvsadm', line.argv, {
        encoding: 'utf8',
        input: line.input ?? '',
      });
      return { ...line, status, stdout, stderr };
    }),
  );
}
tell('milliseconds in all', since());
process.exit(0);
