/** Records what the genuine scripts do: `node dist/build/test/support/record-scripts.js`, see compat-fixtures/scripts. */
import { writeFileSync } from 'node:fs';
import { createLab } from '../../lib/lab/lab.js';
import { fixture } from './paths.js';
import { CALLS, prepare } from './script-calls.js';
import { runSession } from './script-session.js';

const lab = await createLab('record-scripts');
try {
  const host = await lab.host('genuine');
  await prepare(host);
  const outcomes = Object.fromEntries(await runSession(host, CALLS));
  writeFileSync(fixture('scripts', 'outcomes.json'), `${JSON.stringify(outcomes, undefined, 1)}\n`);
} finally {
  await lab.close();
}
