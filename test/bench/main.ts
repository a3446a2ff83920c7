/** `npm run bench [-- [--json] [--no-genuine] NAME…]`: measures the suite beside the genuine programs in one run and prints one table. */
import { loadavg } from 'node:os';
import { run as addresses } from './addresses.js';
import { run as batches } from './batches.js';
import { run as failover } from './failover.js';
import { run as flightRecorder } from './flight-recorder.js';
import { run as flood } from './flood.js';
import { run as idle } from './idle.js';
import { run as ldirectord } from './ldirectord.js';
import { type BenchRow, printRows, summary, withinBudget } from './row.js';
import { run as startup } from './startup.js';
import { run as statusPage } from './status-page.js';

interface Bench {
  readonly about: string;
  readonly run: () => Promise<readonly BenchRow[]>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  startup: { about: 'how long each command takes to start', run: startup },
  failover: { about: 'how long a client waits: cut, standby, take-over, stop, start; about 12 minutes', run: failover },
  addresses: { about: 'fifty addresses taken over at once; about 15 minutes', run: addresses },
  idle: { about: 'processor and memory of a pair at rest; about 7 minutes', run: idle },
  flood: { about: 'heartbeats while valid and forged packets pour in; about 20 minutes', run: flood },
  'flight-recorder': { about: 'what recording everything costs; about 1 minute', run: flightRecorder },
  ldirectord: { about: 'ldirectord with up to 10,000 reals, some silent; about 25 minutes', run: ldirectord },
  'status-page': {
    about: 'heartbeats while fifty watch the status page and a hundred scrapes a second come; about 1 minute',
    run: statusPage,
  },
  batches: { about: 'a thousand changes of the table at once, nft and real IPVS; about 3 minutes', run: batches },
};

const words = process.argv.slice(2);
const json = words.includes('--json');
const wanted = words.filter((word) => word !== '--json' && word !== '--no-genuine');
if (wanted.includes('--help')) {
  const names = Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(18)} ${about}\n`);
  process.stdout.write(`npm run bench -- [--json] [--no-genuine] [NAME...]\n\n${names.join('')}`);
  process.stdout.write('\nMedians of 10 runs; HA_SUITE_BENCH_RUNS=2 in the environment for a quick look.\n');
  process.stdout.write('--no-genuine leaves the genuine ldirectord out, which needs most of the time.\n');
  process.exit(0);
}
const unknown = wanted.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`no bench called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
/** What else the machine was doing: figures of a busy machine say little. */
const load = (): string =>
  loadavg()
    .map((each) => each.toFixed(2))
    .join(' ');
const loadBefore = load();
const rows: BenchRow[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring: ${name} (load ${load()})\n`);
  rows.push(...(await bench.run()));
}
const loads = { before: loadBefore, after: load() };
process.stdout.write(
  json
    ? `${JSON.stringify({ load: loads, rows: rows.map((row) => ({ ...row, within: withinBudget(row) })) }, null, 2)}\n`
    : `${printRows(rows)}\n\n${summary(rows)}\nload average before ${loads.before}, after ${loads.after}\n`,
);
// Over budget is a figure to look at, not a failure: machines differ.
process.exit();
