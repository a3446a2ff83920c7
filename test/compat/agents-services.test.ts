/** Our agents that are not about addresses beside the genuine ones: same exit codes, words, files and calls of programs. */
import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { CASES } from '../support/service-agents/cases.js';
import { build, comparable, RECORDING, type Result, runGenuine, runOurs } from '../support/service-agents/play.js';

/**
 * The genuine agents take a third of a second of processor time for each call, so that most of what they do is recorded
 * (test/support/service-agents/record.ts). These are played with them as well, to see that the recording holds.
 */
const LIVE = CASES.filter(({ title }) => ['Delay of a word', 'LVM', 'Filesystem through a link'].includes(title));

const recorded = JSON.parse(readFileSync(RECORDING, 'utf8')) as { readonly results: Record<string, readonly string[]> };

jest.setTimeout(400_000);

let labs: readonly Lab[] = [];
let ours: readonly Result[] = [];
const live = new Map<string, readonly string[]>();
beforeAll(async () => {
  labs = [await createLab('services-genuine'), await createLab('services-ours')];
  const [theirs, own] = await Promise.all(labs.map(build));
  if (theirs === undefined || own === undefined) throw new Error('there are no hosts');
  const playLive = async (): Promise<void> => {
    for (const each of LIVE) live.set(each.title, comparable(await runGenuine(theirs, each), each.calls));
  };
  [ours] = await Promise.all([runOurs(own, CASES), playLive()]);
}, 400_000);
afterAll(() => Promise.all(labs.map((lab) => lab.close())));

test('the recording has every case, and is what the genuine agents do here', () => {
  expect(Object.keys(recorded.results)).toEqual(CASES.map(({ title }) => title));
  expect(LIVE).toHaveLength(3);
  for (const { title } of LIVE) expect([title, live.get(title)]).toEqual([title, recorded.results[title]]);
});

test.each(CASES.map((each, at) => [each.title, each, at] as const))('%s', (title, { calls }, at) => {
  const found = ours[at];
  if (found === undefined) throw new Error('this case was not played');
  expect(recorded.results[title]).toContainEqual(expect.stringMatching(/^(status|start|stop): \d/));
  expect(comparable(found, calls)).toEqual(recorded.results[title]);
});
