/** SIGHUP with a changed ha.cf: a new life, the same resources, and a peer that hears nothing of a death (heartbeat reference 6.7). */
import type { HeartbeatNode } from '../../lib/lab/heartbeat-node.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import {
  build,
  generationOf,
  haCf,
  hangUp,
  logged,
  pidOf,
  signalledBeside,
  touched,
  untilGeneration,
  untilOwners,
  untilStable,
  type World,
} from './heartbeat-reload-world.js';
import { story } from './stories.js';

story('beside a peer that is ours', (tests) => signalledBeside('ours', tests));

story('two of ours', ({ begin, nodes, step, end }) => {
  let world: World;
  nodes(() => [world?.lb1, world?.lb2]);
  begin(async () => {
    world = await build('ours', 'ours');
    await Promise.all([world.lb1.start(), world.lb2.start()]);
    await untilOwners(world, 'lb1 lb2');
  });
  end(() => world?.lab.close());

  step('a port that cannot be had: back to the old file, nothing is released', async () => {
    const { lb1, lb2 } = world;
    await untilStable(world, 'local local');
    const before = await touched(world);
    const thief = lb1.host.start([
      process.execPath,
      '-e',
      "require('dgram').createSocket('udp4').bind(695, () => console.log('bound')); setTimeout(() => {}, 60000);",
    ]);
    await new Promise<void>((resolve) => {
      thief.onLine((line) => {
        if (line === 'bound') resolve();
      });
    });
    await lb1.host.write('/etc/ha.d/ha.cf', haCf().replace('bcast', 'udpport 695\nbcast'));
    await hangUp(lb1);
    await until('it goes back', async () => (await logged(lb1, 'going back to the old one')) === 1, 10_000);
    await thief.stop('SIGKILL');
    await lb1.host.write('/etc/ha.d/ha.cf', haCf());
    await untilStable(world, 'local local');
    expect(await touched(world)).toEqual(before);
    expect(await logged(lb2, 'is dead')).toBe(0);
  });

  step('both go over to legacy mode and back (heartbeat reference 6.7)', async () => {
    const { lb1, lb2 } = world;
    const before = await touched(world);
    for (const failback of ['legacy', 'off']) {
      const generations = await Promise.all([lb1, lb2].map(generationOf));
      for (const node of [lb1, lb2]) {
        await node.host.write('/etc/ha.d/ha.cf', haCf('', failback));
        await hangUp(node);
      }
      for (const [index, node] of [lb1, lb2].entries()) await untilGeneration(node, (generations[index] ?? 0) + 1);
      const active = async (node: HeartbeatNode, other: string): Promise<boolean> =>
        (await node.clStatus('nodestatus', other)).stdout.trim() === 'active';
      await until('both are up', async () => (await active(lb1, 'lb2')) && active(lb2, 'lb1'), 20_000, 100);
    }
    await untilStable(world, 'local local');
    expect(await touched(world)).toEqual(before);
  });

  step('an upgraded program takes over in the same process, and the log goes on', async () => {
    const { lb1, lb2 } = world;
    const [pid, generation, before] = [await pidOf(lb1), await generationOf(lb1), await touched(world)];
    const isolate = 'cp -r "$1/dist" "$1/package.json" /run/new; ln -s "$1/node_modules" /run/new/node_modules';
    await lb1.host.get(['sh', '-c', `mkdir /run/new; ${isolate}`, 'isolate', suiteRoot]);
    await lb1.host.get(['ln', '-sf', '/run/new/dist/bin/ha-heartbeat.js', '/usr/local/sbin/ha-heartbeat']);
    await lb1.host.get(['touch', '/etc/ha.d/ha.cf']);
    await hangUp(lb1);
    await untilGeneration(lb1, generation + 1);
    await untilStable(world, 'local local');
    expect(await logged(lb1, 'The program on the disk is a new one: it takes over.')).toBe(1);
    expect(await lb1.host.get(['cat', `/proc/${pid}/environ`])).toContain('PATH=');
    expect(await pidOf(lb1)).toBe(pid);
    expect((await lb1.host.run(['ha-heartbeat', '-s'])).stdout).toContain(`[pid ${pid} et al]`);
    expect(await touched(world)).toEqual(before);
    // A broken program is never become.
    await lb1.host.get(['sh', '-c', 'echo "throw new Error(1)" >/run/new/dist/bin/ha-heartbeat.js']);
    await lb1.host.get(['touch', '/etc/ha.d/ha.cf']);
    await hangUp(lb1);
    await untilGeneration(lb1, generation + 2);
    await untilStable(world, 'local local');
    expect(await logged(lb1, 'is a new one and does not work')).toBe(1);
    expect(await logged(lb2, 'is dead')).toBe(0);
    expect(await touched(world)).toEqual(before);
  });
});
