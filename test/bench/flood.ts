/** Heartbeats under load: a thousand valid and a thousand forged packets a second, and a death in the middle of it. */
import { join } from 'node:path';
import type { HeartbeatNode, Implementation } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { until } from '../../lib/lab/until.js';
import { projectRoot } from '../support/paths.js';
import { cost, processorShare } from './cost.js';
import { median } from './median.js';
import { type Pair, withPair } from './pair.js';
import { pause, RUNS, repeated } from './repeat.js';
import type { BenchRow } from './row.js';
import { captureTimes, longestInterval } from './wire-times.js';

/** One measurement of what a flood costs; there are several, one after the other, in the same flood. */
const WINDOW = 4_000;
/** How long a flood lasts, in seconds. */
const SECONDS = (RUNS * WINDOW) / 1000;
const KEEPALIVE = 200;
/** A heartbeat that comes later than half an interval after its time is late. */
const LATE = KEEPALIVE * 1.5;
const DEADTIME = 1000;
const FIRST_LIFE_MS = 6000;

const haCf = (): string => `keepalive ${KEEPALIVE}ms
warntime 500ms
deadtime 1
initdead 10
bcast eth0
auto_failback on
`;

interface Measured {
  /** Longest time between two own heartbeats of lb1 in the whole flood, in milliseconds: one that is late is one too many. */
  readonly interval: number;
  /** Of lb2, which sends the valid ones. */
  readonly peerInterval: number;
  /** Per cent of one core, on lb1; the median. */
  readonly processor: number;
  /** What was really sent in a second; the median. */
  readonly rate: number;
  /** Lines in the log of lb1 meanwhile. */
  readonly lines: number;
  /** Complaints about late heartbeats and deaths in both logs. */
  readonly complaints: number;
}

const program = (name: string): string => join(projectRoot, 'dist', 'build', 'test', 'bench', `${name}.js`);

const COMPLAINT = /Late heartbeat|is dead|late by/;

/** `sender` floods for {@link SECONDS}. */
const underLoad = async (
  { nodes: [one, two], client }: Pair,
  sender: { readonly host: Host; readonly argv: readonly string[] },
): Promise<Measured> => {
  const wire = await captureTimes(client);
  const logs = async (): Promise<readonly (readonly string[])[]> => Promise.all([one.log(), two.log()]);
  const logsBefore = await logs();
  const from = Date.now();
  const flood = sender.host.start([process.execPath, ...sender.argv]);
  const rates: number[] = [];
  flood.onLine((line) => rates.push(Number(line)));
  const shares: number[] = [];
  while (shares.length < RUNS) {
    const before = await cost(one.host);
    await pause(WINDOW);
    shares.push(processorShare(before, await cost(one.host)));
  }
  const to = Date.now();
  await flood.stop();
  await wire.stop();
  const fresh = (await logs()).map((lines, index) => lines.slice(logsBefore[index]?.length ?? 0));
  const within = (address: string): readonly number[] => [
    from,
    ...wire.statuses(address).filter((at) => at >= from && at <= to),
    to,
  ];
  return {
    interval: longestInterval(within('10.0.0.1')),
    peerInterval: longestInterval(within('10.0.0.2')),
    processor: median(shares),
    rate: median(rates),
    lines: fresh[0]?.length ?? 0,
    complaints: fresh.flat().filter((line) => COMPLAINT.test(line)).length,
  };
};

const owns = async ({ host }: HeartbeatNode, address: string): Promise<boolean> =>
  (await host.get(['ip', '-o', 'address', 'show'])).includes(` ${address}/`);

/** lb1 vanishes while lb2 is flooded: milliseconds from its last heartbeat until lb2 announces its address. */
const deathUnderLoad = async ({ nodes: [one, two], client }: Pair, ...flooding: readonly string[]): Promise<number> => {
  await until('lb1 has the address', () => owns(one, '10.0.0.100'), 30_000, 200);
  const wire = await captureTimes(client);
  const flood = client.start([process.execPath, program('flood-sender'), ...flooding]);
  await pause(3000);
  await one.host.link('eth0').cut();
  const cutAt = Date.now();
  await until('lb2 has the address', () => owns(two, '10.0.0.100'), 20_000, 100).catch(() => undefined);
  await pause(300);
  await flood.stop();
  const last = wire.statuses('10.0.0.1').findLast((at) => at <= cutAt) ?? Number.NaN;
  const announced = wire.announced('10.0.0.100', cutAt) ?? Number.NaN;
  await wire.stop();
  return announced - last;
};

interface Results {
  readonly valid: Measured;
  readonly forged: Measured;
  readonly stress: Measured;
  readonly death: number;
  readonly deathStress: number;
}

export const measure = async (implementation: Implementation): Promise<Results> => {
  const say = (what: string): void => void process.stderr.write(`flood: ${implementation}, ${what}, ${SECONDS} s\n`);
  const options = {
    implementations: [implementation, implementation],
    haCf,
    haresources: 'lb1 IPaddr2::10.0.0.100/24/eth0\n',
  } as const;
  const settledPair = <T>(use: (pair: Pair) => Promise<T>): Promise<T> =>
    withPair(options, async (pair) => {
      await pair.start();
      await pause(FIRST_LIFE_MS);
      return use(pair);
    });
  const forged = (pair: Pair, ...flooding: readonly string[]): Promise<Measured> =>
    underLoad(pair, { host: pair.client, argv: [program('flood-sender'), ...flooding] });
  /** A pair of its own for each death, several at a time as far as the floods leave room. */
  const deaths = async (width: number, kind: string, rate: string): Promise<number> =>
    median(
      await repeated(`flood: ${implementation}, death in ${rate} a second`, width, () =>
        settledPair((pair) => deathUnderLoad(pair, kind, rate)),
      ),
    );
  const first = await settledPair(async (pair) => {
    say('1000 valid packets a second');
    const valid = await underLoad(pair, {
      host: pair.nodes[1].host,
      argv: [program('chatter'), '1000'],
    });
    await pause(3000);
    say('1000 forged packets a second');
    return { valid, forged: await forged(pair, 'mixed', '1000') };
  });
  const stress = await settledPair((pair) => {
    say('10000 forged packets a second');
    return forged(pair, 'small', '10000');
  });
  return { ...first, stress, death: await deaths(2, 'mixed', '1000'), deathStress: await deaths(1, 'small', '10000') };
};

export const run = async (): Promise<readonly BenchRow[]> => {
  const ours = await measure('ours');
  const genuine = await measure('genuine');
  const rows = (load: 'valid' | 'forged' | 'stress', about: string, limited: boolean): readonly BenchRow[] => {
    const row = (what: string, unit: string, key: keyof Measured, budget?: number): BenchRow => ({
      what: `${about}: ${what}`,
      unit,
      ours: ours[load][key],
      genuine: genuine[load][key],
      budget: limited ? budget : undefined,
    });
    return [
      row('longest heartbeat interval', 'ms', 'interval', LATE),
      ...(load === 'valid' ? [row('longest heartbeat interval of their sender', 'ms', 'peerInterval', LATE)] : []),
      row('late heartbeats and deaths logged', 'lines', 'complaints', 0),
      row('log lines', 'lines', 'lines', 100),
      row('processor', '%', 'processor'),
      row('messages really sent', '/s', 'rate'),
    ];
  };
  return [
    ...rows('valid', '1000/s valid', true),
    ...rows('forged', '1000/s forged', true),
    {
      what: '1000/s forged: last heartbeat -> VIP announced',
      unit: 'ms',
      ours: ours.death,
      genuine: genuine.death,
      budget: DEADTIME + 500,
    },
    ...rows('stress', '10000/s forged', false),
    {
      what: '10000/s forged: last heartbeat -> VIP announced',
      unit: 'ms',
      ours: ours.deathStress,
      genuine: genuine.deathStress,
      budget: undefined,
    },
  ];
};
