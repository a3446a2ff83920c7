/** The manual pages name every directive, setting and sub-command, and no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VOCABULARY } from '../../lib/config/suite.js';
import { runStatusCommand } from '../../lib/heartbeat/api/status-commands.js';
import { DIRECTIVES } from '../../lib/heartbeat/config/ha-cf.js';
import { NOT_ACTED_ON } from '../../lib/heartbeat/config/not-acted-on.js';
import { projectRoot } from '../support/paths.js';

const page = (name: string): string => readFileSync(join(projectRoot, 'man', name), 'utf8');
const items = (name: string): readonly string[] =>
  [...page(name).matchAll(/^\.It Ic (\S+)/gm)].map(([, word = '']) => word);

test('ha.cf(5): every directive', () => {
  expect([...items('ha.cf.5')].sort()).toEqual(Object.keys(DIRECTIVES).sort());
});

test('ha.cf(5): what is not acted on yet', () => {
  const section = page('ha.cf.5').split('.Ss Accepted but not acted on yet')[1]?.split('.Sh ')[0] ?? '';
  const words = [...section.matchAll(/^\.Ic (.*)$/gm)].flatMap(([, line = '']) => line.split(/[ ,;]+/));
  const named = words.filter((word) => Object.hasOwn(DIRECTIVES, word));
  expect(named.sort()).toEqual(Object.keys(NOT_ACTED_ON).sort());
});

test('ha-suite.ini(5): every section and key', () => {
  const sections = [...page('ha-suite.ini.5').matchAll(/^\.Ss \[(\w+)/gm)].map(([, word]) => word);
  expect(sections).toEqual(Object.keys(VOCABULARY));
  expect(items('ha-suite.ini.5')).toEqual(Object.values(VOCABULARY).flatMap((keys) => Object.keys(keys)));
});

test('cl_status(1): every sub-command of the help', async () => {
  const { stdout } = await runStatusCommand([], () => Promise.resolve({ state: 'stopped' }));
  const commands = stdout.flatMap((line) => /^([a-z]+)(?: |$)/.exec(line)?.[1] ?? []);
  expect([...items('cl_status.1')].sort()).toEqual(commands.sort());
});
