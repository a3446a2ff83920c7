/** Who asks for connections: they are counted at most so often, nobody waits long, and why there are none is told. */
import type { CountLoads } from '../../lib/ipvs/engines/connections.js';
import type { Load } from '../../lib/ipvs/grammar/listing.js';
import { createTableWatch } from '../../lib/ldirectord/wiring/table-watch.js';
import { millis } from '../../lib/time.js';

const load = (active: number): Load => ({
  key: { protocol: 'tcp', family: 'ipv4', address: '10.0.0.1', port: 80 },
  destination: { address: '192.168.0.1', port: 80, method: 'masq', weight: 1, upper: 0, lower: 0 },
  active,
  inactive: 0,
});

/** With a clock that stands still unless a test moves it. */
const watch = (count: CountLoads, patience = 5000) => {
  const said: string[] = [];
  let mono = 0;
  const look = createTableWatch({
    open: async () => count,
    log: (priority, text) => said.push(`${priority} ${text}`),
    patience: { first: millis(patience), next: millis(patience) },
    now: () => ({ mono: millis(mono), wall: millis(1_800_000_000_000 + mono) }),
  });
  return {
    said,
    look,
    active: async () => [...(await look()).loads.values()][0]?.active,
    pass: (time: number): void => {
      mono += time;
    },
  };
};

test('many who ask at once are one count, and within a second nobody counts anew', async () => {
  let counts = 0;
  const { active, pass } = watch(async () => {
    counts += 1;
    return [load(counts)];
  });
  expect(await Promise.all([active(), active(), active()])).toEqual([1, 1, 1]);
  pass(999);
  expect([await active(), counts]).toEqual([1, 1]);
  pass(1);
  expect([await active(), counts]).toEqual([2, 2]);
});

test('a count that takes long is made the more seldom', async () => {
  let counts = 0;
  const { active, pass } = watch(async () => {
    pass(500);
    counts += 1;
    return [load(counts)];
  });
  expect(await active()).toBe(1);
  pass(4999);
  expect(await active()).toBe(1);
  pass(1);
  expect(await active()).toBe(2);
});

test('a count that hangs keeps nobody waiting: what was known stays, with its time', async () => {
  let finish = (_: readonly Load[]): void => undefined;
  const answers: (() => Promise<readonly Load[]>)[] = [
    async () => [load(7)],
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  ];
  const { look, active, pass } = watch(() => answers.shift()?.() ?? Promise.resolve([]), 20);
  const first = await look();
  pass(60_000);
  expect(await look()).toEqual(first);
  expect(await active()).toBe(7);
  finish([load(8)]);
  await new Promise(setImmediate);
  expect(await look()).toMatchObject({ at: Number(first.at) + 60_000, problem: undefined });
  expect(await active()).toBe(8);
});

test('before the first count has ended, that is the reason', async () => {
  const { look } = watch(() => new Promise(() => undefined), 5);
  expect(await look()).toMatchObject({ at: undefined, problem: 'they are still being counted' });
});

test('a failure takes the place of numbers, is logged once, and passes', async () => {
  const answers: (() => readonly Load[])[] = [
    () => [load(1)],
    ...[1, 2].map(() => () => {
      throw new Error('no conntrack');
    }),
    () => [load(2)],
  ];
  const { look, said, pass } = watch(async () => answers.shift()?.() ?? []);
  const looks = [];
  while (answers.length > 0) {
    looks.push(await look());
    pass(1000);
  }
  expect(looks.map(({ problem, loads }) => problem ?? loads.size)).toEqual([1, 'no conntrack', 'no conntrack', 1]);
  expect(said).toEqual(['WARN Connections are not known: no conntrack']);
});

test('what counts is opened until it could be', async () => {
  let tries = 0;
  let mono = 0;
  const look = createTableWatch({
    open: async () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return async () => [load(3)];
    },
    log: () => undefined,
    now: () => ({ mono: millis(mono), wall: millis(mono) }),
  });
  const problems = [];
  for (; mono < 3000; mono += 1000) problems.push((await look()).problem);
  expect([problems, tries]).toEqual([['not yet', undefined, undefined], 2]);
});
