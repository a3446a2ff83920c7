import type { Parsed } from '../../../lib/config/diagnostic.js';
import type { ResourceGroup, ResourceSpec } from '../../../lib/heartbeat/config/model.js';
import { createResourceRunner } from '../../../lib/heartbeat/resources/runner.js';
import { type Millis, millis } from '../../../lib/time.js';
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
const bench = (failing: readonly string[] = []) => {
  const did: string[] = [];
  const logged: string[] = [];
  const standbys: string[] = [];
  const timers: { readonly at: number; readonly act: () => void }[] = [];
  let mono = 0;
  let file: () => Parsed<readonly ResourceGroup[]> = () => good('lb1 a b', 'lb2 c d');
  const act = async (verb: string, { word }: ResourceSpec): Promise<number> => {
    did.push(`${verb} ${word}`);
    await Promise.resolve();
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
    requestStandby: (scope) => standbys.push(scope),
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
  return { runner, did, logged, standbys, advance, write: (reader: typeof file) => (file = reader) };
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

test('jobs run one after the other, in the order asked for', async () => {
  const { runner, did } = bench();
  await Promise.all([runner.acquire('local'), runner.release('local'), runner.acquire('foreign')]);
  expect(did).toEqual(['start a', 'start b', 'stop b', 'stop a', 'start c', 'start d']);
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

test('30 s after a failed start the group is offered to the other node', async () => {
  const { runner, standbys, advance } = bench(['start d']);
  expect(await runner.acquire('all')).toMatchObject({ outcome: 'failed' });
  advance(millis(29_999));
  expect(standbys).toEqual([]);
  advance(millis(1));
  expect(standbys).toEqual(['foreign']);
});

test('a shutdown cancels waiting acquire jobs and late standbys, but not the release that follows', async () => {
  const { runner, did, standbys, advance } = bench(['start b']);
  await runner.acquire('local');
  did.length = 0;
  const waiting = [runner.acquire('foreign'), runner.acquire('local')];
  runner.cancelAcquire();
  waiting.push(runner.release('every'));
  await Promise.all(waiting);
  expect(did).toEqual(['stop b', 'stop a', 'stop d', 'stop c']);
  advance(millis(60_000));
  expect(standbys).toEqual([]);
});
