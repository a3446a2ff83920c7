/** A genuine node and one of ours joined by six links of six kinds, each of which carries the cluster alone when it must. */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { openSerialPair, type SerialPair } from '../support/serial-pair.js';

const ADDRESS = '10.0.0.100';
/** Asked by `ping`; `ping6` and the group have theirs beside it. */
const [PING, PING6, MEMBER, ABSENT] = ['10.0.0.9', 'fd00::9', '10.0.0.8', '10.0.0.7'];
const DEVICES = ['eth0', 'eth1', 'eth2', 'eth3', 'eth4'] as const;

// mcast6 has a port of its own: the genuine one reads everything that comes to its port, also IPv4 and on other devices.
const haCf = (self: number, tty: string, compression: string): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 2
initdead 10
deadping 1
baud 115200
bcast eth0
mcast eth1 239.0.0.43 694 1 0
mcast6 eth2 ff02::6943 695 1 0
ucast eth3 10.3.0.${3 - self}
ucast6 eth4 fd00:4::${3 - self}
serial ${tty}
ping ${PING}
ping6 ${PING6}
ping_group grp ${MEMBER} ${ABSENT}
compression ${compression}
compression_threshold 1
traditional_compression on
auto_failback on
node lb1 lb2
`;

/** Writes what it was given to a file: the proof that a message has arrived whole. */
const DUMP = '#!/bin/sh\n/usr/bin/env | /usr/bin/grep ^HA_x | /usr/bin/sort >/run/bigtest\n';

// The genuine FIFO takes lines of up to 511 bytes.
const BIG_FIELDS = Array.from(
  { length: 20 },
  (_, field) => `x${field + 10}=${Array.from({ length: 50 }, (_, item) => `i${field}${item * 7}`).join('')}`,
);

let lab: Lab;
let cable: SerialPair;
let genuine: HeartbeatNode;
let ours: HeartbeatNode;
let gateway: Host;
let watch: AddressWatch;

const install = async (name: string, number: number, kind: Implementation, compression: string) => {
  const networks = await Promise.all(DEVICES.map((device) => net(device)));
  const host = await lab.host(name, {
    interfaces: DEVICES.map((device, index) => ({
      device,
      network: networks[index] ?? networks[0],
      addresses: [`10.${index}.0.${number}/24`, index === 0 ? `fd00::${number}/64` : `fd00:${index}::${number}/64`],
    })) as never,
  });
  const node = await installHeartbeat(host, kind, {
    haCf: haCf(number, cable.ends[number - 1] ?? '', compression),
    authkeys: 'auth 1\n1 sha1 test-key-not-secret\n',
    haresources: `lb1 IPaddr2::${ADDRESS}/24/eth0\n`,
  });
  await host.write('/etc/ha.d/rc.d/bigtest', DUMP, '755');
  return node;
};

const known = new Map<string, ReturnType<Lab['network']>>();
const net = (name: string): ReturnType<Lab['network']> => {
  const network = known.get(name) ?? lab.network(name);
  known.set(name, network);
  return network;
};

beforeAll(async () => {
  cable = await openSerialPair();
  lab = await createLab('hbgenuine');
  genuine = await install('lb1', 1, 'genuine', 'bz2');
  ours = await install('lb2', 2, 'ours', 'zlib');
  gateway = await lab.host('gateway', {
    interfaces: [
      {
        device: 'eth0',
        network: await net('eth0'),
        addresses: [`${PING}/24`, `${MEMBER}/24`, `${ABSENT}/24`, `${PING6}/64`],
      },
    ],
  });
  await gateway.get(['ip', 'address', 'del', `${ABSENT}/24`, 'dev', 'eth0']);
  watch = await watchAddresses([genuine.host, ours.host]);
}, 180_000);
afterAll(async () => {
  await lab?.close();
  await cable?.unplug();
});

/** Like until, but the last lines of both logs come with a failure. */
const eventually = async (what: string, condition: () => boolean | Promise<boolean>, limit: number): Promise<void> => {
  try {
    await until(what, condition, limit, 100);
  } catch (error) {
    const logs = await Promise.all([genuine, ours].map(async (node) => (await node.log()).slice(-30).join('\n')));
    throw new Error(`${String(error)}\n${logs.join('\n---\n')}`);
  }
};

const count = async (node: HeartbeatNode, line: string): Promise<number> =>
  (await node.log()).filter((entry) => entry.includes(line)).length;
const untilLogged = async (node: HeartbeatNode, line: string, times = 1): Promise<void> => {
  await eventually(line, async () => (await count(node, line)) >= times, 15_000);
};

/** The links to the peer and their state, as either daemon tells it. */
const linksOf = async (node: HeartbeatNode, peer: string): Promise<string> => {
  const names = (await node.clStatus('listhblinks', peer)).stdout.trim().split(/\s+/);
  const states = await Promise.all(
    names.sort().map(async (link) => `${link} ${(await node.clStatus('hblinkstatus', peer, link)).stdout.trim()}`),
  );
  return states.join(', ');
};

const cut = async (link: string): Promise<void> => {
  if (link === 'serial') cable.hold();
  else await ours.host.link(link).lose(1);
};
const restore = async (link: string): Promise<void> => {
  if (link === 'serial') cable.release();
  else await ours.host.link(link).restore();
};
const ALL = [...DEVICES, 'serial'] as const;

test('six kinds of links come up on both sides, and both name them alike', async () => {
  const started = await Promise.all([genuine.start(), ours.start()]);
  expect(started.map(({ code }) => code)).toEqual([0, 0]);
  await eventually('lb1 holds the address', () => watch.owners(ADDRESS).join() === 'lb1', 25_000);
  for (const [node, peer, tty] of [
    [genuine, 'lb2', cable.ends[0]],
    [ours, 'lb1', cable.ends[1]],
  ] as const) {
    const wanted = [tty, ...DEVICES].sort().map((link) => `${link} up`);
    await eventually('all links are up', async () => (await linksOf(node, peer)) === wanted.join(', '), 10_000);
    for (const name of [PING, PING6, 'grp']) {
      await untilLogged(node, `info: Link ${name}:${name} up.`);
      await untilLogged(node, `info: Status update for node ${name}: status ping`);
      expect((await node.clStatus('nodestatus', name)).stdout.trim()).toBe('ping');
    }
  }
}, 180_000);

test('the lines about opening the links are those of the genuine daemon', async () => {
  const opening = async (node: HeartbeatNode): Promise<readonly string[]> =>
    (await node.log())
      .map((line) => line.replace(/^.*\]: /, ''))
      .filter((line) => /^info: glib: .*(started|Starting|bound (send|receive)|LOWDELAY)/.test(line))
      .map((line) => line.replace(/to 10\.\S+|\[fd00\S+\]:694|\/dev\/pts\/\d+/, 'PEER'))
      .sort();
  expect(await opening(ours)).toEqual(await opening(genuine));
});

describe.each(ALL)('with nothing but %s', (alone) => {
  test('the cluster stays together and a message still arrives', async () => {
    const others = ALL.filter((link) => link !== alone);
    const before = await count(genuine, 'Link lb2:');
    await Promise.all(others.map(cut));
    try {
      await eventually('five links are dead', async () => (await count(genuine, 'Link lb2:')) >= before + 5, 15_000);
      const [from, to] = ALL.indexOf(alone) % 2 === 0 ? [genuine, ours] : [ours, genuine];
      await to.host.run(['rm', '-f', '/run/bigtest']);
      await from.host.get(['sh', '-c', 'cat >/var/lib/heartbeat/fifo'], { input: '>>>\nt=bigtest\nxsmall=yes\n<<<\n' });
      await eventually('the message', async () => (await to.host.read('/run/bigtest')) === 'HA_xsmall=yes\n', 10_000);
    } finally {
      await Promise.all(others.map(restore));
    }
    await eventually('all are up', async () => (await count(genuine, 'Link lb2:')) >= before + 10, 15_000);
  }, 180_000);
});

test('nobody was called dead and nothing has moved', async () => {
  for (const node of [genuine, ours])
    expect((await node.log()).filter((line) => /node lb\d: is dead|returning after/.test(line))).toEqual([]);
  expect(watch.history(ADDRESS).map(({ host, owns }) => `${host} ${owns}`)).toEqual(['lb1 true']);
});

describe.each([
  ['genuine to ours, bz2', () => [genuine, ours] as const],
  ['ours to genuine, zlib', () => [ours, genuine] as const],
])('a large message %s', (_title, nodes) => {
  test('travels compressed and arrives whole', async () => {
    const [from, to] = nodes();
    await to.host.run(['rm', '-f', '/run/bigtest']);
    const sniffer = to.host.start(['tcpdump', '-l', '-A', '-i', 'eth0', '--immediate-mode', '-s', '0', 'udp port 694']);
    let wrapped = 0;
    await new Promise<void>((resolve) => {
      sniffer.onLine((line) => {
        if (line.includes('_compressed_payload=')) wrapped += 1;
        if (line.includes('listening on')) resolve();
      });
    });
    const input = `>>>\nt=bigtest\n${BIG_FIELDS.join('\n')}\n<<<\n`;
    await from.host.get(['sh', '-c', 'cat >/var/lib/heartbeat/fifo'], { input });
    const wanted = BIG_FIELDS.map((field) => `HA_${field}\n`).join('');
    await eventually('the whole message', async () => (await to.host.read('/run/bigtest')) === wanted, 10_000);
    await until('it was seen on the wire', () => wrapped > 0, 5000);
    await sniffer.stop('SIGINT');
  }, 90_000);
});

test('ping nodes die and come back on both sides in the same words; one member keeps a group up', async () => {
  const before = new Map([genuine, ours].map((node) => [node, 0]));
  for (const node of before.keys()) before.set(node, (await node.log()).length);
  const since = async (node: HeartbeatNode): Promise<readonly string[]> => (await node.log()).slice(before.get(node));
  const about = async (node: HeartbeatNode): Promise<readonly string[]> =>
    (await since(node))
      .map((line) => line.replace(/^.*\]: /, ''))
      .filter((line) => line.includes(PING) || line.includes(PING6) || /\bgrp\b/.test(line))
      .filter((line) => !line.includes('Late heartbeat'))
      .sort();
  // Each member in turn is the only one that answers.
  await gateway.get(['ip', 'address', 'add', `${ABSENT}/24`, 'dev', 'eth0']);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await gateway.get(['ip', 'address', 'del', `${MEMBER}/24`, 'dev', 'eth0']);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  for (const node of [genuine, ours]) expect(await about(node)).toEqual([]);
  const untilAbout = (line: string): Promise<void> =>
    eventually(
      line,
      async () => (await Promise.all([genuine, ours].map(since))).every((log) => log.some((one) => one.includes(line))),
      10_000,
    );
  await gateway.link('eth0').lose(1);
  for (const name of [PING, PING6, 'grp']) {
    await untilAbout(`WARN: node ${name}: is dead`);
    await untilAbout(`info: Link ${name}:${name} dead.`);
  }
  await gateway.link('eth0').restore();
  for (const name of [PING, PING6, 'grp']) {
    await untilAbout(`info: Link ${name}:${name} up.`);
    await untilAbout(`info: Status update for node ${name}: status ping`);
  }
  // Genuine says once more that a node is dead when it comes back late.
  expect([...new Set(await about(ours))]).toEqual([...new Set(await about(genuine))]);
}, 180_000);

test('the test hook loses packets on both sides and says the same', async () => {
  const hangUp = (node: HeartbeatNode): Promise<unknown> =>
    node.host.get(['sh', '-c', 'kill -HUP $(cat /run/heartbeat.pid /var/run/heartbeat.pid 2>/dev/null | head -1)']);
  const said = async (node: HeartbeatNode): Promise<readonly string[]> => [
    ...new Set(
      (await node.log())
        .map((line) => line.replace(/^.*\]: /, ''))
        .filter((line) => /Test Code|Above Options|loss probability/.test(line)),
    ),
  ];
  for (const node of [genuine, ours]) {
    await node.host.write('/etc/ha.d/OnlyForTesting', 'rcvloss=0.25\nxmitloss=0.25\nallownodes=lb1;lb2;\n');
    await hangUp(node);
  }
  for (const node of [genuine, ours]) await untilLogged(node, 'WARNING: Above Options Now Enabled.');
  // Each medium loses on its own: only where there is one does a message get lost.
  const others = ALL.filter((link) => link !== 'eth0');
  await Promise.all(others.map(cut));
  try {
    await untilLogged(genuine, 'lost packet(s) for [lb2]');
    await untilLogged(ours, 'lost packet(s) for [lb1]');
  } finally {
    await Promise.all(others.map(restore));
  }
  for (const node of [genuine, ours]) {
    await node.host.get(['rm', '/etc/ha.d/OnlyForTesting']);
    await hangUp(node);
  }
  for (const node of [genuine, ours]) await untilLogged(node, 'Test Code Now disabled.');
  expect(await said(ours)).toEqual(await said(genuine));
}, 180_000);

test('a failover over what is left, and a graceful stop', async () => {
  await genuine.host.run(['sh', '-c', 'kill -9 $(pidof heartbeat)']);
  await eventually('lb2 takes over', () => watch.owners(ADDRESS).includes('lb2'), 15_000);
  expect((await ours.stop()).code).toBe(0);
}, 180_000);
