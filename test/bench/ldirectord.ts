/** ldirectord with a hundred, a thousand and ten thousand reals: start, load, memory, and how fast silence is noticed. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { until } from '../../lib/lab/until.js';
import { command, projectRoot } from '../support/paths.js';
import { CONFIG, config, createDirectorWorld, type DirectorWorld, type Field, range, real } from './director-world.js';
import { median } from './median.js';
import { processCost } from './process-cost.js';
import { medians, pause, RUNS } from './repeat.js';
import { type BenchRow, printRows } from './row.js';
import { secondsIn, startsIn } from './watch-daemon.js';

/** Each run takes minutes: three of them make a median. */
const REPETITIONS = Math.min(RUNS, 3);

/** `--no-genuine` leaves the genuine program out, which needs most of the time. */
const WITH_GENUINE = !process.argv.includes('--no-genuine');

const OURS = [process.execPath, command('ldirectord-ts')];
const GENUINE = ['/usr/sbin/ldirectord'];

interface Plan extends Field {
  /** How many of each virtual's reals fall silent. */
  readonly silentEach: number;
  /** Whether to look into the daemon, which costs it a little processor time and memory. */
  readonly inside: boolean;
  /** How long a daemon gets to come to rest, and V8 to compile what is used often, in milliseconds. */
  readonly settle: number;
  /** For how long the load is measured, in milliseconds. */
  readonly watch: number;
}

const FIGURES = ['programmed', 'noticed', 'load', 'memory', 'peak', 'status', 'late', 'crowd'] as const;
type Figure = (typeof FIGURES)[number];

/**
 * `programmed`: seconds from the start command to the complete table; `noticed`: from the silence to the last removal;
 * `load`: per cent of a core in the steady state; `memory`, `peak`: MiB; `status`: ms of `ldirectord x.cf status`;
 * `late`: ms, the longest that the event loop kept a timer waiting in the steady state; `crowd`: the most starts in any
 * tenth of a second from the first check on, as a multiple of the mean.
 */
type Measured = Readonly<Record<Figure, number>>;

const NOT_MEASURED = Object.fromEntries(FIGURES.map((figure) => [figure, Number.NaN])) as Record<Figure, number>;

/** How long a program may take before it counts as not doing it at all. */
const PATIENCE_MS = 240_000;

const WATCH_FILE = '/run/watch';

/** The most starts within any 100 ms, divided by the mean. */
const crowding = (starts: readonly number[], mean: number): number => {
  const sorted = starts.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  sorted.forEach((at, last) => {
    while ((sorted[first] ?? at) <= at - 100) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most / mean;
};

const statusTime = async (world: DirectorWorld, program: readonly string[], env: Record<string, string>) => {
  const times: number[] = [];
  for (const _ of range(9)) {
    const start = performance.now();
    await world.host.run([...program, CONFIG, 'status'], { env });
    times.push(performance.now() - start);
  }
  return median(times);
};

const measure = async (world: DirectorWorld, program: readonly string[], plan: Plan): Promise<Measured> => {
  const { host } = world;
  const env = { HA_SUITE_IPVS_ENGINE: 'kernel', TZ: 'UTC' };
  const watching = {
    HA_SUITE_BENCH_WATCH: WATCH_FILE,
    NODE_OPTIONS: `--import ${pathToFileURL(join(projectRoot, 'dist/build/test/bench/watch-daemon.js')).href}`,
  };
  const all = plan.virtuals * plan.realsEach;
  const silent = range(plan.virtuals).flatMap((virtual) => range(plan.silentEach).map((index) => real(virtual, index)));
  const begin = Date.now();
  await host.run([...program, CONFIG, 'start'], { env: plan.inside ? { ...env, ...watching } : env });
  await until('the complete table', async () => (await world.inTable()) === all, PATIENCE_MS, 100);
  const last = (await world.changes()).findLast(({ what }) => what.startsWith('-a'))?.at ?? Number.NaN;
  const programmed = (last - begin) / 1000;
  // The genuine start adds and removes everything once; the table is complete when nothing happens any more.
  await pause(plan.settle);
  const pid = (await host.read('/run/ldirectord.bench.cf.pid')).trim();
  const steadyFrom = Date.now();
  const { load, memory, peak } = await processCost(host, pid, plan.watch);
  const steadyTo = Date.now();
  const status = await statusTime(world, program, env);
  await world.fail('silent', silent);
  const hush = Date.now();
  const noticed = await until(
    'all noticed',
    async () => (await world.inTable()) === all - silent.length,
    PATIENCE_MS,
    100,
  )
    .then(async () => {
      const gone = (await world.changes()).findLast(({ what }) => what.startsWith('-d'))?.at ?? Number.NaN;
      return (gone - hush) / 1000;
    })
    .catch(() => Number.POSITIVE_INFINITY);
  await host.run([...program, CONFIG, 'stop'], { env });
  const watch = await host.read(WATCH_FILE);
  const seconds = secondsIn(watch);
  const steady = seconds.filter(({ at }) => at > steadyFrom && at <= steadyTo);
  const starts = startsIn(watch).map(({ at }) => at);
  const isOurs = seconds.length > 0;
  return {
    programmed,
    noticed,
    load,
    memory,
    peak,
    status,
    late: isOurs ? Math.max(...steady.map(({ late }) => late)) : Number.NaN,
    crowd: isOurs
      ? crowding(
          starts.filter((at) => at < hush),
          all / (plan.checkinterval * 10),
        )
      : Number.NaN,
  };
};

/** The medians of several runs, each on a host of its own; what fails as a whole was not measured. */
const onHosts = async (what: string, program: readonly string[], plan: Plan, times: number): Promise<Measured> => {
  const runs: Measured[] = [];
  for (const index of range(times)) {
    process.stderr.write(`${what}: ${index} of ${times}\n`);
    const world = await createDirectorWorld('bench', config(plan));
    try {
      runs.push(await measure(world, program, plan));
    } catch (error) {
      process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
      runs.push(NOT_MEASURED);
    } finally {
      await world.close();
    }
  }
  return medians(runs, FIGURES);
};

interface Line {
  readonly figure: Figure;
  readonly text: string;
  readonly unit: string;
  readonly budget?: number | 'genuine';
}

const rows = (name: string, lines: readonly Line[], ours: Measured, genuine: Measured | undefined): BenchRow[] =>
  lines.map(({ figure, text, unit, budget }) => ({
    what: `ldirectord ${name}: ${text}`,
    unit,
    ours: ours[figure],
    genuine: genuine === undefined || Number.isNaN(genuine[figure]) ? undefined : genuine[figure],
    budget: budget === 'genuine' ? genuine?.[figure] : budget,
  }));

const SMALL: Plan = {
  ...{ virtuals: 10, realsEach: 10, silentEach: 2, checktype: 'connect', checkinterval: 1, checktimeout: 2 },
  inside: false,
  settle: 40_000,
  watch: 20_000,
};
const LARGE: Plan = {
  ...{ virtuals: 100, realsEach: 10, silentEach: 1, checktype: 'negotiate', checkinterval: 1, checktimeout: 2 },
  inside: true,
  settle: 10_000,
  watch: 20_000,
};
const HUGE: Plan = {
  ...{ virtuals: 100, realsEach: 100, silentEach: 1, checktype: 'connect', checkinterval: 10, checktimeout: 2 },
  inside: true,
  settle: 20_000,
  watch: 30_000,
};

/** 10x10 and 100x10 beside the genuine program, and 100x100, for which it would need hours. */
export const run = async (): Promise<readonly BenchRow[]> => {
  const beside = async (name: string, plan: Plan, lines: readonly Line[], genuineTimes: number) => {
    const ours = await onHosts(`ldirectord ${name}`, OURS, plan, REPETITIONS);
    const times = WITH_GENUINE ? Math.min(genuineTimes, REPETITIONS) : 0;
    const genuine = times === 0 ? undefined : await onHosts(`genuine ${name}`, GENUINE, plan, times);
    return rows(name, lines, ours, genuine);
  };
  return [
    ...(await beside(
      '10x10 connect, interval 1 s',
      SMALL,
      [
        { figure: 'noticed', text: '20 silent, last one out', unit: 's', budget: 3.3 },
        { figure: 'programmed', text: 'table complete', unit: 's' },
        { figure: 'load', text: 'load', unit: '%' },
        { figure: 'memory', text: 'resident memory', unit: 'MiB', budget: 75 },
        { figure: 'status', text: 'status command', unit: 'ms', budget: 'genuine' },
      ],
      3,
    )),
    ...(await beside(
      '100x10 negotiate, interval 1 s',
      LARGE,
      [
        { figure: 'programmed', text: 'table complete', unit: 's', budget: 2 },
        { figure: 'noticed', text: '100 silent, last one out', unit: 's', budget: 3.5 },
        { figure: 'load', text: 'load', unit: '%', budget: 35 },
        { figure: 'memory', text: 'resident memory', unit: 'MiB' },
        { figure: 'late', text: 'event loop late by at most', unit: 'ms' },
      ],
      1,
    )),
    ...(await beside(
      '100x100 connect, interval 10 s',
      HUGE,
      [
        { figure: 'noticed', text: '100 silent, last one out', unit: 's', budget: 12.5 },
        { figure: 'load', text: 'load', unit: '%', budget: 60 },
        { figure: 'memory', text: 'resident memory', unit: 'MiB', budget: 200 },
        { figure: 'peak', text: 'resident memory at its highest', unit: 'MiB', budget: 200 },
        { figure: 'crowd', text: 'most starts in 100 ms, of the mean', unit: 'x', budget: 2 },
        { figure: 'programmed', text: 'table complete', unit: 's' },
        { figure: 'late', text: 'event loop late by at most', unit: 'ms' },
      ],
      0,
    )),
  ];
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(`${printRows(await run())}\n`);
