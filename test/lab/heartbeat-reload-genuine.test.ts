/** Reloads beside a genuine peer, and a genuine daemon that becomes ours in its own process (heartbeat reference 6.7). */
import { join } from 'node:path';
import { heartbeatPrograms } from '../../lib/lab/heartbeat-node.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import {
  build,
  generationOf,
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

story('beside a peer that is genuine', (tests) => signalledBeside('genuine', tests));

story('genuine becomes ours', ({ begin, nodes, step, end }) => {
  let world: World;
  nodes(() => [world?.lb1, world?.lb2]);
  begin(async () => {
    world = await build('genuine', 'genuine');
    await Promise.all([world.lb1.start(), world.lb2.start()]);
    await untilOwners(world, 'lb1 lb2');
    await untilStable(world, 'local local');
  });
  end(() => world?.lab.close());

  step('its file is replaced by ours, it is signalled, and ours runs in its process with its address', async () => {
    const { lb1, lb2 } = world;
    const genuine = heartbeatPrograms('genuine').daemon;
    const [pid, generation, before] = [await pidOf(lb1), await generationOf(lb1), await touched(world)];
    await lb1.host.write(
      '/run/wrapper',
      `#!/bin/sh\nexec ${join(suiteRoot, 'dist/bin/ha-heartbeat.js')} "$@"\n`,
      '755',
    );
    await lb1.host.get(['mount', '--bind', '/run/wrapper', genuine]);
    await lb1.host.get(['touch', '/etc/ha.d/ha.cf']);
    await hangUp(lb1);
    await untilGeneration(lb1, generation + 1);
    await until(
      'it is ours',
      async () => (await lb1.host.read(`/proc/${pid}/cmdline`)).startsWith('ha-heartbeat:'),
      10_000,
    );
    await untilStable(world, 'local local');
    expect(await pidOf(lb1)).toBe(pid);
    expect(await touched(world)).toEqual(before);
    expect(await logged(lb2, 'is dead')).toBe(0);
    // Nothing of the genuine one is left: no child, no zombie, no lock on its ports.
    expect(
      (await lb1.host.get(['ps', '-e', '-o', 'args='])).split('\n').filter((line) => /heartbeat/.test(line)),
    ).toEqual(['ha-heartbeat: master control process']);
    // It can be controlled, and what it was given is handed over when it stops.
    expect((await lb1.host.run([genuine, '-s'])).stdout).toContain(`[pid ${pid} et al]`);
    expect((await lb1.host.run([genuine, '-k'])).code).toBe(0);
    await untilOwners(world, 'lb2 lb2');
  });
});
