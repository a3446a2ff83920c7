/**
 * What `ha import` makes of real-life files, alive: two heartbeats and ldirectord with nothing else than what it has written.
 *
 * The machines have the interfaces and addresses of the files. Masqueraded services go through nftables, with a client that
 * is served; direct routing needs ip_vs, so there a stand-in for ipvsadm holds the table, and no client asks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host, Interface } from '../../lib/lab/host.js';
import type { Running } from '../../lib/lab/inside.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { powerOff } from '../../lib/lab/power.js';
import { until } from '../../lib/lab/until.js';
import { bracketed } from '../../lib/ldirectord/names.js';
import { fixture, projectRoot } from '../support/paths.js';
import { answering, build as buildSeed002, killHaproxy, VIP, type World } from './seed-002-world.js';
import { story } from './stories.js';

type Name = 'lb1' | 'lb2';
const NAMES = ['lb1', 'lb2'] as const;

interface Case {
  /** Of compat-fixtures/import, as each node has it. */
  readonly file: string;
  /** Further words of `ha import` on a node. */
  readonly words?: Readonly<Record<Name, readonly string[]>>;
  /** The interfaces of the directors with their own addresses, and those of the machine with the real servers. */
  readonly devices: Readonly<Record<string, Readonly<Record<Name | 'servers', readonly string[]>>>>;
  /** What heartbeat moves. */
  readonly moved: readonly string[];
  /** Where the real servers listen. */
  readonly servers: readonly (readonly [address: string, port: number])[];
  /** The table as `ipvsadm -S -n` has it, when all servers are well, and when the first is dead. */
  readonly table: readonly string[];
  /** What a client asks for, with masquerading: the address that serves, which is also the way back of the real servers. */
  readonly asked?: { readonly address: string; readonly port: number };
}

const MASQ: readonly Case[] = [
  {
    file: 'haproxy-simple-web.cfg',
    words: { lb1: ['--peer-ip', '172.16.5.3'], lb2: ['--peer-ip', '172.16.5.2'] },
    devices: {
      eth0: { lb1: ['172.16.5.2/24'], lb2: ['172.16.5.3/24'], servers: ['172.16.5.21/24', '172.16.5.22/24'] },
    },
    moved: ['172.16.5.10'],
    servers: [
      ['172.16.5.21', 8080],
      ['172.16.5.22', 8080],
    ],
    table: [
      '-A -t 172.16.5.10:25 -s rr -p 600',
      '-A -t 172.16.5.10:80 -s sh',
      '-a -t 172.16.5.10:80 -r 172.16.5.21:8080 -m -w 2',
      '-a -t 172.16.5.10:80 -r 172.16.5.22:8080 -m -w 1',
    ],
    asked: { address: '172.16.5.10', port: 80 },
  },
];

const gate = (service: string, scheduler: string, reals: readonly (readonly [string, number])[]): readonly string[] => [
  `-A -t ${service} -s ${scheduler}`,
  ...reals.map(([real, weight]) => `-a -t ${service} -r ${real} -g -w ${weight}`),
];

const WEB4 = [
  ['198.19.253.101:80', 1],
  ['198.19.253.102:80', 1],
] as const;
const WEB6 = [
  ['[2a00:e10:1000:7:124::101]:80', 1],
  ['[2a00:e10:1000:7:124::102]:80', 1],
] as const;

const DIRECT: readonly Case[] = [
  {
    file: 'seed-003-directors.conf',
    devices: {
      eth0: {
        lb1: ['198.19.253.11/24', '198.19.254.11/24', '2a00:e10:1000:7:124::11/64'],
        lb2: ['198.19.253.12/24', '198.19.254.12/24', '2a00:e10:1000:7:124::12/64'],
        servers: [
          '198.19.253.101/24',
          '198.19.253.102/24',
          '2a00:e10:1000:7:124::101/64',
          '2a00:e10:1000:7:124::102/64',
        ],
      },
    },
    moved: ['198.19.253.1', '198.19.254.1', '2a00:e10:1000:7:124::a1', '2a00:e10:1000:7:124::b1'],
    servers: [
      ['198.19.253.101', 80],
      ['198.19.253.102', 80],
      ['2a00:e10:1000:7:124::101', 80],
      ['2a00:e10:1000:7:124::102', 80],
    ],
    table: [
      ...gate('198.19.253.1:80', 'wlc', WEB4),
      ...gate('198.19.254.1:80', 'wlc', WEB4),
      ...gate('[2a00:e10:1000:7:124::a1]:80', 'wlc', WEB6),
      ...gate('[2a00:e10:1000:7:124::b1]:80', 'wlc', WEB6),
    ],
  },
  {
    file: 'ipv6-dual-stack.conf',
    devices: {
      ens3: { lb1: ['192.0.2.2/27'], lb2: ['192.0.2.3/27'], servers: [] },
      ens4: {
        lb1: ['2001:db8:7::a/64'],
        lb2: ['2001:db8:7::b/64'],
        servers: ['2001:db8:7::11/64', '2001:db8:7::12/64'],
      },
    },
    moved: ['192.0.2.1', 'fe80::7', '2001:db8:7::1', '2001:db8:7::80'],
    servers: [
      ['2001:db8:7::11', 80],
      ['2001:db8:7::12', 80],
    ],
    table: gate('[2001:db8:7::80]:80', 'rr', [
      ['[2001:db8:7::11]:80', 1],
      ['[2001:db8:7::12]:80', 2],
    ]),
  },
];

/** Good for every check of these files: by its status, by its words, or because it listens. */
const SERVER = `
const [address, port] = process.argv.slice(1);
require('node:http').createServer((request, response) => {
  response.setHeader('Connection', 'close');
  response.end('running: ' + address + '\\n');
}).listen(Number(port), address, () => console.log('listening'));
`;
const ASK = `
const [host, port] = process.argv.slice(1);
require('node:http').get({ host, port, agent: false, timeout: 3000 }, (answer) => answer.pipe(process.stdout))
  .on('error', (error) => { console.error(error.message); process.exit(1); });
`;

/** The client is no neighbour of the real servers: their answers have to come back through the director. */
const CLIENT_NETWORK = '10.99.0.0/24';
const CLIENT = '10.99.0.9/24';

interface Pair {
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
  readonly watch: AddressWatch;
  readonly client: Host | undefined;
  readonly servers: readonly Running[];
}

/** Imports on the node, as its administrator would, right into the folder of heartbeat. */
const importOn = async ({ host }: HeartbeatNode, file: string, words: readonly string[] = []): Promise<void> => {
  const path = `/root/${file}`;
  await host.write(path, readFileSync(fixture('import', file), 'utf8'));
  // 1: done, and something is reported.
  const { code, stdout, stderr } = await host.run([
    ...['/usr/local/sbin/ha', 'import', path, '--node', 'lb1', '--peer', 'lb2'],
    ...[...words, '--output', '/etc/ha.d', '--force'],
  ]);
  if (code !== 0 && code !== 1) throw new Error(`ha import: exit ${code}: ${stdout}${stderr}`);
};

const untilListening = async (program: Running): Promise<Running> => {
  let isThere = false;
  program.onLine((line) => {
    isThere ||= line === 'listening';
  });
  await until('the server listens', () => isThere, 15_000);
  return program;
};

/** Direct routing: the table is that of a stand-in, because this kernel has no ip_vs. */
const standIn = async ({ host }: HeartbeatNode): Promise<void> => {
  await host.get(['mkdir', '-p', '/run/fake-ipvsadm']);
  await host.get(['mount', '--bind', join(projectRoot, 'test/support/fake-ipvsadm.pl'), '/usr/sbin/ipvsadm']);
  const settings = await host.read('/etc/ha.d/ha-suite.ini');
  await host.write('/etc/ha.d/ha-suite.ini', `${settings}\n[ipvs]\nengine = kernel\n`);
};

const build = async ({ file, words, devices, servers, asked }: Case): Promise<Pair> => {
  const lab = await createLab('import');
  try {
    const plugs: Record<Name | 'servers', Interface[]> = { lb1: [], lb2: [], servers: [] };
    let outer: Interface | undefined;
    for (const [device, addresses] of Object.entries(devices)) {
      const network = await lab.network(device);
      for (const name of ['lb1', 'lb2', 'servers'] as const)
        plugs[name].push({ device, network, addresses: addresses[name] });
      outer ??= { device, network, addresses: [CLIENT] };
    }
    const [device = ''] = Object.keys(devices);
    const director = async (name: Name): Promise<HeartbeatNode> => {
      const host = await lab.host(name, {
        interfaces: plugs[name],
        settings: { 'net.ipv4.ip_forward': '1' },
        routes: asked === undefined ? [] : [`${CLIENT_NETWORK} dev ${device}`],
      });
      const node = await installHeartbeat(host, 'ours', { haCf: '', authkeys: '', haresources: '' });
      await importOn(node, file, words?.[name]);
      if (asked === undefined) await standIn(node);
      return node;
    };
    const [lb1, lb2] = [await director('lb1'), await director('lb2')];
    const routes = asked === undefined ? [] : [`default via ${asked.address}`];
    const web = await lab.host('servers', { interfaces: plugs.servers, routes });
    const client =
      asked === undefined || outer === undefined
        ? undefined
        : await lab.host('client', { interfaces: [outer], routes: [`${asked.address}/32 dev ${outer.device}`] });
    const running = servers.map(([address, port]) =>
      untilListening(web.start([process.execPath, '-e', SERVER, address, String(port)])),
    );
    return {
      lab,
      lb1,
      lb2,
      client,
      servers: await Promise.all(running),
      watch: await watchAddresses([lb1.host, lb2.host]),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

const untilOwner = (watch: AddressWatch, moved: readonly string[], owner: string): Promise<number> =>
  until(
    `${owner} has ${moved.join(', ')}`,
    () => moved.every((address) => watch.owners(address).join('+') === owner),
    40_000,
  ).catch((error: unknown) => {
    const now = moved.map((address) => `${address}: ${watch.owners(address).join('+') || 'nobody'}`).join(', ');
    throw new Error(now, { cause: error });
  });

const expectNoDouble = (watch: AddressWatch, moved: readonly string[]): void => {
  expect(moved.map((address) => [address, watch.longestDouble(address, 0)])).toEqual(
    moved.map((address) => [address, 0]),
  );
};

/** Exit status and words of `ha check` on the node. */
const checked = async ({ host }: HeartbeatNode): Promise<string> => {
  const { code, stdout, stderr } = await host.run(['/usr/local/sbin/ha', 'check']);
  return `${code}: ${stdout}${stderr}`;
};

const describeCase = (one: Case): void => {
  story(`ha import ${one.file}`, ({ begin, nodes, step, end }) => {
    const { table, moved, asked, servers } = one;
    let pair: Pair;
    nodes(() => [pair?.lb1, pair?.lb2]);
    begin(async () => {
      pair = await build(one);
    });
    end(() => pair?.lab.close());

    const rules = async (node: HeartbeatNode): Promise<readonly string[]> => {
      const program = asked === undefined ? '/usr/sbin/ipvsadm' : '/usr/local/sbin/ha-ipvsadm';
      return (await node.host.get([program, '-S', '-n']))
        .split('\n')
        .filter((line) => line !== '')
        .toSorted();
    };
    const untilTable = async (node: HeartbeatNode, wanted: readonly string[]): Promise<void> => {
      const text = wanted.toSorted().join('\n');
      await until('the table', async () => (await rules(node)).join('\n') === text, 40_000, 250).catch(() => undefined);
      expect(await rules(node)).toEqual(wanted.toSorted());
    };
    const answer = async (): Promise<string> => {
      const { client } = pair;
      if (client === undefined || asked === undefined) return '';
      const { stdout, stderr } = await client.run([process.execPath, '-e', ASK, asked.address, String(asked.port)]);
      return stdout.trim() || stderr.trim();
    };
    const [[dead = ''] = []] = servers;
    const left = table.filter((rule) => !rule.includes(`-r ${bracketed(dead)}:`));
    const served = (addresses: readonly string[]): readonly string[] =>
      asked === undefined ? [''] : addresses.map((address) => `running: ${address}`);

    step('what it has written passes ha check on both nodes', async () => {
      for (const name of NAMES) expect(await checked(pair[name])).toMatch(/^0: /);
    });

    step('both nodes up: the addresses on one of them, and there the real servers in the table', async () => {
      const started = await Promise.all([pair.lb1.start(), pair.lb2.start()]);
      expect(started.map(({ code }) => code)).toEqual([0, 0]);
      await untilOwner(pair.watch, moved, 'lb1');
      for (const name of NAMES)
        await until(
          'both are active',
          async () => (await pair[name].clStatus('nodestatus', 'lb2')).stdout.trim() === 'active',
          20_000,
          100,
        );
      await untilTable(pair.lb1, table);
      expect(served(servers.map(([address]) => address))).toContain(await answer());
    });

    step('a real server dies: it leaves the table', async () => {
      expect(left.length).toBeLessThan(table.length);
      await pair.servers[0]?.stop('SIGKILL');
      await untilTable(pair.lb1, left);
      expect(served(servers.slice(1).map(([address]) => address))).toContain(await answer());
    });

    step('lb1 loses power: lb2 has the addresses, and the servers that live', async () => {
      await powerOff(pair.lb1.host, Object.keys(one.devices));
      await untilOwner(pair.watch, moved, 'lb2');
      await untilTable(pair.lb2, left);
      expect(served(servers.slice(1).map(([address]) => address))).toContain(await answer());
      expectNoDouble(pair.watch, moved);
    });
  });
};

for (const one of [...DIRECT, ...MASQ]) describeCase(one);

story(
  'ha import seed-002-lb1.conf and seed-002-lb2.conf, with the haproxy of the article',
  ({ begin, nodes, step, end }) => {
    let world: World;
    nodes(() => [world?.lb1, world?.lb2]);
    begin(async () => {
      world = await buildSeed002();
      for (const name of NAMES) {
        const { host } = world[name];
        await host.get([
          'sh',
          '-c',
          'rm /etc/ha.d/ha.cf /etc/ha.d/haresources /etc/ha.d/authkeys /etc/ha.d/ha-suite.ini',
        ]);
        await importOn(world[name], `seed-002-${name}.conf`);
      }
    });
    end(() => world?.lab.close());

    step('what it has written passes ha check on both nodes', async () => {
      for (const name of NAMES) expect(await checked(world[name])).toMatch(/^0: /);
    });

    step('both nodes up: the address on the first, and clients get its web servers', async () => {
      await Promise.all([world.lb1.start(), world.lb2.start()]);
      await untilOwner(world.watch, [VIP], 'lb1');
      expect(['1', '2']).toContain(await answering(world));
    });

    step('haproxy dies there: the address moves, as keepalived would have moved it', async () => {
      await killHaproxy(world.lb1);
      await untilOwner(world.watch, [VIP], 'lb2');
      expect(await answering(world)).toBe('3');
    });

    step('the second loses power: the address goes where there is still a machine', async () => {
      await powerOff(world.lb2.host, ['ens192']);
      await untilOwner(world.watch, [VIP], 'lb1');
      expectNoDouble(world.watch, [VIP]);
    });
  },
);
