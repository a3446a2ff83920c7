/**
 * Plays cases with the genuine agents and writes compat-fixtures/agents/services.json:
 * `node dist/build/test/support/service-agents/record.js [TITLE]`, as root, with the packages heartbeat and resource-agents.
 * With the beginning of a title only those cases are recorded anew.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createLab } from '../../../lib/lab/lab.js';
import { CASES } from './cases.js';
import { build, comparable, RECORDING, runGenuine } from './play.js';

interface Recording {
  /** The packages that were played. */
  readonly from: readonly string[];
  readonly results: Readonly<Record<string, readonly string[]>>;
}

const version = (name: string): string =>
  execFileSync('dpkg-query', ['--show', '--showformat', '$' + '{Package} $' + '{Version}', name], { encoding: 'utf8' });

const lab = await createLab('services-record');
try {
  const host = await build(lab);
  const [only = ''] = process.argv.slice(2);
  const known = only === '' ? {} : (JSON.parse(readFileSync(RECORDING, 'utf8')) as Recording).results;
  const results: Record<string, readonly string[]> = {};
  for (const each of CASES) {
    const kept = known[each.title];
    results[each.title] =
      kept !== undefined && !each.title.startsWith(only) ? kept : comparable(await runGenuine(host, each), each.calls);
    process.stderr.write(`${each.title}: ${JSON.stringify(results[each.title])}\n`);
  }
  mkdirSync(dirname(RECORDING), { recursive: true });
  const recorded: Recording = { from: ['heartbeat', 'resource-agents'].map(version), results };
  writeFileSync(RECORDING, `${JSON.stringify(recorded, null, 2)}\n`);
} finally {
  await lab.close();
}
