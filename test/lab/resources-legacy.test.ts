/** `auto_failback legacy` beside a genuine node, and on one side only (heartbeat reference 6.9). */
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { REMEMBERING_SERVICE } from './remembering-service.js';
import { story } from './stories.js';

const haCf = (failback: string): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
warntime 1
deadtime 3
initdead 10
bcast eth0
auto_failback ${failback}
node lb1 lb2
`;

interface Cluster {
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
}

const build = async (failback: readonly [string, string]): Promise<Cluster> => {
  const lab = await createLab('legacy');
  const lan = await lab.network('lan');
  const install = async (name: string, kind: Implementation, address: string, mode: string) => {
    const host = await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const node = await installHeartbeat(host, kind, {
      haCf: haCf(mode),
      authkeys: 'auth 1\n1 sha1 secret\n',
      haresources: 'lb1 Service::one\nlb2 Service::two\nlb2 Service::three\n',
    });
    await host.write('/etc/ha.d/resource.d/Service', REMEMBERING_SERVICE, '755');
    return node;
  };
  const lb1 = await install('lb1', 'genuine', '10.0.0.1/24', failback[0]);
  return { lab, lb1, lb2: await install('lb2', 'ours', '10.0.0.2/24', failback[1]) };
};

/** Waits until the services run where `wanted` says, e.g. `one | two three`. */
const untilRunning = async ({ lb1, lb2 }: Cluster, wanted: string, limit = 20_000): Promise<void> => {
  let last = '';
  try {
    await until(
      '',
      async () => {
        const listed = await Promise.all(
          [lb1, lb2].map(
            async ({ host }) => (await host.run(['sh', '-c', 'cd /run; ls -d state.* 2>/dev/null'])).stdout,
          ),
        );
        last = listed
          .map((text) =>
            text
              .split('\n')
              .flatMap((line) => line.split('.')[1] ?? [])
              .sort()
              .join(' '),
          )
          .join(' | ');
        return last === wanted;
      },
      limit,
      100,
    );
  } catch {
    const logs = await Promise.all([lb1, lb2].map(async (node) => [node.host.name, ...(await node.log()).slice(-25)]));
    throw new Error([`it is "${last}" and not "${wanted}"`, ...logs.flat()].join('\n'));
  }
};

story('legacy on both sides', ({ step }) => {
  step('both in legacy mode: each has its own whenever it is there, the other one everything', async () => {
    const cluster = await build(['legacy', 'legacy']);
    const { lab, lb1, lb2 } = cluster;
    try {
      await Promise.all([lb1.start(), lb2.start()]);
      await untilRunning(cluster, 'one | three two');
      await lb1.stop();
      await untilRunning(cluster, ' | one three two');
      await lb1.start();
      await untilRunning(cluster, 'one | three two');
      await lb2.stop();
      await untilRunning(cluster, 'one three two | ');
      await lb2.start();
      await untilRunning(cluster, 'one | three two');
      await lb2.standby('all');
      await until(
        'it says why not',
        async () =>
          (await lb2.log()).some((line) => line.includes('Standby mode only implemented when nice_failback on')),
        10_000,
      );
      expect(
        (await lb2.log()).filter((line) => /\b(ERROR|CRIT)\b/.test(line) && !line.includes('lock ourselves')),
      ).toEqual([]);
    } finally {
      await lab.close();
    }
  });
});

story('legacy on one side', ({ step }) => {
  step(
    'ours nice, the genuine one in legacy mode: nothing ever runs twice, and nothing is lost when one of them goes',
    async () => {
      const cluster = await build(['legacy', 'on']);
      const { lab, lb1, lb2 } = cluster;
      try {
        await lb2.start();
        await untilRunning(cluster, ' | one three two', 25_000);
        await lb1.start();
        await untilRunning(cluster, 'one | three two');
        // Longer than our patience with groups that nobody seems to hold: that node never reports what it holds.
        await new Promise((resolve) => setTimeout(resolve, 6_000));
        await untilRunning(cluster, 'one | three two', 1_000);
        expect((await lb2.stop()).code).toBe(0);
        await untilRunning(cluster, 'one three two | ');
      } finally {
        await lab.close();
      }
    },
  );
});
