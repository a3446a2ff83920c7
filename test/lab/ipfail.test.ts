/** ipfail, ours and the genuine one, on our daemon and the genuine one: resources follow the ping nodes and come home. */
import { join } from 'node:path';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';

/** Where every user may look, wherever this installation lies: ipfail does not run as root. */
const REACHABLE = '/mnt';
const IPFAIL: Readonly<Record<Implementation, string>> = {
  ours: join(REACHABLE, 'dist', 'bin', 'ipfail.js'),
  genuine: '/usr/libexec/heartbeat/ipfail',
};
const GATEWAYS = ['10.0.0.253', '10.0.0.254'];
const GROUPS = ['10.0.0.101', '10.0.0.102'];

interface Pairing {
  readonly daemons: readonly [Implementation, Implementation];
  readonly ipfails: readonly [Implementation, Implementation];
  /** A genuine ipfail that holds everything loses count when two ping nodes come back (heartbeat reference 11.2, no. 21). */
  readonly pingNodes: number;
}

/** The first letters: daemon and ipfail of one node, then of the other. */
const PAIRINGS: Readonly<Record<string, Pairing>> = {
  'ours with ours, genuine with genuine': {
    daemons: ['ours', 'genuine'],
    ipfails: ['ours', 'genuine'],
    pingNodes: 1,
  },
  'ours with genuine, ours with ours': { daemons: ['ours', 'ours'], ipfails: ['genuine', 'ours'], pingNodes: 2 },
  'genuine with ours, ours with genuine': {
    daemons: ['genuine', 'ours'],
    ipfails: ['ours', 'genuine'],
    pingNodes: 1,
  },
  'genuine with genuine, genuine with ours': {
    daemons: ['genuine', 'genuine'],
    ipfails: ['genuine', 'ours'],
    pingNodes: 2,
  },
};

const haCf = (ipfail: Implementation, pingNodes: number): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 250ms
deadtime 2
warntime 1
initdead 2
deadping 1
bcast eth0
auto_failback on
node lb1 lb2
ping ${GATEWAYS.slice(0, pingNodes).join(' ')}
respawn hacluster ${IPFAIL[ipfail]}
`;

interface Cluster {
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
}

const build = async ({ daemons, ipfails, pingNodes }: Pairing, index: number): Promise<Cluster> => {
  const lab = await createLab(`ipfail${index}`);
  const lan = await lab.network('lan');
  await lab.host('gw', {
    interfaces: [{ device: 'eth0', network: lan, addresses: GATEWAYS.map((address) => `${address}/24`) }],
  });
  const node = async (number: 1 | 2): Promise<HeartbeatNode> => {
    const host = await lab.host(`lb${number}`, {
      interfaces: [{ device: 'eth0', network: lan, addresses: [`10.0.0.${number}/24`] }],
    });
    await host.get(['mount', '--bind', suiteRoot, REACHABLE]);
    return installHeartbeat(host, daemons[number - 1] ?? 'ours', {
      haCf: haCf(ipfails[number - 1] ?? 'ours', pingNodes),
      authkeys: 'auth 1\n1 sha1 lab\n',
      haresources: `lb1 IPaddr2::${GROUPS[0]}/24/eth0\nlb2 IPaddr2::${GROUPS[1]}/24/eth0\n`,
    });
  };
  return { lab, lb1: await node(1), lb2: await node(2) };
};

/** The last digits of the addresses that are up, e.g. `1 2` for both groups. */
const holding = async (node: HeartbeatNode): Promise<string> => {
  const addresses = await node.host.get(['ip', '-o', '-4', 'address', 'show', 'dev', 'eth0']);
  return GROUPS.flatMap((group, index) => (addresses.includes(` ${group}/24 `) ? [index + 1] : [])).join(' ');
};

const untilHeld = ({ lb1, lb2 }: Cluster, one: string, two: string, limit: number): Promise<number> =>
  until(
    `lb1 holds [${one}] and lb2 [${two}]`,
    async () => (await holding(lb1)) === one && (await holding(lb2)) === two,
    limit,
    100,
  );

/** Ping nodes cease to answer this node, and only this one. */
const DEAF = 'add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }; ';
const goDeaf = (node: HeartbeatNode): Promise<string> =>
  node.host.get(['nft', `${DEAF} add rule inet deaf in ip saddr { ${GATEWAYS.join(', ')} } icmp type echo-reply drop`]);
const hearAgain = (node: HeartbeatNode): Promise<string> => node.host.get(['nft', 'delete table inet deaf']);

const said = async (node: HeartbeatNode): Promise<readonly string[]> =>
  (await node.log()).flatMap((line) => / ipfail: \[\d+\]: (.*)$/.exec(line)?.[1] ?? []);

const untilSaid = (node: HeartbeatNode, text: string): Promise<number> =>
  until(`${node.host.name}: ${text}`, async () => (await said(node)).includes(text), 15_000, 100);

const scenario = async (cluster: Cluster): Promise<void> => {
  const { lb1, lb2 } = cluster;
  await Promise.all([lb1.start(), lb2.start()]);
  await untilHeld(cluster, '1', '2', 60_000);
  // ipfail acts when resources are at rest.
  for (const node of [lb1, lb2]) {
    await until('at rest', async () => (await node.clStatus('rscstatus')).stdout === 'local\n', 30_000, 200);
    await until(
      'ipfail runs',
      async () => /^online/.test((await node.clStatus('clientstatus', node.host.name, 'ipfail')).stdout),
      30_000,
      200,
    );
  }
  await goDeaf(lb1);
  await untilSaid(lb1, 'info: Giving up because we were told that we have less ping nodes.');
  await untilSaid(lb1, 'info: giveup() called (timeout worked)');
  await untilHeld(cluster, '', '1 2', 30_000);
  for (const node of [lb1, lb2]) {
    const rest = node === lb1 ? 'none\n' : 'all\n';
    await until('at rest', async () => (await node.clStatus('rscstatus')).stdout === rest, 30_000, 200);
  }
  await hearAgain(lb1);
  await untilSaid(lb1, 'info: A ping node just came up.');
  await untilSaid(lb2, 'info: Giving up foreign resources (auto_failback).');
  await untilHeld(cluster, '1', '2', 30_000);
};

const play = async (pairing: Pairing, index: number): Promise<void> => {
  const cluster = await build(pairing, index);
  const nodes = [cluster.lb1, cluster.lb2];
  try {
    await scenario(cluster);
    const stopped = await Promise.all(nodes.map((node) => node.stop()));
    expect(stopped.map(({ code }) => code)).toEqual([0, 0]);
    // Nobody is left behind.
    const left = await Promise.all(nodes.map(({ host }) => host.run(['pgrep', '-f', '/ipfail(\\.js)?$'])));
    expect(left.map(({ stdout }) => stdout)).toEqual(['', '']);
  } catch (error) {
    const logs = await Promise.all(nodes.map((node) => node.log()));
    throw new Error(`${String(error)}\n${logs.map((lines) => lines.slice(-40).join('\n')).join('\n--\n')}`);
  } finally {
    await cluster.lab.close();
  }
};

// Side by side: they mostly wait.
const played = new Map<string, Promise<void>>();
beforeAll(() => {
  for (const [index, [name, pairing]] of Object.entries(PAIRINGS).entries()) {
    const outcome = play(pairing, index);
    outcome.catch(() => {});
    played.set(name, outcome);
  }
});

test.each(Object.keys(PAIRINGS))(
  'one node loses its ping nodes and gets them back: %s',
  async (name) => {
    if (!played.has(name)) throw new Error(`nothing was begun with ${name}`);
    await played.get(name);
  },
  540_000,
);
