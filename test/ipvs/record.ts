/**
 * Records what the genuine ipvsadm does with the sessions of genuine-sessions.ts, into compat-fixtures/ipvsadm.
 * Run by hand after adding command lines: node dist/build/test/ipvs/record.js (as root, about a minute).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixture, projectRoot } from '../support/paths.js';
import { runInUml } from '../support/uml.js';
import type { Recorded } from './genuine-sessions.js';

const program = join(projectRoot, 'dist', 'build', 'test', 'ipvs', 'record-inside.js');
const lines = (await runInUml(program, { deadline: 300_000 })) as readonly (Recorded & { readonly session: string })[];
for (const session of new Set(lines.map((line) => line.session))) {
  const own = lines.filter((line) => line.session === session).map(({ session: _, ...line }) => JSON.stringify(line));
  writeFileSync(fixture('ipvsadm', `${session}.jsonl`), `${own.join('\n')}\n`);
  process.stdout.write(`${session}: ${own.length} command lines\n`);
}
