/** Seed 002: a service check on the director itself decides who holds the address (docs/from-keepalived.md), with a real haproxy. */
import { until } from '../../lib/lab/until.js';
import {
  answering,
  build,
  buildPlain,
  killHaproxy,
  NOTICED,
  SUITE_INI,
  startHaproxy,
  VIP,
  type World,
} from './seed-002-world.js';
import { story } from './stories.js';

type Pair = Pick<World, 'lb1' | 'lb2' | 'watch'>;

const untilOwner = async ({ watch }: Pair, owner: string, limit = 30_000): Promise<void> => {
  await until(`${owner} has the address`, () => watch.owners(VIP).join('+') === owner, limit);
};
const logOf = async (node: World['lb1']): Promise<string> => (await node.log()).join('\n');
const untilLogged = async (node: World['lb1'], text: string, times = 1): Promise<void> => {
  const count = async (): Promise<number> => (await logOf(node)).split(text).length - 1;
  await until(`${node.host.name} logs ${text}`, async () => (await count()) >= times, 20_000, 100);
};

story('two directors with haproxy', ({ begin, nodes, step, observe, end }) => {
  let world: World;
  let begun = 0;
  nodes(() => [world?.lb1, world?.lb2]);
  begin(async () => {
    world = await build();
    begun = Date.now();
    await Promise.all([world.lb1.start(), world.lb2.start()]);
    await untilOwner(world, 'lb1');
    for (const node of [world.lb1, world.lb2]) {
      for (const name of ['haproxy', 'service']) await untilLogged(node, `Monitor ${name}: up (first success)`);
    }
  });
  end(() => world?.lab.close());

  step('clients get the web servers of the first', async () => {
    expect(['1', '2']).toContain(await answering(world));
  });

  step('haproxy dies there: the address moves, and clients get those of the second', async () => {
    await killHaproxy(world.lb1);
    await untilOwner(world, 'lb2', NOTICED + 1_000);
    expect(await answering(world)).toBe('3');
    const log = await logOf(world.lb1);
    expect(log).toContain('WARN: Monitor haproxy: failed (rc=1: haproxy: no process found, fall=1 of 2)');
    expect(log).toContain('WARN: Monitor service: failed (L4REFUSED, fall=1 of 2)');
    expect(log).toMatch(/WARN: Monitors? \w+(, \w+)? fails?, lb2 is well: handing over all resources\./);
  });

  step('a mail says that it goes, another that it comes', async () => {
    const box = ({ host }: World['lb1']): Promise<string> => host.read('/run/mailbox');
    await until(
      'both mails',
      async () => (await box(world.lb1)).includes('Migrating') && !!(await box(world.lb2)),
      20_000,
    );
    expect(await box(world.lb1)).toMatch(/^mail -s haproxy Migrating resource away at .* from lb1 admin@domain\.com$/m);
    expect(await box(world.lb2)).toMatch(/^mail -s haproxy Takeover in progress at .* on lb2 admin@domain\.com$/m);
  });

  step('it works again: the address comes home, as auto_failback says', async () => {
    await startHaproxy(world.lb1);
    await untilOwner(world, 'lb1');
    expect(['1', '2']).toContain(await answering(world));
    expect(await logOf(world.lb1)).toContain(
      'info: All monitors are up again: local resources come home in 2 s (auto_failback on).',
    );
  });

  step('it dies on both: the address stays, for the other one would be no better', async () => {
    await killHaproxy(world.lb2);
    await untilLogged(world.lb2, 'Monitor service: down');
    const before = world.watch.history(VIP).length;
    await killHaproxy(world.lb1);
    await untilLogged(world.lb1, 'resources stay here, the monitors of lb2 fail.');
    await untilLogged(world.lb1, 'Monitor service: down', 2);
    expect(world.watch.history(VIP)).toHaveLength(before);
    // The second is well first: now it is better.
    await startHaproxy(world.lb2);
    await untilOwner(world, 'lb2');
  });

  step('SIGHUP: a file with an error changes nothing, a good one is in force', async () => {
    const { lb1 } = world;
    const hangUp = async (): Promise<string> =>
      lb1.host.get(['kill', '-HUP', (await lb1.host.read('/run/heartbeat.pid')).trim()]);
    await lb1.host.write('/etc/ha.d/ha-suite.ini', `${SUITE_INI}fal = 3\n`);
    await hangUp();
    await untilLogged(
      lb1,
      "ERROR: /etc/ha.d/ha-suite.ini:12:1: unknown key 'fal' in section [monitor]. Going on with the old configuration.",
    );
    await startHaproxy(lb1);
    await untilLogged(lb1, 'Monitor haproxy: up (rise=1 of 1)', 2);
    await lb1.host.write('/etc/ha.d/ha-suite.ini', '[monitor other]\ncheck = http://127.0.0.1:8080/\ninterval = 1s\n');
    await hangUp();
    await untilLogged(lb1, 'Monitor other: up (first success)');
  });

  observe("haproxy's own mails arrive: a web server behind the second has been dead all the time", async () => {
    await until('the mail', () => world.mails().includes('exch_server4 is DOWN'), 30_000);
    expect(world.mails()).toMatch(/^MAIL FROM:<haproxy-alert@domain\.com>$/im);
    expect(world.mails()).toMatch(/^RCPT TO:<admin@domain\.com>$/im);
  });

  observe('never did both have the address', async () => {
    expect(world.watch.longestDouble(VIP, begun)).toBe(0);
  });
});

story('beside a genuine heartbeat', ({ begin, nodes, step, observe, end }) => {
  let world: Awaited<ReturnType<typeof buildPlain>>;
  let begun = 0;
  nodes(() => [world?.lb1, world?.lb2]);
  begin(async () => {
    world = await buildPlain('genuine');
    begun = Date.now();
    await Promise.all([world.lb1.start(), world.lb2.start()]);
    await untilOwner(world, 'lb1', 60_000);
    const settled = async (): Promise<boolean> => (await world.lb2.clStatus('rscstatus')).stdout.trim() === 'local';
    await until('both are at rest', settled, 30_000, 200);
  });
  end(() => world?.lab.close());

  step('ours fails: the genuine one gets everything', async () => {
    await world.lb1.host.get(['rm', '/run/well']);
    await untilOwner(world, 'lb2');
    const settled = async (): Promise<boolean> => (await world.lb2.clStatus('rscstatus')).stdout.trim() === 'all';
    await until('it is at rest', settled, 30_000, 200);
    expect(await logOf(world.lb2)).toContain('lb1 wants to go standby [all]');
  });

  step('ours is well again: the genuine one is asked for what is ours, in words that it understands', async () => {
    await world.lb1.host.write('/run/well', '');
    await untilOwner(world, 'lb1');
    expect(await logOf(world.lb2)).toContain('lb2 wants to go standby [foreign]');
    expect(await logOf(world.lb1)).toContain('All monitors are up: asking lb2 for local resources (auto_failback on).');
  });

  observe('never did both have the address', async () => {
    expect(world.watch.longestDouble(VIP, begun)).toBe(0);
  });
});
