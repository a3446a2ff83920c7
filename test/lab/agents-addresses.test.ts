/** IPaddr and IPaddr2 beside the genuine scripts of Debian: same addresses, labels, broadcasts, exit codes and words. */
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { millis } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';
import { story } from './stories.js';

const OURS = join(projectRoot, 'dist', 'resource.d');
const GENUINE = '/etc/ha.d/resource.d';

/** Calls a script through its life and prints each exit code, the last line of its output, and the addresses after a start. */
const LIFE = `
script=$1 argument=$2
for verb in status start status stop status; do
  output=$("$script" "$argument" $verb 2>/dev/null); code=$?
  echo "$verb: $code $(echo "$output" | tail -n 1)"
  [ $verb != start ] || ip -o addr show | sed -n 's/^[0-9]*: *//; s/ *valid_lft.*//; s/[\\\\]//; /inet 127.0.0.1\\/8/d; /10.0.2.1\\//d; /192.168.0.103/d; /inet6/d; p'
done
`;

interface World {
  readonly lab: Lab;
  readonly director: Host;
}

const build = async (): Promise<World> => {
  const lab = await createLab('agents-addresses');
  const [front, back] = [await lab.network('front'), await lab.network('back')];
  const director = await lab.host('director', {
    interfaces: [
      { device: 'eth0', network: front, addresses: [] },
      { device: 'eth1', network: back, addresses: [] },
    ],
  });
  await director.get([
    ...['sh', '-ec'],
    `ip addr add 10.0.2.1/24 brd 10.0.2.255 dev eth0
     ip addr add 192.168.0.103/24 brd + dev eth1
     ip route add 10.0.0.0/8 via 10.0.2.254
     mkdir -p /run/heartbeat/rsctmp /run/resource-agents
     ln -s '${OURS}/IPaddr.js' /run/IPaddr
     ln -s '${OURS}/IPaddr2.js' /run/IPaddr2`,
  ]);
  return { lab, director };
};

const lifeOn = async (
  { director }: World,
  folder: string,
  agent: string,
  argument: string,
): Promise<readonly string[]> =>
  (
    await director.get(['sh', '-c', LIFE, 'life', `${folder}/${agent}`, argument], {
      timeout: millis(120_000),
      env: { PATH: process.env.PATH ?? '', HA_LOGFILE: '/dev/null', HA_DEBUGLOG: '/dev/null' },
    })
  )
    .trim()
    .split('\n')
    .map((line) => line.trimEnd());

const SEEDS_AND_FORMS = [
  '10.0.2.50/8/eth0',
  '10.0.2.50',
  '10.0.2.50/24/eth0',
  '10.0.2.50/24/eth0:1',
  '10.0.2.50/24/eth0/10.0.2.127',
  '10.0.2.50/24/10.0.2.255',
  '10.0.2.50/32/eth0',
  '10.0.2.50/255.255.255.0/eth0',
  '10.0.2.50/24/eth1',
  '192.168.0.105/24/eth1/192.168.0.255',
  '172.16.0.1',
  '172.16.0.1/24/eth0',
  '10.0.2.50/24/nope',
  '10.0.2.50/33/eth0',
  '10.9.0.1',
  '127.0.0.5',
  'nonsense',
  '',
];

for (const agent of ['IPaddr', 'IPaddr2']) {
  story(agent, ({ begin, observe, end }) => {
    let world: World;
    begin(async () => {
      world = await build();
    });
    end(() => world?.lab.close());

    for (const argument of SEEDS_AND_FORMS) {
      observe(`lives like the genuine one with: ${argument}`, async () => {
        const genuine = await lifeOn(world, GENUINE, agent, argument);
        const ours = await lifeOn(world, '/run', agent, argument);
        expect(genuine).toContainEqual(expect.stringMatching(/^stop: /));
        expect(ours).toEqual(genuine);
      });
    }
  });
}

story('both agents', ({ begin, observe, end }) => {
  let world: World;
  let director: Host;
  begin(async () => {
    world = await build();
    director = world.director;
  });
  end(() => world?.lab.close());
  const life = (folder: string, agent: string, argument: string) => lifeOn(world, folder, agent, argument);
  observe(
    'IPaddr without an interface looks for it (the genuine one of resource-agents 4.12 insists on eth0)',
    async () => {
      expect(await life(GENUINE, 'IPaddr', '192.168.0.105')).toContain('start: 2 ERROR:  Illegal argument');
      expect(await life('/run', 'IPaddr', '192.168.0.105')).toContain(
        'eth1    inet 192.168.0.105/24 brd 192.168.0.255 scope global secondary eth1:0',
      );
    },
  );
  observe('IPaddr2 takes IPv6 addresses, and they can be used at once', async () => {
    expect(await life(GENUINE, 'IPaddr2', 'fd00:2::5/64/eth0')).toContain('start: 6 ERROR:  Program is not configured');
    await director.get(['/run/IPaddr2', 'fd00:2::5/64/eth0', 'start']);
    try {
      const listed = await director.get(['ip', '-o', '-6', 'addr', 'show', 'dev', 'eth0', 'scope', 'global']);
      expect(listed).toMatch(/inet6 fd00:2::5\/64 /);
      expect(listed).not.toMatch(/tentative/);
    } finally {
      await director.get(['/run/IPaddr2', 'fd00:2::5/64/eth0', 'stop']);
    }
    const left = await director.get(['ip', '-o', '-6', 'addr', 'show', 'dev', 'eth0', 'scope', 'global']);
    expect(left).not.toMatch(/fd00:2::5/);
  });
  observe('IPaddr2 finds its address again after the network that it was derived from is gone', async () => {
    await director.get(['ip', 'addr', 'add', '10.66.0.1/24', 'dev', 'eth1']);
    await director.get(['/run/IPaddr2', '10.66.0.9', 'start']);
    await director.get(['sysctl', '-qw', 'net.ipv4.conf.eth1.promote_secondaries=1']);
    await director.get(['ip', 'addr', 'del', '10.66.0.1/24', 'dev', 'eth1']);
    await director.get(['ip', 'route', 'del', '10.66.0.0/24', 'dev', 'eth1']);
    expect((await director.run(['/run/IPaddr2', '10.66.0.9', 'status'])).stdout).toBe('INFO:  Running OK\n');
    await director.get(['/run/IPaddr2', '10.66.0.9', 'stop']);
    expect(await director.get(['ip', '-o', 'addr', 'show'])).not.toMatch(/10\.66\.0\.9/);
  });
  observe('each understands what the other has started', async () => {
    const argument = '10.0.2.60/24/eth0';
    for (const agent of ['IPaddr', 'IPaddr2']) {
      for (const [starter, stopper] of [
        [GENUINE, '/run'],
        ['/run', GENUINE],
      ] as const) {
        await director.get([`${starter}/${agent}`, argument, 'start']);
        expect((await director.run([`${stopper}/${agent}`, argument, 'status'])).stdout).toMatch(/Running OK/);
        await director.get([`${stopper}/${agent}`, argument, 'stop']);
        expect(await director.get(['ip', '-o', 'addr', 'show'])).not.toMatch(/10\.0\.2\.60/);
      }
    }
  });
  observe('starting what runs and stopping what does not changes nothing, and succeeds', async () => {
    const listed = () => director.get(['ip', '-o', '-4', 'addr', 'show', 'dev', 'eth0']);
    for (const agent of ['IPaddr', 'IPaddr2']) {
      const verb = (word: string) => director.get([`/run/${agent}`, '10.0.2.80/24/eth0', word]);
      const before = await listed();
      await verb('stop');
      expect(await listed()).toBe(before);
      await verb('start');
      const started = await listed();
      expect(started).not.toBe(before);
      await verb('start');
      expect(await listed()).toBe(started);
      await verb('stop');
      await verb('stop');
      expect(await listed()).toBe(before);
    }
  });
  observe(
    'IPaddr2 moves an equal address on the loopback device away while it serves it, like the genuine one',
    async () => {
      const onLoopback = async (): Promise<boolean> =>
        /10\.0\.2\.70\/32/.test(await director.get(['ip', '-o', 'addr', 'show', 'dev', 'lo']));
      for (const folder of [GENUINE, '/run']) {
        await director.get(['ip', 'addr', 'add', '10.0.2.70/32', 'dev', 'lo']);
        await director.get([`${folder}/IPaddr2`, '10.0.2.70/24/eth0', 'start']);
        expect(await onLoopback()).toBe(false);
        await director.get([`${folder}/IPaddr2`, '10.0.2.70/24/eth0', 'stop']);
        expect(await onLoopback()).toBe(true);
        await director.get(['ip', 'addr', 'del', '10.0.2.70/32', 'dev', 'lo']);
      }
    },
  );
});
