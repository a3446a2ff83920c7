import type { Parsed } from '../../../lib/config/diagnostic.js';
import type { ResourceGroup, ResourceSpec } from '../../../lib/heartbeat/config/model.js';
import { createResourceRunner } from '../../../lib/heartbeat/resources/runner.js';
import { type Millis, millis, seconds } from '../../../lib/time.js';
import { group } from './sample-groups.js';

const good = (...lines: readonly string[]): Parsed<readonly ResourceGroup[]> => ({
  value: lines.map(group),
  diagnostics: [],
});

const broken: Parsed<readonly ResourceGroup[]> = {
  value: [],
  diagnostics: [
    {
      ...{ severity: 'error', code: 'haresources/unknown-node', message: "unknown node 'lb9'", length: 3 },
      ...{ at: { file: '/etc/ha.d/haresources', line: 2, column: 1 }, sourceLine: 'lb9 10.0.0.1' },
    },
  ],
};

/** A runner on a virtual clock whose scripts record what is done. */
const bench = (
  failing: readonly string[] = [],
  onStart: (word: string, environment?: Readonly<Record<string, string>>) => void = () => {},
) => {
  const did: string[] = [];
  const logged: string[] = [];
  const timers: { readonly at: number; readonly act: () => void }[] = [];
  let mono = 0;
  let file: () => Parsed<readonly ResourceGroup[]> = () => good('lb1 a b', 'lb2 c d');
  const act = async (
    verb: string,
    { word }: ResourceSpec,
    environment?: Readonly<Record<string, string>>,
  ): Promise<number> => {
    did.push(`${verb} ${word}`);
    if (verb === 'start') onStart(word, environment);
    await Promise.resolve();
    if (failing.includes(`bug at ${verb} ${word}`)) throw new Error('oops');
    return failing.includes(`${verb} ${word}`) ? 1 : 0;
  };
  const runner = createResourceRunner({
    self: 'lb1',
    stopRetries: 10,
    readGroups: async () => file(),
    knownGroups: ['lb1 a b', 'lb2 c d'].map(group),
    performer: {
      locate: ({ agent }) => `/etc/ha.d/resource.d/${agent}`,
      isRunning: async () => false,
      perform: act,
    },
    log: (script, priority, text) => logged.push(`${script.name} ${priority}: ${text}`),
    after: (delay, callback) => {
      const timer = { at: mono + delay, act: callback };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    mono: () => millis(mono),
  });
  const advance = (by: Millis): void => {
    mono += by;
    for (const timer of timers.filter(({ at }) => at <= mono)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.act();
    }
  };
  return { runner, did, logged, advance, write: (reader: typeof file) => (file = reader) };
};

test('local are the groups that prefer this node, foreign those of the others', async () => {
  const { runner, did } = bench();
  await runner.acquire('local');
  expect(did).toEqual(['start a', 'start b']);
  await runner.acquire('foreign');
  expect(did.slice(2)).toEqual(['start c', 'start d']);
  await runner.release('every');
  expect(did.slice(4)).toEqual(['stop b', 'stop a', 'stop d', 'stop c']);
});

test('one group alone can be named by its key', async () => {
  const { runner, did } = bench();
  await runner.acquire('all', { group: 'c' });
  expect(did).toEqual(['start c', 'start d']);
});

test('haresources is read again for every job', async () => {
  const { runner, did, write } = bench();
  await runner.acquire('local');
  write(() => good('lb1 x'));
  await runner.acquire('local');
  expect(did).toEqual(['start a', 'start b', 'start x']);
});

test('a broken file is said once, and the last good one stays in use', async () => {
  const { runner, did, logged, write } = bench();
  await runner.groups();
  write(() => broken);
  await runner.acquire('local');
  await runner.release('local');
  expect(did).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  expect(logged.filter((line) => line.includes('ERROR'))).toEqual([
    "ResourceManager ERROR: /etc/ha.d/haresources:2:1: unknown node 'lb9' (going on with the last good haresources)",
  ]);
});

test('a file that is broken before the first job leaves what the daemon started with', async () => {
  const { runner, did, write } = bench();
  write(() => broken);
  await runner.acquire('all');
  expect(did).toEqual(['start a', 'start b', 'start c', 'start d']);
});

test('a reader that fails is like a broken file', async () => {
  const { runner, did, logged, write } = bench();
  write(() => {
    throw new Error('EACCES');
  });
  expect(await runner.acquire('all')).toMatchObject({ outcome: 'done' });
  expect(logged[0]).toMatch(/haresources cannot be read: Error: EACCES/);
  expect(did).toHaveLength(4);
});

test('a group that was given up is named', async () => {
  const { runner } = bench(['start d']);
  const { outcome, givenUp } = await runner.acquire('all');
  expect(outcome).toBe('failed');
  expect(givenUp.map(({ node }) => node)).toEqual(['lb2']);
});

test('a failed stop is tried again as long as it takes', async () => {
  const { runner, did, advance } = bench(['stop b']);
  const released = runner.release('local');
  for (let second = 0; second < 12; second += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    advance(millis(1000));
  }
  expect((await released).stuck).toEqual([]);
  expect(did.filter((each) => each === 'stop b')).toHaveLength(11);
});

test('a shutdown ends the acquire job that runs and cancels later ones, but not the release that follows', async () => {
  const { runner, did } = bench();
  const running = runner.acquire('all');
  await Promise.resolve();
  runner.cancelAcquire();
  await Promise.all([running, runner.acquire('foreign')]);
  expect(did.length).toBeLessThanOrEqual(1);
  did.length = 0;
  await runner.release('every');
  expect(did).toEqual(['stop b', 'stop a', 'stop d', 'stop c']);
});

test('the scripts of each group get the environment of the moment', async () => {
  const seen: string[] = [];
  const { runner } = bench([], (word, environment) => seen.push(`${word} ${environment?.HA_ipaddr}`));
  await runner.acquire('all', { environment: (one) => ({ HA_ipaddr: one.resources[0]?.word ?? '' }) });
  expect(seen).toEqual(['a a', 'b a', 'c c', 'd c']);
});

test('a group whose line is taken out while it runs is stopped with its node, and only once', async () => {
  const { runner, did, write } = bench();
  await runner.acquire('all');
  write(() => good('lb1 a', 'lb2 c d'));
  did.length = 0;
  await runner.release('local');
  expect(did).toEqual(['stop b', 'stop a']);
  did.length = 0;
  await runner.release('every');
  expect(did).toEqual(['stop a', 'stop d', 'stop c']);
});

test('the next job uses what the file says by then', async () => {
  const { runner, did, write } = bench();
  write(() => good('lb1 a x', 'lb2 c d'));
  await runner.acquire('local');
  expect(did).toEqual(['start a', 'start x']);
});

test('a bug of ours never makes anybody believe that something has stopped, or has started', async () => {
  const { runner, logged, advance } = bench(['bug at stop c', 'bug at start a']);
  const releasing = runner.release('foreign');
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  advance(seconds(10));
  expect(await releasing).toEqual({ outcome: 'failed', givenUp: [], stuck: [group('lb2 c d')] });
  const acquiring = runner.acquire('local');
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  advance(seconds(10));
  expect(await acquiring).toEqual({ outcome: 'failed', givenUp: [group('lb1 a b')], stuck: [] });
  const bug = 'ResourceManager ERROR: Internal error while resources were handled: Error: oops';
  expect(logged.filter((line) => line.includes('ERROR'))).toEqual([bug, bug]);
});
