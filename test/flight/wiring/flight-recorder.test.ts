/** The recorder on a real disk: bounded, private, whole after a crash, silent where nothing can be written. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { createFlightRecorder, type FlightRecorder } from '../../../lib/flight/wiring/flight-recorder.js';
import { type Disk, openRingFiles } from '../../../lib/flight/wiring/ring-files.js';
import type { ClusterSettings } from '../../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { until } from '../../../lib/lab/until.js';
import { millis, type Now } from '../../../lib/time.js';
import { replayed } from '../../support/recorded-life.js';

let root: string;
let folder: string;
let said: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flight-'));
  folder = join(root, 'log', 'flight');
  said = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const SETTINGS: ClusterSettings = {
  ...{ self: 'lb1', nodes: ['lb1', 'lb2'], pingNodes: [], links: ['eth0'], autoFailback: 'on', hopfudge: 1, seed: 1 },
  ...{ keepalive: millis(100), deadtime: millis(1000), warntime: millis(500), initdead: millis(2000) },
  ...{ deadping: millis(1000), maxRexmitDelay: millis(250), uuid: new Uint8Array(16).fill(1), generation: 1 },
  ...{ hasLocalGroups: true, hasForeignGroups: false },
};

const GENEROUS: Disk = { space: async () => ({ total: 1e10, free: 1e9 }) };
const open = (size: number, disk = GENEROUS): FlightRecorder =>
  createFlightRecorder({
    ...{ node: 'lb1', pid: 42, place: 'its folder', log: (priority, text) => said.push(`${priority}: ${text}`) },
    ...{ files: openRingFiles(folder, size, disk), flushEvery: millis(1) },
  });

/** A life of so many heartbeats of the other node; `pause` is awaited now and then. */
const live = async (
  recorder: FlightRecorder,
  run: number,
  beats: number,
  pause: () => unknown = () => {},
  padding: (beat: number) => string = () => '',
) => {
  const at = (beat: number): Now => ({
    mono: millis(beat * 100),
    wall: millis(1_800_000_000_000 + run * 1e6 + beat * 100),
  });
  let state = clusterMachine.create(SETTINGS, at(0));
  const feed = (event: Parameters<typeof clusterMachine.step>[1], now: Now): void => {
    const next = clusterMachine.step(state, event, now);
    state = next.state;
    recorder.step(event, now, next.effects, state);
  };
  recorder.begin(state, at(0));
  feed({ type: 'start', loadAverage: '0.00 0.00 0.00 1/1 1' }, at(0));
  for (let beat = 1; beat <= beats; beat += 1) {
    const fields = { t: 'status', st: 'active', dt: '3e8', protocol: '1', src: 'lb2', seq: beat.toString(16), hg: '5' };
    feed(
      {
        type: 'packet',
        link: 'eth0',
        message: message({ ...fields, ts: String(beat), ttl: '3', padding: padding(beat) }),
      },
      at(beat),
    );
    feed({ type: 'wake', loadAverage: `0.0${beat % 10} 0.00 0.00 1/1 ${beat}` }, at(beat));
    if (beat % 100 === 0) await pause();
  }
};

/** The files as they are, unpacked. */
const files = (): readonly Buffer[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.flight'))
    .toSorted()
    .map((name) => readFileSync(join(folder, name)))
    .map((bytes) => (bytes[0] === 0x78 ? inflateSync(bytes) : bytes));
const sizeOnDisk = (): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** What cannot be made smaller. */
const unpackable = (beat: number): string => createHash('sha512').update(String(beat)).digest('base64url');

test('two lives, recorded and replayed; for root only', async () => {
  for (const run of [1, 2]) {
    const recorder = open(16 << 20);
    await live(recorder, run, 300);
    await recorder.close();
  }
  const runs = replayed(files());
  expect(runs.map(({ events, parting, gaps }) => [events, parting, gaps])).toEqual([
    [601, undefined, []],
    [601, undefined, []],
  ]);
  expect(runs[0]?.told).toContainEqual(expect.objectContaining({ type: 'node', name: 'lb2', to: 'active' }));
  expect([folder, join(folder, readdirSync(folder)[0] ?? '')].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
  expect(statSync(join(root, 'log')).mode & 0o777).toBe(0o755);
  expect(said).toEqual([]);
});

test('it stays within its size, packs what is complete, and what is left replays', async () => {
  const size = 400 << 10;
  const recorder = open(size);
  let most = 0;
  await live(
    recorder,
    1,
    3000,
    async () => {
      await settle();
      most = Math.max(most, sizeOnDisk());
    },
    unpackable,
  );
  await recorder.close();
  expect(most).toBeLessThanOrEqual(size);
  expect(most).toBeGreaterThan(size / 4);
  const names = readdirSync(folder);
  expect(names).not.toContain('heartbeat.00000001.flight');
  expect(names.length).toBeGreaterThan(3);
  const [run, ...others] = replayed(files());
  expect([others, run?.parting, run?.gaps]).toEqual([[], undefined, []]);
  expect(run?.states).toBeGreaterThanOrEqual(names.length - 1);
  expect(said).toEqual([]);
});

test('who is killed loses a second at most, and what is important is there at once', async () => {
  const recorder = open(16 << 20);
  await live(recorder, 1, 30);
  // No close: as after SIGKILL, what was handed to the kernel is there.
  await until('it is written', async () => existsSync(folder) && replayed(files())[0]?.events === 61, 5000, 50);
  expect(replayed(files())[0]?.parting).toBeUndefined();
  await recorder.close();
});

test('a full disk: one line, nothing thrown; it goes on later with a gap that the replay knows', async () => {
  let free = 1e9;
  const recorder = open(16 << 20, { space: async () => ({ total: 1e10, free }) });
  let round = 0;
  await live(recorder, 1, 2000, async () => {
    round += 1;
    free = round >= 3 && round < 8 ? 1000 : 1e9;
    await settle();
  });
  await recorder.close();
  expect(said).toEqual([
    'WARN: No flight recording in its folder: only 1000 bytes are free on its disk',
    'info: Flight recording in its folder again',
  ]);
  const [run, ...others] = replayed(files());
  expect([others, run?.parting, run?.gaps]).toEqual([
    [],
    undefined,
    ['before file 1 something was lost, because it could not be written'],
  ]);
  expect(run?.events).toBeGreaterThan(1500);
  expect(run?.events).toBeLessThan(2600);
});

test('where no folder can be made that is said once, and nothing throws', async () => {
  writeFileSync(join(root, 'log'), '');
  const recorder = open(16 << 20);
  await live(recorder, 1, 2000, settle);
  await recorder.close();
  expect(said).toEqual(['WARN: No flight recording in its folder: File already exists']);
});

test('a disk that stands still costs the recording, not the memory, and the end does not wait for it', async () => {
  const never = new Promise<never>(() => {});
  const recorder = createFlightRecorder({
    ...{ node: 'lb1', pid: 42, place: 'its folder', log: (priority, text) => said.push(`${priority}: ${text}`) },
    files: {
      limit: () => 1 << 30,
      begin: () => never,
      append: () => never,
      finish: () => never,
      close: () => never,
    },
  });
  await live(
    recorder,
    1,
    600,
    () => {},
    () => 'x'.repeat(10_000),
  );
  const begun = performance.now();
  await recorder.close();
  expect(performance.now() - begun).toBeLessThan(2000);
  expect(said).toEqual(['WARN: No flight recording in its folder: the disk does not keep up']);
});

test('a state that cannot be recorded ends the recording with one line', () => {
  const recorder = open(16 << 20);
  recorder.begin({ odd: () => 0 }, { mono: millis(0), wall: millis(0) });
  recorder.step({ type: 'stop' }, { mono: millis(1), wall: millis(1) }, [], {});
  expect(said).toEqual(['WARN: No flight recording in its folder: a function cannot be recorded']);
});
