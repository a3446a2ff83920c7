/** How long a client waits: link cut, standby, take-over, graceful stop and start-up, for every pairing. */
import { watchAddresses } from '../../lib/lab/address-watch.js';
import { gapLength } from '../../lib/lab/gaps.js';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab } from '../../lib/lab/lab.js';
import { startPingProber } from '../../lib/lab/ping-prober.js';
import { until } from '../../lib/lab/until.js';
import { medians, pause, repeated } from './repeat.js';
import type { BenchRow } from './row.js';

/** Runs of one pairing side by side: they mostly wait. */
const WIDTH = 5;
const PROBE_MS = 5;
/** A genuine node asks the others for 2 s more patience in its first 5 s (heartbeat reference 5.3). */
const FIRST_LIFE_MS = 6000;
const ADDRESS = '10.0.0.100';

const FILES = {
  haCf: `logfile /var/log/ha-log
keepalive 200ms
warntime 500ms
deadtime 1
initdead 10
bcast eth0
auto_failback on
node lb1 lb2
`,
  authkeys: 'auth 1\n1 sha1 secret\n',
  haresources: `lb1 IPaddr2::${ADDRESS}/24/eth0\n`,
};

/** All in milliseconds, memory in MiB. */
interface Measured {
  readonly start: number;
  /** Longest silence of the address. */
  readonly standby: number;
  readonly takeover: number;
  readonly stop: number;
  /** From the command until the other node answers. */
  readonly standbyDone: number;
  readonly stopDone: number;
  /** From the instant the cable was pulled. */
  readonly cut: number;
  /** From the last heartbeat that got out before. */
  readonly silence: number;
  readonly memory: number;
}

interface Change {
  readonly gap: number;
  readonly done: number;
}

/** Resident memory of all heartbeat processes of a host, in MiB. */
const residentMemory = async ({ host }: HeartbeatNode): Promise<number> => {
  const listing = await host.get(['ps', '-eo', 'rss=,args=']);
  const sizes = [...listing.matchAll(/^\s*(\d+) (?:ha-)?heartbeat: /gm)].map(([, size]) => Number(size));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
};

const measure = async (first: Implementation, second: Implementation): Promise<Measured> => {
  const lab = await createLab('bench');
  try {
    const lan = await lab.network('lan');
    const host = (name: string, address: string) =>
      lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const one = await host('lb1', '10.0.0.1/24');
    const two = await host('lb2', '10.0.0.2/24');
    const client = await host('client', '10.0.0.9/24');
    const nodes = [await installHeartbeat(one, first, FILES), await installHeartbeat(two, second, FILES)] as const;
    const watch = await watchAddresses([one, two]);
    const heartbeats: number[] = [];
    const sniffer = client.start(['tcpdump', '-ttnlqi', 'eth0', 'udp port 694 and src 10.0.0.1']);
    sniffer.onLine((line) => {
      const at = Number(line.split(' ', 1)[0]) * 1000;
      if (at > 0) heartbeats.push(at);
    });
    const prober = startPingProber(client, ADDRESS, PROBE_MS);
    const owns = (name: string) => () => watch.owners(ADDRESS).join() === name;
    const settled = async (): Promise<void> => {
      const isSettled = async (node: HeartbeatNode): Promise<boolean> => {
        const { code, stdout } = await node.clStatus('rscstatus');
        return code === 0 && stdout.trim() !== 'transition';
      };
      await until('both settled', async () => (await isSettled(nodes[0])) && (await isSettled(nodes[1])), 30_000, 200);
      await pause(500);
    };
    /** When the client got its first answer after `owner` had got the address. */
    const answeredBy = (owner: string): number => {
      const got = watch.history(ADDRESS).findLast(({ host: name, owns: has }) => has && name === owner)?.at;
      return (got === undefined ? undefined : prober.firstAfter(got)) ?? Number.NaN;
    };
    /** The longest silence around a change of owner. */
    const gapDuring = async (change: () => Promise<unknown>, owner: string): Promise<Change> => {
      const begun = Date.now();
      const changed = change();
      await until(`the address is with ${owner}`, owns(owner), 30_000);
      await changed;
      await pause(300);
      const gap = gapLength(prober.longestGap(begun - 100));
      const done = answeredBy(owner) - begun;
      await settled();
      return { gap, done };
    };

    const begun = Date.now();
    await Promise.all(nodes.map((node) => node.start()));
    await until('the address answers', () => prober.firstAfter(begun) !== undefined, 40_000);
    const start = (prober.firstAfter(begun) ?? begun) - begun;
    await settled();
    const memory = await residentMemory(nodes[0]);
    const standby = await gapDuring(() => nodes[0].standby('all'), 'lb2');
    const takeover = await gapDuring(() => nodes[0].takeover('all'), 'lb1');
    const stopBegun = Date.now();
    const stopped = nodes[0].stop();
    await until('lb2 has the address', owns('lb2'), 30_000);
    await stopped;
    const stopGap = gapLength(prober.longestGap(stopBegun - 100));
    const stopDone = answeredBy('lb2') - stopBegun;
    await nodes[0].start();
    await until('lb1 has the address again', owns('lb1'), 60_000);
    await settled();
    await pause(FIRST_LIFE_MS);
    await one.link('eth0').cut();
    const cutAt = Date.now();
    // An answer may still be on its way to us while the cable goes.
    await until('the address answers', () => prober.firstAfter(cutAt + 50) !== undefined, 20_000);
    const answered = prober.firstAfter(cutAt + 50) ?? Number.NaN;
    await pause(200);
    const last = heartbeats.filter((at) => at <= cutAt).at(-1) ?? Number.NaN;
    return {
      ...{ start, memory, cut: answered - cutAt, silence: answered - last },
      ...{ standby: standby.gap, standbyDone: standby.done, takeover: takeover.gap },
      ...{ stop: stopGap, stopDone },
    };
  } finally {
    await lab.close();
  }
};

const KEYS = [
  ...(['start', 'standby', 'takeover', 'stop', 'standbyDone', 'stopDone'] as const),
  ...(['cut', 'silence', 'memory'] as const),
] as const;

/** The medians of all runs of one pairing. */
const pairing = async (first: Implementation, second: Implementation): Promise<Measured> =>
  medians(await repeated(`failover: lb1 ${first}, lb2 ${second}`, WIDTH, () => measure(first, second)), KEYS);

export const run = async (): Promise<readonly BenchRow[]> => {
  const ours = await pairing('ours', 'ours');
  const genuine = await pairing('genuine', 'genuine');
  const replacedFirst = await pairing('ours', 'genuine');
  const replacedSecond = await pairing('genuine', 'ours');
  const row = (what: string, key: keyof Measured, from: Measured, budget?: number): BenchRow => ({
    what,
    unit: 'ms',
    ours: from[key],
    genuine: genuine[key],
    budget,
  });
  return [
    row('link cut -> VIP answers, both ours', 'cut', ours),
    row('link cut -> VIP answers, ours takes over from genuine', 'cut', replacedSecond),
    row('link cut -> VIP answers, genuine takes over from ours', 'cut', replacedFirst),
    // Deadtime 1 and 60 ms (design, "Speed budgets").
    row('last heartbeat -> VIP answers, both ours', 'silence', ours, 1060),
    row('last heartbeat -> VIP answers, ours takes over from genuine', 'silence', replacedSecond, 1060),
    row('last heartbeat -> VIP answers, genuine takes over from ours', 'silence', replacedFirst),
    row('hb_standby: gap, both ours', 'standby', ours, 60),
    row('hb_standby -> other node answers, both ours', 'standbyDone', ours),
    row('hb_takeover: gap, both ours', 'takeover', ours, 60),
    row('graceful stop: gap, both ours', 'stop', ours, 60),
    row('graceful stop -> other node answers, both ours', 'stopDone', ours),
    row('both started -> VIP answers, both ours', 'start', ours, 2000),
    // No slower than genuine; what differs from run to run is the second in which a genuine main loop happens to look.
    row('both started -> VIP answers, lb2 genuine', 'start', replacedFirst, genuine.start + 1000),
    row('both started -> VIP answers, lb1 genuine', 'start', replacedSecond, genuine.start + 1000),
    {
      what: 'resident memory of an idle heartbeat',
      unit: 'MiB',
      ours: ours.memory,
      genuine: genuine.memory,
      budget: 75,
    },
  ];
};
