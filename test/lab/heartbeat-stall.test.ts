/** A daemon that was stopped for a while, and daemons without the native library. */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';

const ADDRESS_1 = '10.0.0.100';
const ADDRESS_2 = '10.0.0.101';
const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 1
initdead 10
bcast eth0
auto_failback on
node lb1 lb2
`;

interface World {
  readonly lab: Lab;
  readonly nodes: readonly [HeartbeatNode, HeartbeatNode];
  readonly watch: AddressWatch;
}

const build = async (): Promise<World> => {
  const lab = await createLab('hbstall');
  try {
    const lan = await lab.network('lan');
    const make = (name: string, address: string) =>
      lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const [one, two] = [await make('lb1', '10.0.0.1/24'), await make('lb2', '10.0.0.2/24')];
    const files = {
      haCf: HA_CF,
      authkeys: 'auth 1\n1 md5 x\n',
      haresources: `lb1 IPaddr::${ADDRESS_1}/24/eth0\nlb2 IPaddr2::${ADDRESS_2}/24/eth0\n`,
    };
    const nodes = [await installHeartbeat(one, 'ours', files), await installHeartbeat(two, 'ours', files)] as const;
    return { lab, nodes, watch: await watchAddresses([one, two]) };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

const untilOwners = async ({ watch, nodes }: World, wanted: string): Promise<void> => {
  const owners = (): string => [ADDRESS_1, ADDRESS_2].map((address) => watch.owners(address).join('+')).join(' ');
  try {
    await until('', () => owners() === wanted, 20_000);
  } catch {
    const logs = await Promise.all(nodes.map(async (node) => (await node.log()).slice(-30).join('\n')));
    throw new Error(`owners are "${owners()}" and not "${wanted}"\n${logs.join('\n---\n')}`);
  }
};

describe('a daemon that sleeps', () => {
  let world: World;
  beforeAll(async () => {
    world = await build();
  }, 30_000);
  afterAll(async () => {
    await world?.lab.close();
  });

  test('does not call its peer dead when it wakes, and gets its own back (heartbeat reference 5.7, 11.2)', async () => {
    const [one, two] = world.nodes;
    await Promise.all([one.start(), two.start()]);
    await untilOwners(world, 'lb1 lb2');
    const pid = (await two.host.read('/run/heartbeat.pid')).trim();
    await two.host.get(['kill', '-STOP', pid]);
    await until('lb1 takes over', () => world.watch.owners(ADDRESS_2).includes('lb1'), 10_000);
    await two.host.get(['kill', '-CONT', pid]);
    await untilOwners(world, 'lb1 lb2');
    const log = (await two.log()).join('\n');
    expect(log).toMatch(/WARN: This node was late by \d+ ms/);
    expect(log).not.toContain('node lb1: is dead');
  }, 60_000);
});

describe('without koffi', () => {
  let world: World;
  beforeAll(async () => {
    world = await build();
  }, 30_000);
  afterAll(async () => {
    await world?.lab.close();
  });

  test('everything works by other means, and the log says what is missing', async () => {
    const [one, two] = world.nodes;
    const env = { HA_SUITE_NO_NATIVE: '1' };
    const started = await Promise.all([one, two].map(({ host }) => host.run(['ha-heartbeat'], { env })));
    expect(started.map(({ code }) => code)).toEqual([0, 0]);
    await untilOwners(world, 'lb1 lb2');
    const log = (await one.log()).join('\n');
    expect(log).toContain('bcast eth0: socket is not bound to the device: the optional package koffi is not installed');
    await until(
      'cl_status is served',
      async () => (await one.host.run(['/usr/bin/cl_status', 'rscstatus'])).stdout.trim() === 'local',
      10_000,
      200,
    );
    expect((await one.stop()).code).toBe(0);
    await untilOwners(world, 'lb2 lb2');
  }, 60_000);
});
