/** The stories of packaging/examples are understood, with the files of the cluster that they are told about, and end well. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rehearsal } from '../../lib/rehearsal/rehearse.js';
import { haIn } from '../support/ha.js';
import { projectRoot } from '../support/paths.js';

const EXAMPLES = join(projectRoot, 'packaging', 'examples');
const textOf = (...parts: readonly string[]): string => readFileSync(join(EXAMPLES, ...parts), 'latin1');
const STORIES = readdirSync(join(EXAMPLES, 'rehearsals')).filter((name) => name.endsWith('.story'));

const playFile = async (name: string): Promise<Rehearsal> => {
  const pair = 'linux-ha-lvs-pair';
  const files = {
    'ha.cf': textOf(pair, 'ha.cf'),
    haresources: textOf(pair, 'haresources'),
    // Found beside haresources, as in /etc/ha.d.
    './conf/ldirectord.cf': textOf(pair, 'conf', 'ldirectord.cf'),
    [name]: textOf('rehearsals', name),
  };
  const words = ['rehearse', '--json', '--ha-cf', 'ha.cf', '--haresources', 'haresources', '--file', name];
  const { stdout, stderr, code } = await haIn(files, words);
  expect([name, stderr, code]).toEqual([name, '', 0]);
  return JSON.parse(stdout) as Rehearsal;
};

test('there are some, and the README has a line for each', () => {
  expect(STORIES.length).toBeGreaterThanOrEqual(3);
  const listed = [...textOf('rehearsals', 'README').matchAll(/^ {2}(\S+\.story) /gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(STORIES.toSorted());
});

test.each(STORIES)('%s is understood and ends well', async (name) => {
  const { services, timeline } = await playFile(name);
  expect(services.map(({ service, owners, servers }) => [service, owners.length, servers.length > 0])).toEqual([
    ['tcp:10.0.2.50:443', 1, true],
    ['tcp:10.0.2.50:80', 1, true],
  ]);
  expect(timeline.some(({ text }) => text.startsWith('ldirectord: ')) || name === 'wrong-answers.story').toBe(true);
});

test('they show what their comments say', async () => {
  const longest = async (name: string): Promise<number> =>
    Math.max(...(await playFile(name)).services.map((one) => one.longest));
  expect(await longest('maintenance.story')).toBeLessThan((await longest('power-failure.story')) / 2);
  // Half of the requests, for 150 of 240 seconds.
  for (const { lost } of (await playFile('wrong-answers.story')).services) expect(lost).toBeCloseTo(75 / 240);
  const [https] = (await playFile('web-servers.story')).services;
  expect(https?.fallback).toBeGreaterThan(50_000);
  for (const { longest: gap } of (await playFile('bad-day.story')).addresses) expect(gap).toBe(0);
});
