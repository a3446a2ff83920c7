/** `npm run bench [-- NAME…]`: measures the suite beside the genuine programs in one run and prints one table. */
import { run as failover } from './failover.js';
import { run as ldirectordSilent } from './ldirectord-silent.js';
import { type BenchRow, printRows } from './row.js';
import { run as startup } from './startup.js';

const BENCHES: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  startup,
  failover,
  'ldirectord-silent': ldirectordSilent,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`no bench called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}
const rows: BenchRow[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring: ${name}\n`);
  rows.push(...(await bench()));
}
process.stdout.write(`${printRows(rows)}\n`);
// Over budget is a figure to look at, not a failure: machines differ.
process.exit();
