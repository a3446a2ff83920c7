/** What is made once for many, and what a follower is spared, on a clock of the test's own. */
import { createSite, type Site } from '../../../lib/ha/serve/site.js';
import type { View } from '../../../lib/ha/serve/view.js';
import type { Watch } from '../../../lib/ha/serve/watch.js';
import { directorHeard, heartbeatHeard, machineStatus } from '../../../lib/ha/status/status.js';
import type { HttpAnswer } from '../../../lib/platform/http-server.js';
import { directorSays, heartbeatSays, realSays } from '../../support/status-world.js';

const AT = 1_795_800_000_000;

/** A site over as many real servers, whose views take `cost` milliseconds to make. */
const siteOf = (reals: number, cost = 0) => {
  const scene = { now: 0, turn: 0, made: 0 };
  const view = (): View => {
    scene.made += 1;
    scene.now += cost;
    const at = AT + scene.turn * 1000;
    const live = directorSays(at);
    const virtuals = live.virtuals.map((one) => ({
      ...one,
      reals: Array.from({ length: reals }, (_, index) => realSays(at, { server: `192.168.${index}:80` })),
    }));
    return {
      status: machineStatus(at, heartbeatHeard(heartbeatSays(at), at), [
        { name: 'www.cf', heard: directorHeard({ ...live, virtuals }, at) },
      ]),
      events: [],
      lateness: new Map(),
    };
  };
  const watch: Watch = { view, counts: () => new Map(), turn: () => String(scene.turn), close: () => undefined };
  const site = createSite(
    { credentials: undefined, isLocal: true },
    () => watch,
    'v',
    () => scene.now,
  );
  return { site, scene };
};
const ask = (site: Site, path: string): Promise<HttpAnswer> =>
  site.answer({ path, authorization: undefined, host: 'localhost' });

interface Follower {
  readonly got: (readonly string[])[];
  behind: boolean;
  readonly leave: () => void;
}
const follow = async (site: Site): Promise<Follower> => {
  const answer = await ask(site, '/live');
  if (answer.kind !== 'stream') throw new Error('no stream');
  const follower = { got: [] as (readonly string[])[], behind: false, leave: () => undefined as unknown };
  follower.leave = answer.begin({
    send: (text) => follower.got.push(Object.keys(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? ''))),
    isBehind: () => follower.behind,
  });
  return follower as Follower;
};

test('between two looks a thing is made once', async () => {
  const { site, scene } = siteOf(2);
  for (let times = 0; times < 5; times += 1) await ask(site, '/metrics');
  expect(scene.made).toBe(1);
  scene.turn += 1;
  scene.now += 1000;
  await ask(site, '/metrics');
  expect(scene.made).toBe(2);
});

test('what takes long to make is made seldom', async () => {
  const { site, scene } = siteOf(2, 500);
  for (let second = 0; second < 10; second += 1) {
    scene.turn += 1;
    await ask(site, '/status.json');
    scene.now += 500;
  }
  // Half a second each time, and two seconds of rest.
  expect(scene.made).toBeLessThanOrEqual(4);
  expect(scene.made).toBeGreaterThanOrEqual(2);
});

test('a follower gets everything first, then what has changed; one who is behind nothing until he is not', async () => {
  const { site, scene } = siteOf(2);
  const follower = await follow(site);
  expect(follower.got).toEqual([['head', 'nodes', 'groups', 'directors', 'events']]);
  scene.turn += 1;
  site.looked();
  expect(follower.got[1]).not.toContain('events');
  expect(follower.got[1]).toContain('head');
  follower.behind = true;
  scene.turn += 1;
  site.looked();
  expect(follower.got).toHaveLength(2);
  follower.behind = false;
  site.looked();
  expect(follower.got).toHaveLength(3);
  // Nothing new, and he is told that.
  site.looked();
  expect(follower.got[3]).toEqual([]);
  follower.leave();
  site.looked();
  expect(follower.got).toHaveLength(4);
});

test('a section of thousands of real servers comes every five seconds, the others every second', async () => {
  const { site, scene } = siteOf(2000);
  const follower = await follow(site);
  for (let second = 0; second < 10; second += 1) {
    scene.turn += 1;
    scene.now += 1000;
    site.looked();
  }
  expect(follower.got).toHaveLength(11);
  expect(follower.got.every((names) => names.includes('head'))).toBe(true);
  expect(follower.got.filter((names) => names.includes('directors'))).toHaveLength(3);
});
