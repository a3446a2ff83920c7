/** The words of `ha replay`, its text, its JSON and its exit codes. */
import { deflateSync } from 'node:zlib';
import { createSegmentWriter } from '../../lib/flight/segment.js';
import { Simulation } from '../../lib/rehearsal/simulation.js';
import { millis } from '../../lib/time.js';
import { haIn, type Said } from '../support/ha.js';
import { recording, segmentOf } from '../support/recorded-life.js';

/** lb1 dies and comes back, seen by both. */
const { lb1, lb2 } = (() => {
  const recordings = { lb1: recording(100, 50), lb2: recording(100, 50) };
  const simulation = new Simulation({
    ...{ seed: 3, links: ['eth0'], hosts: { lb1: recordings.lb1.host, lb2: recordings.lb2.host } },
    settings: { keepalive: millis(500) },
  });
  for (const name of ['lb1', 'lb2']) simulation.start(name);
  simulation.run(20_000, () => {});
  simulation.crash('lb1');
  simulation.run(20_000, () => {});
  simulation.start('lb1');
  simulation.run(60_000, () => {});
  return { lb1: recordings.lb1.files(), lb2: recordings.lb2.files() };
})();

const HERE = '/var/log/ha-suite/flight';
const BEGIN = 1_800_000_000_000;
const NAMES = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `heartbeat.0000000${number}.flight`);
const folder = (path: string, files: readonly Buffer[]): Record<string, string> =>
  Object.fromEntries(files.map((bytes, index) => [`${path}/${NAMES[index]}`, bytes.toString('latin1')]));

const replay = (
  files: Readonly<Record<string, string>>,
  ...given: readonly (string | AbortSignal)[]
): Promise<Said> => {
  const words = given.filter((one) => typeof one === 'string');
  const [interrupted = new AbortController().signal] = given.filter((one) => typeof one !== 'string');
  return haIn(files, ['replay', ...words], {
    interrupted,
    wall: () => BEGIN + 100_000,
    list: (path) => {
      const names = Object.keys(files).flatMap((file) =>
        file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : [],
      );
      return names.length === 0
        ? { problem: 'No such file or directory' }
        : { names: ['packing', ...names.toReversed()] };
    },
  });
};

test('the recording of this node, complete files packed: what happened, and the same decisions', async () => {
  expect(lb2.length).toBeGreaterThan(1);
  const packed = lb2.map((bytes, index) => (index === lb2.length - 1 ? bytes : deflateSync(bytes)));
  const { stdout, stderr, code } = await replay(folder(HERE, packed));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    new RegExp(
      `^heartbeat on lb2 with pid 1, ha-suite test: .* to .*, ${lb2.length} files; the recording ends before the daemon does\n`,
    ),
  );
  expect(stdout).toMatch(
    / {2}lb2 heartbeat: node lb1: active -> dead \[nothing heard for \d+ ms; deadtime of ha\.cf\]\n/,
  );
  expect(stdout).toMatch(/ {2}lb2 heartbeat: lb2 holds all \(before: local\)\n/);
  expect(stdout).toMatch(
    /\nRecorded by ha-suite test, replayed by ha-suite [\d.]+: differences may come from that\.\n/,
  );
  expect(stdout).toMatch(/\n\d{3,} events, \d{3,} decisions, same decisions\n$/);
});

test('two lives are two runs', async () => {
  const { stdout, code } = await replay(folder('/tmp/lb1', lb1), '/tmp/lb1');
  expect(code).toBe(0);
  expect(stdout.match(/^heartbeat on lb1 /gm)).toHaveLength(2);
  expect(stdout).toMatch(/, same decisions in 2 runs\n$/);
});

test('one file, and a range', async () => {
  const files = folder(HERE, lb2);
  const one = await replay(files, `${HERE}/${NAMES[0]}`);
  expect([one.code, one.stdout.includes(', 1 file;')]).toEqual([0, true]);
  const late = await replay(files, '--from', '62s', '--json');
  const { runs } = JSON.parse(late.stdout) as { runs: { story: { wall: number }[]; files: number }[] };
  expect(runs[0]?.story.length).toBeGreaterThan(0);
  expect(runs[0]?.story.every(({ wall }) => wall >= BEGIN + 38_000)).toBe(true);
  expect(runs[0]?.files).toBeLessThan(lb2.length);
  const none = await replay(files, '--to', '2026-11-27 20:15', '--from', '1h');
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--from must be before --to')]);
  const wrong = await replay(files, '--from', 'soon');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--from must be like 2h')]);
});

test('whoever has had enough gets what is replayed so far, and is told that it is not all', async () => {
  const enough = new AbortController();
  enough.abort();
  const { stderr, code } = await replay(folder(HERE, lb2), enough.signal);
  expect([code, stderr]).toEqual([3, 'ha: The rest is not replayed: it was interrupted.\n']);
});

test('for machines', async () => {
  const { stdout, code } = await replay(folder(HERE, lb2), '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ version: 1, recording: HERE, same: true, unread: [] },
    runs: [
      { node: 'lb2', pid: 1, suite: 'ha-suite test', files: lb2.length, gaps: [], difference: null, ended: false },
    ],
  });
  expect(JSON.parse(stdout).runs[0].story).toContainEqual(
    expect.objectContaining({ type: 'node', name: 'lb1', from: 'active', to: 'dead', program: 'heartbeat' }),
  );
});

test('a recording that decided something else: the instant, the event, then and now', async () => {
  const [first] = lb2;
  if (first === undefined) throw new Error('nothing was recorded');
  const { header, state, entries } = segmentOf(first);
  const at = entries.findIndex(({ type }, index) => type === 'step' && index > 50);
  const writer = createSegmentWriter(header, state);
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== 'step') continue;
    const more =
      index === at && entry.decided !== 'threw' ? [...entry.decided, { type: 'announce' as const }] : entry.decided;
    writer.step(entry.event, entry.now, more);
  }
  const files = folder(HERE, [writer.take() ?? first]);
  const { stdout, code } = await replay(files);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^ {2}20.*: here it decides something else\.\n {4}event: +\w+ .*\n {4}decided then: .*announce\n/m,
  );
  expect(stdout).toMatch(/\n {4}decided now: {2}(?!.*announce).*\n/);
  expect(stdout).toMatch(/\d+ events, \d+ decisions, NOT the same decisions\n$/);
  const machines = await replay(files, '--json');
  expect([machines.code, JSON.parse(machines.stdout)]).toMatchObject([
    1,
    { same: false, runs: [{ difference: { kind: 'decision', event: { type: expect.any(String) } } }] },
  ]);
});

test.each([
  ['nothing', {}, /: No such file or directory\n$/],
  ['a folder without a recording', { [`${HERE}/notes`]: '' }, /: there is no recording in it\n$/],
  ['another file', { [`${HERE}/${NAMES[0]}`]: 'hello' }, /: it is no flight recording of ha-suite\n$/],
  [
    'another format',
    { [`${HERE}/${NAMES[0]}`]: 'ha-suite flight recording 9\n' },
    /: it has format 9, .* reads format 1/,
  ],
  ['a broken archive', { [`${HERE}/${NAMES[0]}`]: 'x\x9cbroken' }, /: it is damaged and cannot be unpacked\n$/],
])('%s: exit code 3, and why', async (_, files, why) => {
  const { stdout, stderr, code } = await replay(files as Record<string, string>);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(why);
  expect(stderr).toMatch(/^ha: \/var\/log\/ha-suite\/flight/);
});

test('a file that was cut off is no trouble, a damaged one is: what can be read is replayed', async () => {
  const [first, ...rest] = lb2;
  if (first === undefined) throw new Error('nothing was recorded');
  const cut = await replay(folder(HERE, [...lb2.slice(0, -1), (lb2.at(-1) ?? first).subarray(0, -5)]));
  expect([cut.code, cut.stdout]).toEqual([0, expect.stringContaining('was cut off in the middle of its last piece')]);
  const bytes = Buffer.from(first);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  const damaged = await replay(folder(HERE, [bytes, ...rest]));
  expect([damaged.code, damaged.stdout]).toEqual([3, expect.stringMatching(/is damaged from byte \d+ on/)]);
  expect(damaged.stdout).toMatch(/, same decisions\n$/);
  const missing = await replay({ ...folder(HERE, lb2), [`${HERE}/${NAMES[1]}`]: 'hello' });
  expect([missing.code, missing.stdout]).toEqual([3, expect.stringContaining('cannot be read')]);
});
