/** Two nodes with an address each, one of which has a service that tells what it was called for: for the tests of reloads. */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import type { Story } from './stories.js';

export const [FIRST, SECOND] = ['10.0.0.100', '10.0.0.101'] as const;
export const haCf = (more = '', failback = 'on'): string => `logfile /var/log/ha-log
keepalive 200ms
deadtime 2
initdead 4
bcast eth0
auto_failback ${failback}
node lb1 lb2
${more}`;

/** Says what it was told to do, and takes its time when a file says so. */
const SERVICE = `#!/bin/sh
echo "$1" >>/run/service
[ "$1" = status ] || sleep "$(cat /run/slow 2>/dev/null || echo 0)"
`;

export interface World {
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
  readonly watch: AddressWatch;
}

export const build = async (one: Implementation, two: Implementation): Promise<World> => {
  const lab = await createLab('hbreload');
  try {
    const lan = await lab.network('lan');
    const make = (name: string, address: string) =>
      lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const hosts = [await make('lb1', '10.0.0.1/24'), await make('lb2', '10.0.0.2/24')] as const;
    const haresources = `lb1 IPaddr2::${FIRST}/24/eth0 service\nlb2 IPaddr2::${SECOND}/24/eth0\n`;
    const files = { haCf: haCf(), authkeys: 'auth 1\n1 sha1 key\n', haresources };
    const [lb1, lb2] = [await installHeartbeat(hosts[0], one, files), await installHeartbeat(hosts[1], two, files)];
    for (const host of hosts) await host.write('/etc/ha.d/resource.d/service', SERVICE, '755');
    return { lab, lb1, lb2, watch: await watchAddresses(hosts) };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

export const pidOf = async ({ host }: HeartbeatNode): Promise<string> => (await host.read('/run/heartbeat.pid')).trim();
export const generationOf = async ({ host }: HeartbeatNode): Promise<number> =>
  Number(await host.read('/var/lib/heartbeat/hb_generation'));
export const hangUp = async (node: HeartbeatNode): Promise<void> => {
  await node.host.get(['kill', '-HUP', await pidOf(node)]);
};
export const logged = async (node: HeartbeatNode, text: string): Promise<number> =>
  (await node.log()).filter((line) => line.includes(text)).length;

export const untilOwners = async ({ watch }: World, wanted: string): Promise<void> => {
  const owners = (): string => [FIRST, SECOND].map((address) => watch.owners(address).join('+')).join(' ');
  try {
    await until('', () => owners() === wanted, 40_000);
  } catch {
    throw new Error(`owners are "${owners()}" and not "${wanted}"`);
  }
};

/** Waits until both daemons say that nothing moves, and who holds what. */
export const untilStable = async ({ lb1, lb2 }: World, wanted: string): Promise<void> => {
  const status = async (): Promise<string> => {
    const said = await Promise.all([lb1, lb2].map((node) => node.clStatus('rscstatus')));
    return said.map(({ stdout }) => stdout.trim()).join(' ');
  };
  await until(`rscstatus is ${wanted}`, async () => (await status()) === wanted, 30_000, 100);
};

/** What resource scripts were called for, and every change of the two addresses. */
export const touched = async ({ lb1, watch }: World): Promise<readonly unknown[]> => [
  (await lb1.host.read('/run/service')).replaceAll(/status\n/g, ''),
  ...[FIRST, SECOND].map((address) => watch.history(address).length),
];

export const untilGeneration = (node: HeartbeatNode, wanted: number): Promise<number> =>
  until(`generation ${wanted}`, async () => (await generationOf(node)) >= wanted, 15_000, 50);

/** A node of ours is signalled in the middle of everything. */
export const signalledBeside = (peer: Implementation, { begin, nodes, step, end }: Story): void => {
  let world: World;
  nodes(() => [world?.lb1, world?.lb2]);
  begin(async () => {
    world = await build('ours', peer);
    await Promise.all([world.lb1.start(), world.lb2.start()]);
    await untilOwners(world, 'lb1 lb2');
    await untilStable(world, 'local local');
  });
  end(() => world?.lab.close());

  step('a changed ha.cf is in force, and no script is run', async () => {
    const { lb1, lb2 } = world;
    const [pid, generation, before] = [await pidOf(lb1), await generationOf(lb1), await touched(world)];
    await lb1.host.write('/etc/ha.d/ha.cf', haCf('debug 0\ndeadping 7\n'));
    await hangUp(lb1);
    await untilGeneration(lb1, generation + 1);
    await until('the peer has noticed', async () => (await logged(lb2, 'Heartbeat restart on node lb1')) === 1, 10_000);
    await untilStable(world, 'local local');
    expect((await lb1.clStatus('hbparameter', '-p', 'deadping')).stdout).toBe('7\n');
    expect(await pidOf(lb1)).toBe(pid);
    expect(await touched(world)).toEqual(before);
    expect(await logged(lb2, 'is dead')).toBe(0);
  });

  step('ten signals while the file is written again and again', async () => {
    const { lb1, lb2 } = world;
    const [pid, generation, before] = [await pidOf(lb1), await generationOf(lb1), await touched(world)];
    for (let round = 0; round < 10; round += 1) {
      await lb1.host.write('/etc/ha.d/ha.cf', haCf(`# ${round}\n`));
      await hangUp(lb1);
    }
    await untilGeneration(lb1, generation + 1);
    const unchanged = await logged(lb1, 'Configuration unchanged.');
    await hangUp(lb1);
    await until('the last is done', async () => (await logged(lb1, 'Configuration unchanged.')) > unchanged, 10_000);
    await untilStable(world, 'local local');
    expect(await pidOf(lb1)).toBe(pid);
    expect(await touched(world)).toEqual(before);
    expect(await logged(lb2, 'is dead')).toBe(0);
  });

  step('in the middle of a takeover: afterwards, with everything it holds; the peer gets its own back', async () => {
    const { lb1, lb2 } = world;
    // Its daemon is killed: the addresses stay there until it starts again.
    await lb2.host.get([
      'sh',
      '-c',
      'kill -9 -$(tr -d " " </run/heartbeat.pid); ip address flush dev eth0 to 10.0.0.101/32',
    ]);
    await lb1.host.write('/run/slow', '2');
    await lb1.host.write(
      '/etc/ha.d/haresources',
      `lb1 IPaddr2::${FIRST}/24/eth0\nlb2 IPaddr2::${SECOND}/24/eth0 service\n`,
    );
    const generation = await generationOf(lb1);
    await untilOwners(world, 'lb1 lb1');
    await lb1.host.write('/etc/ha.d/ha.cf', haCf('# takeover\n'));
    const delays = await logged(lb1, 'Shutdown delayed until current');
    await hangUp(lb1);
    await until('it waits', async () => (await logged(lb1, 'Shutdown delayed until current')) > delays, 5_000);
    await untilGeneration(lb1, generation + 1);
    await until('it is up', async () => (await lb1.clStatus('rscstatus')).stdout.trim() === 'all', 20_000, 100);
    await lb1.host.write('/run/slow', '0');
    expect((await lb2.start()).code).toBe(0);
    await untilOwners(world, 'lb1 lb2');
    await untilStable(world, 'local local');
  });

  step('in the middle of a standby, and during the stop', async () => {
    const { lb1, lb2 } = world;
    await lb1.host.write('/run/slow', '1');
    await lb1.host.write(
      '/etc/ha.d/haresources',
      `lb1 IPaddr2::${FIRST}/24/eth0 service\nlb2 IPaddr2::${SECOND}/24/eth0\n`,
    );
    const generation = await generationOf(lb1);
    await lb1.standby('local');
    await until('it releases', async () => (await logged(lb1, 'give up local HA resources')) === 1, 10_000);
    await lb1.host.write('/etc/ha.d/ha.cf', haCf('# standby\n'));
    await hangUp(lb1);
    await untilOwners(world, 'lb2 lb2');
    await untilGeneration(lb1, generation + 1);
    await untilStable(world, 'none all');
    await lb1.takeover('local');
    await untilOwners(world, 'lb1 lb2');
    await untilStable(world, 'local local');
    const stopped = lb1.stop();
    await until('it stops', async () => (await logged(lb1, 'Giving up all HA resources.')) === 1, 10_000);
    await lb1.host.write('/etc/ha.d/ha.cf', haCf('# stop\n'));
    await hangUp(lb1);
    expect((await stopped).code).toBe(0);
    expect(await logged(lb1, 'Reload ignored: shutdown in progress.')).toBe(1);
    await untilOwners(world, 'lb2 lb2');
    expect(await logged(lb2, 'ERROR: Both machines own')).toBe(0);
  });
};
