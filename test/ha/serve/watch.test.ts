/** The watch over daemons that come, go, are born again and tell twice. */
import { eventLine, type HaEvent } from '../../../lib/events/event.js';
import { startWatch, type Watch } from '../../../lib/ha/serve/watch.js';
import type { Daemons } from '../../../lib/platform/daemons.js';
import { millis } from '../../../lib/time.js';
import { heartbeatSays } from '../../support/status-world.js';

const eventOf = (run: number, seq: number, wall = Date.now() + 1): HaEvent => ({
  ...{ node: 'lb2', program: 'heartbeat', instance: '', run, seq, mono: millis(seq), wall: millis(wall) },
  ...{ type: 'late', duration: seq },
});

interface Scene {
  readonly watch: Watch;
  readonly events: readonly HaEvent[];
  readonly asked: () => number;
  /** The follower's line, and the end of his connection. */
  readonly tell: (event: HaEvent) => void;
  readonly hangUp: () => void;
  readonly connections: () => number;
}

const watched = async (past: readonly HaEvent[] = [], hangs = false): Promise<Scene> => {
  let asked = 0;
  let connections = 0;
  let hear = (_line: string): void => undefined;
  let end = (): void => undefined;
  const daemons: Daemons = {
    list: () => [{ program: 'heartbeat', instance: '', socket: '/heartbeat.sock' }],
    past: () => past,
    ask: async (_path, _question, timeout) => {
      asked += 1;
      if (hangs) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return { kind: 'none', problem: `silent for ${timeout}`, isThere: true };
      }
      return { kind: 'lines', lines: [JSON.stringify(heartbeatSays(Date.now()))] };
    },
    follow: (_path, _question, line, signal) =>
      new Promise((resolve) => {
        connections += 1;
        hear = line;
        end = () => resolve(undefined);
        signal.addEventListener('abort', () => resolve(undefined));
      }),
  };
  const events: HaEvent[] = [];
  const watch = await startWatch(
    { daemons, wall: Date.now, read: () => ({ problem: 'No such file or directory' }) },
    { onLook: () => undefined, onEvent: (event) => events.push(event) },
    millis(50),
  );
  return {
    ...{ watch, events, asked: () => asked, connections: () => connections },
    tell: (event) => hear(eventLine(event)),
    hangUp: () => end(),
  };
};

const until = async (isSo: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 500 && !isSo(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isSo()).toBe(true);
};

let scene: Scene | undefined;
afterEach(() => scene?.watch.close());

const LATE = JSON.stringify(['heartbeat', '', 'late']);

test('an event is told and counted once, however often its daemon is followed; the next life counts anew', async () => {
  scene = await watched();
  const { tell, hangUp, connections, events, watch } = scene;
  for (let seq = 1; seq <= 100; seq += 1) tell(eventOf(1, seq));
  hangUp();
  await until(() => connections() === 2);
  for (let seq = 1; seq <= 101; seq += 1) tell(eventOf(1, seq));
  tell(eventOf(2, 1));
  expect(events.map(({ run, seq }) => `${run}/${seq}`).slice(-2)).toEqual(['1/101', '2/1']);
  expect(watch.counts().get(LATE)).toBe(102);
  expect(watch.view().events).toHaveLength(30);
});

test('what the journals have kept is shown, and is no news', async () => {
  const past = [eventOf(1, 1, Date.now() - 60_000), eventOf(1, 2, Date.now() - 50_000)];
  scene = await watched(past);
  for (const event of past) scene.tell(event);
  expect(scene.watch.view().events).toEqual(past);
  expect([scene.events, scene.watch.counts().size]).toEqual([[], 0]);
  scene.tell(eventOf(1, 3));
  expect(scene.events.map(({ seq }) => seq)).toEqual([3]);
});

test('a storm of events is no storm of questions', async () => {
  scene = await watched();
  const before = scene.asked();
  const begun = performance.now();
  let seq = 0;
  while (performance.now() - begun < 1000) {
    seq += 1;
    scene.tell(eventOf(1, seq));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(seq).toBeGreaterThan(100);
  // Every fifth of a second at most, and one more.
  expect(scene.asked() - before).toBeLessThanOrEqual(7);
  expect(scene.asked() - before).toBeGreaterThanOrEqual(2);
});

test('a daemon that hangs is given three seconds, and its reason is shown', async () => {
  scene = await watched([], true);
  expect(scene.watch.view().status.heartbeat).toEqual({ snapshot: null, problem: 'silent for 3000' });
});

test('nonsense in place of an event is passed over', async () => {
  scene = await watched();
  scene.tell({ ...eventOf(1, 1), run: 'x' as never });
  expect(scene.events).toEqual([]);
});
