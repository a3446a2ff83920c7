/** The nft engine with real traffic: a client, a director and two web servers in network namespaces. */
import { createLab, type Host, type Lab, tally } from './lab.js';

/** The peer's two own addresses make two clients of one network and one of another. */
const CLIENT = ['10.0.0.10', '10.0.0.11', '10.0.5.12'] as const;

let lab: Lab;
let client: Host;
let director: Host;

beforeAll(async () => {
  const real = (net: number) => ({
    ip: [
      `address add 192.168.${net}.2/24 dev eth0`,
      `address add 2001:db8:${net}::2/64 dev eth0 nodad`,
      'link set dev eth0 up',
      `route add default via 192.168.${net}.1`,
      `route add ::/0 via 2001:db8:${net}::1`,
    ],
  });
  lab = await createLab(
    {
      client: {
        ip: [
          ...CLIENT.map((address) => `address add ${address}/24 dev eth0`),
          'address add 2001:db8:a::10/64 dev eth0 nodad',
          'address add 2001:db8:a::11/64 dev eth0 nodad',
          'link set dev eth0 up',
          'route add default via 10.0.0.254',
          'route add ::/0 via 2001:db8:a::254',
        ],
      },
      director: {
        forwards: true,
        ip: [
          'address add 10.0.0.254/24 dev eth0',
          'address add 10.0.0.1/32 dev eth0',
          'address add 10.0.0.2/32 dev eth0',
          'address add 2001:db8:a::254/64 dev eth0 nodad',
          'address add 2001:db8:a::1/128 dev eth0 nodad',
          'link set dev eth0 up',
          'route add 10.0.5.0/24 dev eth0',
          ...[1, 2].flatMap((net) => [
            `address add 192.168.${net}.1/24 dev eth${net}`,
            `address add 2001:db8:${net}::1/64 dev eth${net} nodad`,
            `link set dev eth${net} up`,
          ]),
        ],
      },
      r1: real(1),
      r2: real(2),
    },
    (of) => [
      `link add name eth0 netns ${of('client')} type veth peer name eth0 netns ${of('director')}`,
      `link add name eth0 netns ${of('r1')} type veth peer name eth1 netns ${of('director')}`,
      `link add name eth0 netns ${of('r2')} type veth peer name eth2 netns ${of('director')}`,
    ],
  );
  client = lab.host('client');
  director = lab.host('director');
  await Promise.all([
    lab.host('r1').call('serve', { name: 'r1', tcp: [80, 8080], udp: [53] }),
    lab.host('r2').call('serve', { name: 'r2', tcp: [80, 8080], udp: [53] }),
    director.call('serve', { name: 'director', tcp: [80], udp: [] }),
  ]);
}, 30_000);

afterAll(async () => {
  await lab?.close();
});

afterEach(async () => {
  const table = await director.call<string[]>('read', { name: 'nft' });
  const services = table.filter((line) => line.startsWith('-A ')).map((line) => line.slice(3).split(' -s ')[0]);
  expect(await apply(...services.map((service) => `-D ${service}`))).toEqual([]);
  // Only the base chains and the mark of the revision outlive the last service.
  const left = director.run('nft', 'list', 'table', 'inet', 'ha_suite').match(/^\s(?:chain|set|counter) .*/gm) ?? [];
  expect(left.map((line) => line.replace(/\d+/, 'N'))).toEqual([
    '\tchain prerouting {',
    '\tchain output {',
    '\tchain services {',
    '\tchain revision/N {',
  ]);
});

const apply = (...lines: readonly string[]) => director.call<string[]>('apply', { name: 'nft', lines });

const ask = (address: string, port: number, count = 1, more: Readonly<Record<string, unknown>> = {}) =>
  client.call<string[]>('ask', { address, port, count, ...more });

const twoReals = (service: string, port = 80) => [
  `-a ${service} -r 192.168.1.2:${port} -m`,
  `-a ${service} -r 192.168.2.2:${port} -m`,
];

const V = '-t 10.0.0.1:80';

test('rr gives each real server the same, and the client address stays visible', async () => {
  expect(await apply(`-A ${V} -s rr`, ...twoReals(V))).toEqual([]);
  const answers = await ask('10.0.0.1', 80, 40);
  expect(tally(answers)).toEqual({ 'r1:80': 20, 'r2:80': 20 });
  expect(new Set(answers.map((answer) => answer.split(' ')[1]))).toEqual(new Set(['10.0.0.10']));
});

test('wrr is exact in proportion, also when the weights change', async () => {
  expect(
    await apply(`-A ${V} -s wrr`, `-a ${V} -r 192.168.1.2:80 -m -w 3`, `-a ${V} -r 192.168.2.2:8080 -m -w 1`),
  ).toEqual([]);
  expect(tally(await ask('10.0.0.1', 80, 40))).toEqual({ 'r1:80': 30, 'r2:8080': 10 });
  expect(await apply(`-e ${V} -r 192.168.2.2:8080 -m -w 5`)).toEqual([]);
  expect(tally(await ask('10.0.0.1', 80, 40))).toEqual({ 'r1:80': 15, 'r2:8080': 25 });
});

test('wrr is exact with weights too large for one slot each', async () => {
  expect(
    await apply(`-A ${V} -s wrr`, `-a ${V} -r 192.168.1.2:80 -m -w 65535`, `-a ${V} -r 192.168.2.2:80 -m -w 10`),
  ).toEqual([]);
  expect(tally(await ask('10.0.0.1', 80, 20))).toEqual({ 'r1:80': 20 });
});

test('a change to another service does not disturb the turns of this one', async () => {
  expect(await apply(`-A ${V} -s rr`, ...twoReals(V))).toEqual([]);
  const [first] = await ask('10.0.0.1', 80);
  expect(await apply('-A -t 10.0.0.2:80 -s rr')).toEqual([]);
  const [second] = await ask('10.0.0.1', 80);
  expect(second).not.toBe(first);
});

test('weight 0 drains: the old connection stays, new ones go elsewhere', async () => {
  expect(await apply(`-A ${V} -s rr`, `-a ${V} -r 192.168.1.2:80 -m`)).toEqual([]);
  expect(await client.call('open', { name: 'old', address: '10.0.0.1', port: 80 })).toBe('r1:80 10.0.0.10');
  expect(await apply(`-a ${V} -r 192.168.2.2:80 -m`, `-e ${V} -r 192.168.1.2:80 -m -w 0`)).toEqual([]);
  expect(tally(await ask('10.0.0.1', 80, 10))).toEqual({ 'r2:80': 10 });
  expect(await client.call('say', { name: 'old' })).toBe('r1:80 10.0.0.10');
  // Removing the real server or the last service does not cut the connection either, nor does putting them back.
  expect(await apply(`-d ${V} -r 192.168.1.2:80`, `-E ${V} -s wlc`)).toEqual([]);
  expect(await client.call('say', { name: 'old' })).toBe('r1:80 10.0.0.10');
  expect(await apply(`-D ${V}`)).toEqual([]);
  expect(await client.call('say', { name: 'old' })).toBe('r1:80 10.0.0.10');
  expect(await apply(`-A ${V} -s rr`, `-a ${V} -r 192.168.2.2:80 -m`)).toEqual([]);
  expect(await client.call('say', { name: 'old' })).toBe('r1:80 10.0.0.10');
  await client.call('close', { name: 'old' });
});

test('a real server that dies is out as soon as it is deleted, and back when it is added', async () => {
  expect(await apply(`-A ${V} -s rr`, ...twoReals(V))).toEqual([]);
  lab.host('r1').run('ip', 'link', 'set', 'dev', 'eth0', 'down');
  expect((await ask('10.0.0.1', 80, 2)).filter((answer) => answer === 'r2:80 10.0.0.10')).toHaveLength(1);
  expect(await apply(`-d ${V} -r 192.168.1.2:80`)).toEqual([]);
  expect(tally(await ask('10.0.0.1', 80, 6))).toEqual({ 'r2:80': 6 });
  lab.host('r1').run('ip', 'link', 'set', 'dev', 'eth0', 'up');
  lab.host('r1').run('ip', 'route', 'add', 'default', 'via', '192.168.1.1');
  for (const line of ['address add 2001:db8:1::2/64 dev eth0 nodad', 'route add ::/0 via 2001:db8:1::1'])
    lab.host('r1').run('ip', ...line.split(' '));
  expect(await apply(`-a ${V} -r 192.168.1.2:80 -m`)).toEqual([]);
  expect(tally(await ask('10.0.0.1', 80, 6))).toEqual({ 'r1:80': 3, 'r2:80': 3 });
});

test('without a real server connections are refused at once, not answered by the director', async () => {
  expect(await apply(`-A ${V} -s rr`)).toEqual([]);
  expect(await ask('10.0.0.1', 80)).toEqual(['ECONNREFUSED']);
  expect(await apply(`-a ${V} -r 192.168.1.2:80 -m -w 0`)).toEqual([]);
  expect(await ask('10.0.0.1', 80)).toEqual(['ECONNREFUSED']);
});

test('the fallback on 127.0.0.1 is the director itself, as gate and as masq', async () => {
  expect(await apply(`-A ${V} -s rr`, ...twoReals(V), `-a ${V} -r 127.0.0.1:80 -g`)).toEqual([]);
  expect(await apply(`-d ${V} -r 192.168.1.2:80`, `-d ${V} -r 192.168.2.2:80`)).toEqual([]);
  expect(await ask('10.0.0.1', 80, 2)).toEqual(['director:80 10.0.0.10', 'director:80 10.0.0.10']);
  expect(await apply(`-e ${V} -r 127.0.0.1:80 -m`)).toEqual([]);
  expect(await ask('10.0.0.1', 80, 2)).toEqual(['director:80 10.0.0.10', 'director:80 10.0.0.10']);
  // Another port than that of the service needs masq, as with IPVS.
  expect(await apply('-A -t 10.0.0.2:8888 -s rr', '-a -t 10.0.0.2:8888 -r 127.0.0.1:80 -m')).toEqual([]);
  expect(await ask('10.0.0.2', 8888)).toEqual(['director:80 10.0.0.10']);
});

test('an address of the director that is not a loopback one is a local destination too', async () => {
  expect(await apply('-A -t 10.0.0.1:8888 -s rr', '-a -t 10.0.0.1:8888 -r 192.168.1.1:80 -m')).toEqual([]);
  expect(await ask('10.0.0.1', 8888)).toEqual(['director:80 10.0.0.10']);
});

test('the director itself reaches the service', async () => {
  expect(await apply(`-A ${V} -s rr`, ...twoReals(V))).toEqual([]);
  const answers = await director.call<string[]>('ask', { address: '10.0.0.1', port: 80, count: 4 });
  expect(tally(answers)).toEqual({ 'r1:80': 2, 'r2:80': 2 });
});

test('a persistent client stays with its real server', async () => {
  expect(await apply(`-A ${V} -s rr -p 300`, ...twoReals(V))).toEqual([]);
  for (const source of CLIENT) {
    const answers = tally(await ask('10.0.0.1', 80, 6, { source }));
    expect(Object.values(answers)).toEqual([6]);
  }
  // Quiescing keeps the persistent clients, as IPVS does; deleting does not.
  const [home] = await ask('10.0.0.1', 80);
  const real = home?.startsWith('r1') === true ? '192.168.1.2:80' : '192.168.2.2:80';
  expect(await apply(`-e ${V} -r ${real} -m -w 0`)).toEqual([]);
  expect((await ask('10.0.0.1', 80, 3)).every((answer) => answer === home)).toBe(true);
  expect(await apply(`-d ${V} -r ${real}`)).toEqual([]);
  expect((await ask('10.0.0.1', 80, 3)).some((answer) => answer === home)).toBe(false);
});

test('persistence lasts as long as its timeout, counted from the last connection', async () => {
  expect(await apply(`-A ${V} -s rr -p 1`, ...twoReals(V))).toEqual([]);
  const [first] = await ask('10.0.0.1', 80);
  expect(await ask('10.0.0.1', 80)).toEqual([first]);
  await new Promise((resolve) => setTimeout(resolve, 1300));
  expect(await ask('10.0.0.1', 80)).not.toEqual([first]);
});

test('persistence by netmask keeps a whole network together', async () => {
  expect(await apply(`-A ${V} -s rr -p 300 -M 255.255.255.0`, ...twoReals(V))).toEqual([]);
  const homes = await Promise.all(CLIENT.map((source) => ask('10.0.0.1', 80, 3, { source })));
  const [one, two, other] = homes.map((answers) => tally(answers));
  expect(one).toEqual(two);
  expect(Object.values(one ?? {})).toEqual([3]);
  expect(other).not.toEqual(one);
});

test('persistent clients survive changes of their service', async () => {
  expect(await apply(`-A ${V} -s rr -p 300`, ...twoReals(V))).toEqual([]);
  const [home] = await ask('10.0.0.1', 80);
  expect(await apply(`-E ${V} -s wlc -p 600`, `-e ${V} -r 192.168.1.2:80 -m -w 9`)).toEqual([]);
  expect(await ask('10.0.0.1', 80, 4)).toEqual([home, home, home, home]);
});

test('sh sends one client always to the same real server', async () => {
  expect(await apply(`-A ${V} -s sh`, ...twoReals(V))).toEqual([]);
  for (const source of CLIENT) expect(Object.values(tally(await ask('10.0.0.1', 80, 5, { source })))).toEqual([5]);
});

test('udp is balanced by flow', async () => {
  const U = '-u 10.0.0.1:53';
  expect(await apply(`-A ${U} -s rr`, ...twoReals(U, 53))).toEqual([]);
  expect(tally(await ask('10.0.0.1', 53, 10, { protocol: 'udp' }))).toEqual({ 'r1:53': 5, 'r2:53': 5 });
});

test('a busy udp flow stays with its server while it drains, and leaves it when it is deleted', async () => {
  const U = '-u 10.0.0.1:53';
  const busy = { protocol: 'udp', sourcePort: 5000 };
  // A flow that is older than the service goes to the director itself, which does not listen there.
  director.run('nft', 'add table ip ipvs_ct');
  director.run('nft', 'add chain ip ipvs_ct pre { type filter hook prerouting priority 0; }');
  director.run('nft', 'add rule ip ipvs_ct pre ct state new counter');
  await ask('10.0.0.1', 53, 1, busy);
  expect(await apply(`-A ${U} -s rr`, `-a ${U} -r 192.168.1.2:53 -m`)).toEqual([]);
  director.run('nft', 'delete table ip ipvs_ct');
  expect(await ask('10.0.0.1', 53, 2, busy)).toEqual(['r1:53 10.0.0.10', 'r1:53 10.0.0.10']);
  expect(await apply(`-a ${U} -r 192.168.2.2:53 -m`, `-e ${U} -r 192.168.1.2:53 -m -w 0`)).toEqual([]);
  expect(await ask('10.0.0.1', 53, 1, busy)).toEqual(['r1:53 10.0.0.10']);
  expect(await apply(`-d ${U} -r 192.168.1.2:53`)).toEqual([]);
  expect(await ask('10.0.0.1', 53, 1, busy)).toEqual(['r2:53 10.0.0.10']);
});

test('a firewall mark gathers addresses and ports in one service', async () => {
  director.run('nft', 'add table ip ipvs_mark');
  director.run('nft', 'add chain ip ipvs_mark pre { type filter hook prerouting priority mangle; }');
  director.run('nft', 'add rule ip ipvs_mark pre ip daddr 10.0.0.2 tcp dport { 80, 8080 } meta mark set 7');
  try {
    expect(await apply('-A -f 7 -s rr', '-a -f 7 -r 192.168.1.2 -m', '-a -f 7 -r 192.168.2.2 -m')).toEqual([]);
    expect(tally(await ask('10.0.0.2', 80, 10))).toEqual({ 'r1:80': 5, 'r2:80': 5 });
    expect(tally(await ask('10.0.0.2', 8080, 10))).toEqual({ 'r1:8080': 5, 'r2:8080': 5 });
    expect(await apply('-D -f 7', '-A -f 7 -s rr', '-a -f 7 -r 192.168.1.2:8080 -m')).toEqual([]);
    expect(tally(await ask('10.0.0.2', 80, 2))).toEqual({ 'r1:8080': 2 });
    // A persistent mark service keeps a client with one real server on all its ports.
    expect(await apply('-E -f 7 -s rr -p 60', '-a -f 7 -r 192.168.2.2 -m', '-a -f 7 -r 192.168.1.2 -m')).toEqual([]);
    const names = [...(await ask('10.0.0.2', 80, 4)), ...(await ask('10.0.0.2', 8080, 4))];
    expect(new Set(names.map((answer) => answer.slice(0, 2))).size).toBe(1);
  } finally {
    director.run('nft', 'delete table ip ipvs_mark');
  }
});

test('a persistent service on port 0 takes every port', async () => {
  const all = '-t 10.0.0.2:0';
  expect(await apply(`-A ${all} -s rr -p 60`, ...twoReals(all, 0))).toEqual([]);
  const answers = [...(await ask('10.0.0.2', 80, 2)), ...(await ask('10.0.0.2', 8080, 2))];
  expect(new Set(answers.map((answer) => answer.slice(0, 2))).size).toBe(1);
  expect(new Set(answers.map((answer) => answer.split(' ')[0]?.slice(2)))).toEqual(new Set([':80', ':8080']));
});

test('IPv6: rr, persistence by prefix, the fallback on ::1', async () => {
  const six = '-t [2001:db8:a::1]:80';
  expect(
    await apply(`-A ${six} -s rr`, `-a ${six} -r [2001:db8:1::2]:80 -m`, `-a ${six} -r [2001:db8:2::2]:8080 -m`),
  ).toEqual([]);
  const answers = await ask('2001:db8:a::1', 80, 10);
  expect(tally(answers)).toEqual({ 'r1:80': 5, 'r2:8080': 5 });
  expect(answers[0]).toMatch(/ 2001:db8:a::1[01]$/);
  expect(await apply(`-E ${six} -s rr -p 60 -M 64`)).toEqual([]);
  const sources = ['2001:db8:a::10', '2001:db8:a::11'];
  const homes = await Promise.all(sources.map((source) => ask('2001:db8:a::1', 80, 3, { source })));
  expect(new Set(homes.flat().map((answer) => answer.split(' ')[0])).size).toBe(1);
  expect(
    await apply(`-a ${six} -r [::1]:80 -g`, `-d ${six} -r [2001:db8:1::2]:80`, `-d ${six} -r [2001:db8:2::2]:8080`),
  ).toEqual([]);
  expect(tally(await ask('2001:db8:a::1', 80, 2))).toEqual({ 'director:80': 2 });
  expect(await apply(`-e ${six} -r [::1]:80 -m`)).toEqual([]);
  expect(tally(await ask('2001:db8:a::1', 80, 2))).toEqual({ 'director:80': 2 });
});

test('gate and ipip to other hosts are refused with a reason, the rest of the batch is made', async () => {
  const failed = await apply(
    `-A ${V} -s rr`,
    `-a ${V} -r 192.168.1.2:80 -g`,
    `-a ${V} -r 192.168.2.2:80 -i`,
    `-a ${V} -r 192.168.2.2:80 -m`,
    `-a ${V} -r 192.168.2.2:80 -m`,
  );
  expect(failed).toEqual([
    `-a ${V} -r 192.168.1.2:80 -g -w 1: gate needs ip_vs: the nft engine only does masq, and real servers on this host`,
    `-a ${V} -r 192.168.2.2:80 -i -w 1: ipip needs ip_vs: the nft engine only does masq, and real servers on this host`,
    `-a ${V} -r 192.168.2.2:80 -m -w 1: Destination already exists`,
  ]);
  expect(tally(await ask('10.0.0.1', 80, 2))).toEqual({ 'r2:80': 2 });
});

test('read finds what is in force, and a damaged ruleset is noticed and mended', async () => {
  const lines = [
    '-A -t 10.0.0.1:80 -s wrr -p 60 -M 255.255.255.0',
    '-a -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 3',
    '-a -t 10.0.0.1:80 -r 192.168.2.2:8080 -m -w 0',
    '-A -t [2001:db8:a::1]:443 -s sh -b sh-fallback,sh-port',
    '-a -t [2001:db8:a::1]:443 -r [2001:db8:1::2]:443 -m -w 1',
  ];
  expect(await apply(...lines)).toEqual([]);
  expect(await director.call('read', { name: 'nft' })).toEqual(lines);
  director.run('nft', 'flush chain inet ha_suite tcp/10.0.0.1/80/192.168.1.2/80');
  expect(await director.call('read', { name: 'nft' })).toEqual(
    lines.filter((line) => !line.includes('192.168.1.2:80')),
  );
  expect(await apply('-a -t 10.0.0.1:80 -r 192.168.1.2:80 -m -w 3')).toEqual([]);
  expect(await director.call('read', { name: 'nft' })).toEqual(lines);
  director.run('nft', 'flush chain inet ha_suite services');
  expect(await director.call('read', { name: 'nft' })).toEqual(['']);
  expect(await apply(...lines)).toEqual([]);
  expect(await director.call('read', { name: 'nft' })).toEqual(lines);
  expect(tally(await ask('10.0.0.1', 80, 2))).toEqual({ 'r1:80': 2 });
});

test('what is not exactly as with IPVS is said once', async () => {
  expect(await apply('-A -t 10.0.0.2:80 -s lblc', '-a -t 10.0.0.2:80 -r 192.168.1.2 -m')).toEqual([]);
  expect(await apply('-e -t 10.0.0.2:80 -r 192.168.1.2 -m -w 2')).toEqual([]);
  const said = await director.call<string[]>('log');
  expect(said.filter((line) => line.includes('lblc'))).toEqual([
    'WARN: nft engine: scheduler lblc of tcp 10.0.0.2:80: turns by weight without counting connections, like wrr',
  ]);
});
