/**
 * "Безотказный HTTP(S)" (OpenNet, 2006) from end to end: multicast on port 696, a ping node, two addresses that move,
 * masquerading to two web servers, http and https. Its files are used byte for byte.
 */

import { isDeepStrictEqual } from 'node:util';
import { networkSettings } from '../../lib/demo/topology.js';
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { gapLength } from '../../lib/lab/gaps.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { type HttpProber, ownClientNetworks, startHttpProber } from '../../lib/lab/http-prober.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { boot, powerOff } from '../../lib/lab/power.js';
import { until } from '../../lib/lab/until.js';
import { seedFile } from '../support/seeds/seed-file.js';
import { busiestShare, untilServedBy } from '../support/seeds/service.js';
import { prepareWebServer, type WebServer } from '../support/seeds/web-server.js';
import { story } from './stories.js';

const VIRTUAL = '10.0.2.50';
const GATEWAY = '192.168.120.50';
const PING_NODE = '10.0.1.11';
/** The machine that passes requests of the world on; the article only mentions it. */
const ROUTER = '10.0.0.1';
const ROUTES = [`default via ${ROUTER}`];
const DEVICES = ['eth0', 'eth1'];

interface World {
  readonly lab: Lab;
  readonly LB1: HeartbeatNode;
  readonly LB2: HeartbeatNode;
  readonly web1: WebServer;
  readonly web2: WebServer;
  readonly client: Host;
  readonly watch: AddressWatch;
  readonly prober: HttpProber;
}

const addressesOf = (last: number) => [
  { device: 'eth0', address: `10.0.1.${last}/8` },
  { device: 'eth1', address: `192.168.120.${last}/24` },
];

const build = async (lab: Lab): Promise<World> => {
  const networks = { eth0: await lab.network('outside'), eth1: await lab.network('inside') };
  const director = async (name: string, last: number): Promise<HeartbeatNode> => {
    const host = await lab.host(name, {
      settings: networkSettings(seedFile('000', 'sysctl.conf')),
      interfaces: addressesOf(last).map(({ device, address }) => ({
        device,
        network: device === 'eth0' ? networks.eth0 : networks.eth1,
        addresses: [address],
      })),
      routes: ROUTES,
    });
    const node = await installHeartbeat(host, 'ours', {
      haCf: seedFile('000', 'ha.cf'),
      authkeys: seedFile('000', 'authkeys'),
      haresources: seedFile('000', 'haresources'),
    });
    await host.write('/etc/ha.d/conf/ldirectord.cf', seedFile('000', 'ldirectord.cf'));
    // The page that says sorry. What the fallback gets still bears the virtual address, so it must listen everywhere.
    const sorry = await prepareWebServer(host, {
      name: 'sorry',
      pages: { 'aaaa.html': 'sorry\n' },
      listen: ['80', '443 ssl'],
    });
    await sorry.start();
    return node;
  };
  const web = async (name: string, last: number): Promise<WebServer> => {
    const host = await lab.host(name, {
      interfaces: [{ device: 'eth0', network: networks.eth1, addresses: [`192.168.120.${last}/24`] }],
      routes: [`default via ${GATEWAY}`],
    });
    const server = await prepareWebServer(host, { pages: { 'aaaa.html': 'aaaa\n' }, listen: ['80', '443 ssl'] });
    await server.start();
    return server;
  };
  const outside = (address: string) => ({ device: 'eth0', network: networks.eth0, addresses: [`${address}/8`] });
  const [LB1, LB2] = [await director('LB1', 230), await director('LB2', 231)];
  const [web1, web2] = [await web('web1', 86), await web('web2', 87)];
  await lab.host('pingnode', { interfaces: [outside(PING_NODE)] });
  const client = await lab.host('client', { interfaces: [outside(ROUTER)] });
  await ownClientNetworks(client);
  return {
    ...{ lab, LB1, LB2, web1, web2, client },
    watch: await watchAddresses([LB1.host, LB2.host]),
    prober: startHttpProber(client, { address: VIRTUAL, port: 80, path: '/aaaa.html' }),
  };
};

const untilHeldBy = ({ watch }: World, owner: string, limit: number): Promise<number> =>
  until(
    `${owner} alone holds both addresses`,
    () => [VIRTUAL, GATEWAY].every((address) => watch.owners(address).join() === owner),
    limit,
  );

/** The table as `ipvsadm -L -n` prints it, without the counters of connections. */
const table = async ({ host }: HeartbeatNode): Promise<readonly string[]> =>
  (await host.get(['ha-ipvsadm', '-L', '-n']))
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/(Masq|Local|Route)(\s+\d+)\s+\d+\s+\d+\s*$/, '$1$2'));

/** Each service is looked at by itself, so that one of them may be noticed a little later than the other. */
const untilTable = async (node: HeartbeatNode, wanted: readonly string[]): Promise<void> => {
  const isThere = async (): Promise<boolean> => isDeepStrictEqual(await table(node), wanted);
  await until('the table is as it should be', isThere, 15_000, 200).catch(() => 0);
  expect(await table(node)).toEqual(wanted);
};

/** The table with these real servers (address, method) behind both services. */
const rows = (...reals: readonly (readonly [string, string])[]): readonly string[] => [
  'IP Virtual Server version 1.2.1 (size=4096)',
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
  ...[80, 443].flatMap((port) => [
    `TCP  ${VIRTUAL}:${port} wlc persistent 120 mask 255.255.255.0`,
    ...reals.map(([address, method]) => `  -> ${`${address}:${port}`.padEnd(28)} ${method.padEnd(7)} 1`),
  ]),
];
const WEB1 = ['192.168.120.86', 'Masq'] as const;
const WEB2 = ['192.168.120.87', 'Masq'] as const;

/** Requests by https from one client address, and who answered each. */
const SECURELY = `
const { get } = require('node:https');
const [address, from, count] = process.argv.slice(1);
const ask = (left) => {
  if (left === 0) return;
  const options = { host: address, path: '/aaaa.html', localAddress: from, rejectUnauthorized: false, agent: false };
  get(options, (response) => {
    console.log(response.statusCode, response.headers['x-served-by']);
    response.resume().on('end', () => ask(left - 1));
  });
};
ask(Number(count));
`;
const securely = async ({ client }: World, from: string, count: number): Promise<readonly string[]> =>
  (await client.get([process.execPath, '-e', SECURELY, VIRTUAL, from, String(count)])).trimEnd().split('\n');

story('seed 000: a pair of directors with multicast, two addresses and masquerading', ({ begin, nodes, step, end }) => {
  let lab: Lab;
  let world: World;
  nodes(() => [world?.LB1, world?.LB2]);
  begin(async () => {
    lab = await createLab('seed-000');
    world = await build(lab);
  });
  end(() => lab?.close());

  step('heartbeat starts on both: LB1 holds both addresses and runs ldirectord', async () => {
    const { LB1, LB2 } = world;
    const started = await Promise.all([LB1.start(), LB2.start()]);
    expect(started.map(({ code }) => code)).toEqual([0, 0]);
    await untilHeldBy(world, 'LB1', 30_000);
    const says = async () =>
      (await LB1.host.run(['/etc/ha.d/resource.d/ldirectord', 'ldirectord.cf', 'status'])).stdout;
    const running = /^ldirectord for \/etc\/ha\.d\/conf\/ldirectord\.cf is running with pid: \d+\n/;
    await until('ldirectord runs', async () => running.test(await says()), 20_000, 300);
  });

  step('both know each other, and the ping node', async () => {
    for (const node of [world.LB1, world.LB2]) {
      for (const [name, state] of [
        ['lb1', 'active'],
        ['lb2', 'active'],
        [PING_NODE, 'ping'],
      ] as const) {
        const said = async () => (await node.clStatus('nodestatus', name)).stdout.trim();
        await until(`${name} is ${state}`, async () => (await said()) === state, 20_000, 200);
      }
    }
  });

  step('the heartbeats go to 225.0.0.1, port 696, signed with sha1', async () => {
    const heard = await world.LB2.host.get([
      ...['timeout', '20', 'tcpdump', '-A', '-n', '-l', '-c', '4', '-i', 'eth0'],
      'udp and src host 10.0.1.230 and dst host 225.0.0.1 and dst port 696',
    ]);
    expect(heard).toMatch(/auth=1 [0-9a-f]{40}(,|$)/m);
    expect(heard).toMatch(/IP 10\.0\.1\.230\.\d+ > 225\.0\.0\.1\.696: UDP/);
  });

  step('both web servers serve http, equally, and https; a client network stays with one', async () => {
    const { LB1, LB2, prober } = world;
    await untilServedBy(prober, ['web1', 'web2'], 20_000);
    expect(busiestShare(prober, Date.now() - 1000)).toBeLessThan(0.7);
    await untilTable(LB1, rows(WEB1, WEB2));
    expect(await table(LB2)).toEqual(rows().slice(0, 3));
    const neighbours = [...(await securely(world, '100.64.9.1', 4)), ...(await securely(world, '100.64.9.200', 4))];
    expect(neighbours).toHaveLength(8);
    expect([...new Set(neighbours)]).toEqual([expect.stringMatching(/^200 web[12]$/)]);
  });

  step('web1 dies and goes out, web2 too: the fallback serves; both come back', async () => {
    const { LB1, prober, web1, web2 } = world;
    await web1.stop();
    await untilServedBy(prober, ['web2'], 15_000);
    await untilTable(LB1, rows(WEB2));
    await web2.stop();
    await untilServedBy(prober, ['sorry'], 15_000);
    // The kernel's own IPVS would list it as Local.
    await untilTable(LB1, rows(['127.0.0.1', 'Route']));
    await Promise.all([web1.start(), web2.start()]);
    await untilServedBy(prober, ['web1', 'web2'], 15_000);
    await untilTable(LB1, rows(WEB1, WEB2));
  });

  step('LB1 has a power failure: LB2 takes over after deadtime, and the clients are served', async () => {
    const { LB1, LB2, prober } = world;
    const failed = Date.now();
    await powerOff(LB1.host, DEVICES);
    await untilHeldBy(world, 'LB2', 25_000);
    await untilServedBy(prober, ['web1', 'web2'], 20_000);
    // The last heartbeat may be a keepalive (2 s) old; nobody is dead before deadtime (10 s).
    expect(gapLength(prober.longestGap(failed - 1000))).toBeGreaterThan(7500);
    const log = (await LB2.log()).join('\n');
    expect(log).toMatch(/WARN: node lb1: is dead/);
    expect(log).toMatch(/info: Resources being acquired from lb1\./);
  });

  step('LB1 boots and gets everything back: auto_failback on', async () => {
    const { LB1, prober } = world;
    await boot(LB1.host, addressesOf(230), ROUTES);
    expect((await LB1.start()).code).toBe(0);
    await untilHeldBy(world, 'LB1', 40_000);
    await untilServedBy(prober, ['web1', 'web2'], 20_000);
    await untilHeldBy(world, 'LB1', 1000);
  });

  step('both stop: no address, no rule, no daemon is left', async () => {
    const { LB1, LB2, watch } = world;
    const stopped = [await LB2.stop(), await LB1.stop()];
    expect(stopped.map(({ code }) => code)).toEqual([0, 0]);
    expect([VIRTUAL, GATEWAY].flatMap((address) => watch.owners(address))).toEqual([]);
    await untilTable(LB1, rows().slice(0, 3));
    const status = await LB1.host.run(['/etc/ha.d/resource.d/ldirectord', 'ldirectord.cf', 'status']);
    expect(status.stdout.trim()).toBe('ldirectord is stopped for /etc/ha.d/conf/ldirectord.cf');
  });
});
