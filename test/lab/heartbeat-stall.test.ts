/** A daemon that was stopped for a while, and daemons without the native library. */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { isLengthOf, stall, toldLateness } from './stall.js';
import { watchStandstill } from './standstill.js';
import { story } from './stories.js';

const ADDRESS_1 = '10.0.0.100';
const ADDRESS_2 = '10.0.0.101';
const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 1
initdead 4
bcast eth0
auto_failback on
node lb1 lb2
`;

interface World {
  readonly lab: Lab;
  readonly nodes: readonly [HeartbeatNode, HeartbeatNode];
  readonly watch: AddressWatch;
}

const build = async (failback = 'on', second: Implementation = 'ours', more = ''): Promise<World> => {
  const lab = await createLab('hbstall');
  try {
    const lan = await lab.network('lan');
    const make = (name: string, address: string) =>
      lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const [one, two] = [await make('lb1', '10.0.0.1/24'), await make('lb2', '10.0.0.2/24')];
    const files = {
      haCf: HA_CF.replace('auto_failback on', `auto_failback ${failback}`) + more,
      authkeys: 'auth 1\n1 md5 x\n',
      haresources: `lb1 IPaddr::${ADDRESS_1}/24/eth0\nlb2 IPaddr2::${ADDRESS_2}/24/eth0\n`,
    };
    const nodes = [await installHeartbeat(one, 'ours', files), await installHeartbeat(two, second, files)] as const;
    return { lab, nodes, watch: await watchAddresses([one, two]) };
  } catch (error) {
    await lab.close();
    throw error;
  }
};

const untilOwners = async ({ watch }: World, wanted: string): Promise<void> => {
  const owners = (): string => [ADDRESS_1, ADDRESS_2].map((address) => watch.owners(address).join('+')).join(' ');
  try {
    await until('', () => owners() === wanted, 20_000);
  } catch {
    throw new Error(`owners are "${owners()}" and not "${wanted}"`);
  }
};

story('a daemon that sleeps', ({ begin, nodes, step, end }) => {
  let world: World;
  nodes(() => world?.nodes ?? []);
  begin(async () => {
    world = await build();
  });
  end(() => world?.lab.close());

  step('does not call its peer dead when it wakes, and gets its own back (heartbeat reference 5.7, 11.2)', async () => {
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
  });
});

story('two of ours, one holds everything', ({ begin, nodes, step, end }) => {
  let world: World;
  nodes(() => world?.nodes ?? []);
  begin(async () => {
    world = await build('off');
    const [one, two] = world.nodes;
    await one.start();
    await untilOwners(world, 'lb1 lb1');
    await two.start();
    await until('lb2 is up', async () => (await two.clStatus('rscstatus')).stdout.trim() === 'none', 20_000, 100);
  });
  end(() => world?.lab.close());

  const changes = (): number => world.watch.history(ADDRESS_1).length + world.watch.history(ADDRESS_2).length;

  step('the other one sleeps three times its deadtime: it wakes, says for how long, and takes nothing', async () => {
    const [one, two] = world.nodes;
    const before = changes();
    const slept = await stall(two, 3000);
    const saysSo = async (): Promise<boolean> => toldLateness(await two.log()).some((late) => isLengthOf(slept, late));
    await until('it says for how long', saysSo, 10_000, 50);
    await until('lb2 is stable', async () => (await two.clStatus('rscstatus')).stdout.trim() === 'none', 20_000, 100);
    expect(changes()).toBe(before);
    expect((await two.log()).join('\n')).not.toContain('node lb1: is dead');
    expect((await one.clStatus('rscstatus')).stdout.trim()).toBe('all');
  });

  step(
    'the holder sleeps ten seconds, the other one serves: within half a second of waking one of them does',
    async () => {
      const standstill = watchStandstill();
      const { stopped, woken } = await stall(world.nodes[0], 10_000);
      await until(
        'one serves',
        () => [ADDRESS_1, ADDRESS_2].every((one) => world.watch.owners(one).length === 1),
        10_000,
      );
      await new Promise((resolve) => setTimeout(resolve, 2000));
      standstill.stop();
      for (const address of [ADDRESS_1, ADDRESS_2]) {
        expect(world.watch.history(address).some(({ host, at }) => host === 'lb2' && at > stopped && at < woken)).toBe(
          true,
        );
        // Asleep it could not give them up; awake it has to.
        expect(world.watch.longestDouble(address, woken)).toBeLessThan(500 + standstill.longest(woken));
        expect(world.watch.owners(address)).toHaveLength(1);
      }
      const log = (await world.nodes[0].log()).join('\n');
      const wakes = log.lastIndexOf('This node was late by');
      expect(wakes).toBeGreaterThan(0);
      expect(log.slice(wakes)).not.toContain('node lb2: is dead');
    },
  );
});

story('ours beside genuine', ({ begin, nodes, step, end }) => {
  let world: World;
  nodes(() => world?.nodes ?? []);
  begin(async () => {
    world = await build('on', 'genuine');
    await Promise.all(world.nodes.map((node) => node.start()));
    await untilOwners(world, 'lb1 lb2');
  });
  end(() => world?.lab.close());

  step('ours sleeps ten seconds and says so; in the end each has its own, once', async () => {
    const [ours] = world.nodes;
    await until(
      'ours is stable',
      async () => (await ours.clStatus('rscstatus')).stdout.trim() === 'local',
      20_000,
      100,
    );
    const slept = await stall(ours, 10_000);
    const saysSo = async (): Promise<boolean> => toldLateness(await ours.log()).some((late) => isLengthOf(slept, late));
    await until('it says for how long', saysSo, 10_000, 50);
    await until(
      'each has its own',
      async () => {
        const [one, two] = await Promise.all(world.nodes.map((node) => node.clStatus('rscstatus')));
        return one?.stdout.trim() === 'local' && two?.stdout.trim() === 'local';
      },
      60_000,
      200,
    );
    await untilOwners(world, 'lb1 lb2');
  });
});

/** The users under which our respawn program runs. */
const CHILDREN = "ps -e -o user:20=,args= | awk '/sleep 600/ && !/awk/ { print $1 }' | sort -u";

story('without koffi', ({ begin, nodes, step, end }) => {
  let world: World;
  nodes(() => world?.nodes ?? []);
  begin(async () => {
    world = await build('on', 'ours', 'ping 10.0.0.254\nrespawn hacluster /run/child\n');
    for (const { host } of world.nodes) {
      await host.write('/run/child', '#!/bin/sh\nexec sleep 600\n', '755');
    }
  });
  end(() => world?.lab.close());

  step('everything works by other means, and the log says what is missing', async () => {
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
    // What has no other way says so in one line, and the rest goes on.
    expect(log.match(/ERROR: ipv4 ping nodes cannot be reached: no raw ICMP socket/g)).toHaveLength(1);
    const children = async (): Promise<string> => (await one.host.run(['sh', '-c', CHILDREN])).stdout.trim();
    await until('a respawn program runs under its user', async () => (await children()) === 'hacluster', 10_000, 200);

    const before = (await one.host.read('/run/heartbeat.pid')).trim();
    await one.host.write('/etc/ha.d/ha.cf', `${await one.host.read('/etc/ha.d/ha.cf')}deadping 5\n`);
    expect((await one.host.run(['ha-heartbeat', '-r'], { env })).code).toBe(0);
    await until(
      'the new life is up',
      async () => (await one.log()).filter((line) => line.includes("Local status now set to: 'active'")).length === 2,
      20_000,
      200,
    );
    expect((await one.host.read('/run/heartbeat.pid')).trim()).toBe(before);
    await untilOwners(world, 'lb1 lb2');

    // A takeover after a death, and the return.
    await two.host.get(['sh', '-c', 'kill -STOP $(cat /run/heartbeat.pid)']);
    await until('lb1 takes over', () => world.watch.owners(ADDRESS_2).includes('lb1'), 10_000);
    await two.host.get(['sh', '-c', 'kill -CONT $(cat /run/heartbeat.pid)']);
    await untilOwners(world, 'lb1 lb2');
    expect((await one.stop()).code).toBe(0);
    await untilOwners(world, 'lb2 lb2');
    for (const node of world.nodes) {
      expect((await node.log()).filter((line) => /internal error|cannot go on/.test(line))).toEqual([]);
    }
  });
});
