/** A daemon that is stopped for a while, in a cluster of one node of ours and a genuine one (heartbeat reference 5.6, 5.7). */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { ownershipPeriods } from '../../lib/lab/ownership.js';
import { programSlowness } from '../../lib/lab/slowness.js';
import { until } from '../../lib/lab/until.js';
import { isLengthOf, stall, toldLateness } from './stall.js';
import { type Story, story } from './stories.js';

const ADDRESS = '10.0.0.100';
const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 1
initdead 3
bcast eth0
auto_failback off
node lb1 lb2
`;

interface Pair {
  readonly lab: Lab;
  readonly genuine: HeartbeatNode;
  readonly ours: HeartbeatNode;
  readonly watch: AddressWatch;
  /** Resolves with the name of the one that serves, when both are at rest. */
  readonly rest: () => Promise<string>;
  readonly moveTo: (node: HeartbeatNode, name: string) => Promise<void>;
  /** The longest time without any owner since then. */
  readonly longestGap: (from: number) => number;
}

/** Two nodes that are not started yet. */
const build = async (): Promise<Pair> => {
  const lab = await createLab('hbstallg');
  const lan = await lab.network('lan');
  const make = async (name: string, address: string, implementation: Implementation): Promise<HeartbeatNode> =>
    installHeartbeat(
      await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] }),
      implementation,
      { haCf: HA_CF, authkeys: 'auth 1\n1 md5 x\n', haresources: `lb1 IPaddr2::${ADDRESS}/24/eth0\n` },
    );
  const genuine = await make('lb1', '10.0.0.1/24', 'genuine');
  const ours = await make('lb2', '10.0.0.2/24', 'ours');
  const watch = await watchAddresses([genuine.host, ours.host]);
  const holding = async (node: HeartbeatNode): Promise<string> => (await node.clStatus('rscstatus')).stdout.trim();
  const settled = async (): Promise<boolean> => {
    const [one, two] = await Promise.all([holding(genuine), holding(ours)]);
    return /^(none|local|foreign|all)$/.test(one) && /^(none|local|foreign|all)$/.test(two);
  };
  const rest = async (): Promise<string> => {
    const quiet = async (): Promise<boolean> => watch.owners(ADDRESS).length === 1 && (await settled());
    await until('both are at rest, one serves', quiet, 60_000, 200);
    return watch.owners(ADDRESS).join('+');
  };
  return {
    ...{ lab, genuine, ours, watch, rest },
    moveTo: async (node, name) => {
      // Asked again when something is still moving: such a request is ignored, by either program (heartbeat reference 6.5).
      const moved = async (): Promise<boolean> => {
        if ((await rest()) === name) return true;
        await node.takeover('all');
        return false;
      };
      await until(`${name} serves`, moved, 60_000, 3000);
    },
    longestGap: (from) =>
      Math.max(
        0,
        ...ownershipPeriods(watch.history(ADDRESS), from, Date.now())
          .filter(({ owners }) => owners.length === 0)
          .map(({ from: begun, to }) => to - begun),
      ),
  };
};

const since = async (node: HeartbeatNode, lines: number): Promise<string> => (await node.log()).slice(lines).join('\n');

/** Two stories, side by side: whose turn it is to sleep while the other one serves. */
const pairStory = (title: string, tell: (pair: () => Pair, step: Story['step']) => void): void =>
  story(title, ({ begin, nodes, step, end }) => {
    let pair: Pair | undefined;
    nodes(() => (pair === undefined ? [] : [pair.genuine, pair.ours]));
    begin(async () => {
      pair = await build();
    });
    end(async () => {
      await pair?.lab.close();
    });
    tell(() => {
      if (pair === undefined) throw new Error('there is no stage');
      return pair;
    }, step);
  });

pairStory('the one that has nothing sleeps', (pair, step) => {
  step('ours sleeps beside a genuine holder: it takes nothing by itself, and never what the other has', async () => {
    const { genuine, ours, watch, rest } = pair();
    await genuine.start();
    await until('lb1 serves', () => watch.owners(ADDRESS).join() === 'lb1', 30_000);
    await ours.start();
    expect(await rest()).toBe('lb1');
    const before = (await ours.log()).length;
    const slept = await stall(ours, 3000);
    // Time for its restart, which begins two seconds after it has noticed.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await rest();
    const said = await since(ours, before);
    expect(toldLateness(said.split('\n')).some((late) => isLengthOf(slept, late))).toBe(true);
    expect(watch.longestDouble(ADDRESS, slept.stopped)).toBe(0);
    // What it may have got it was given: genuine restarts itself when a node that it called dead is back (reference 5.6).
    const dead = said.indexOf('node lb1: is dead');
    const notice = said.indexOf("Received shutdown notice from 'lb1'");
    expect(dead < 0 || (notice >= 0 && notice < dead)).toBe(true);
  });

  step(
    'a genuine node sleeps beside ours, which holds: whatever it does when it wakes, ours goes on serving',
    async () => {
      const { genuine, ours, watch, rest, moveTo, longestGap } = pair();
      await moveTo(ours, 'lb2');
      const { woken } = await stall(genuine, 3000);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await until('lb2 serves alone', () => watch.owners(ADDRESS).join() === 'lb2', 30_000);
      expect(await rest()).toBe('lb2');
      // It is asked to hand over what it took when it has not begun a restart after five seconds (see conflict.ts).
      expect(watch.longestDouble(ADDRESS, woken)).toBeLessThan(10_000 * programSlowness());
      expect(longestGap(woken)).toBe(0);
    },
  );
});

pairStory('the one that serves sleeps', (pair, step) => {
  step('both start, ours takes over', async () => {
    const { genuine, ours, watch, rest, moveTo } = pair();
    await genuine.start();
    await until('lb1 serves', () => watch.owners(ADDRESS).join() === 'lb1', 30_000);
    await ours.start();
    expect(await rest()).toBe('lb1');
    await moveTo(ours, 'lb2');
  });

  step(
    'ours holds and sleeps while the genuine node takes over: both have it for a short time after waking, then one',
    async () => {
      const { ours, watch, rest, longestGap } = pair();
      const { woken } = await stall(ours, 10_000);
      expect(watch.history(ADDRESS).at(-1)).toMatchObject({ host: 'lb1', owns: true });
      await until('one serves', () => watch.owners(ADDRESS).length === 1, 30_000);
      await rest();
      expect(watch.longestDouble(ADDRESS, woken)).toBeLessThan(10_000 * programSlowness());
      // What the genuine scripts need to stop and to start.
      expect(longestGap(woken)).toBeLessThan(3_000 * programSlowness());
    },
  );

  step('a genuine holder sleeps: ours takes over; awake again, one of them serves in the end', async () => {
    const { genuine, watch, rest, moveTo, longestGap } = pair();
    await moveTo(genuine, 'lb1');
    const { woken } = await stall(genuine, 3000);
    expect(watch.history(ADDRESS).at(-1)).toMatchObject({ host: 'lb2', owns: true });
    await until('one serves', () => watch.owners(ADDRESS).length === 1, 30_000);
    await rest();
    expect(watch.longestDouble(ADDRESS, woken)).toBeLessThan(10_000 * programSlowness());
    // What the genuine scripts need to stop and to start.
    expect(longestGap(woken)).toBeLessThan(3_000 * programSlowness());
  });
});
