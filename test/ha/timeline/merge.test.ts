/** Two journals in one order. */
import fc from 'fast-check';
import { merge } from '../../../lib/ha/timeline/merge.js';
import { deathStory, holding, type Journal, journal, node } from './journals.js';

test.each([0, 1234, -1234, 90_000, -3 * 86_400_000])('a clock that is %d ms ahead is found out', (ahead) => {
  const { lb1, lb2 } = deathStory(ahead);
  const { machines, moments, heard } = merge([...lb1, ...lb2], 'lb2');
  expect(machines[0]).toEqual({ name: 'lb2', ahead: 0, error: 0, messages: 0 });
  expect(machines[1]).toMatchObject({ name: 'lb1', messages: 5 });
  // The fastest messages took 2 and 4 ms.
  expect(Math.abs((machines[1]?.ahead ?? Number.NaN) - ahead)).toBeLessThanOrEqual(3);
  expect(machines[1]?.error).toBe(3);
  const order = moments.map(({ event }) => event);
  expect(order.length).toBe(lb1.length + lb2.length);
  for (const one of heard) expect(order.indexOf(one.sent)).toBeLessThan(order.indexOf(one.heard));
  expect(moments.map(({ at }) => at)).toEqual(moments.map(({ at }) => at).toSorted((a, b) => a - b));
});

test('from the other side', () => {
  const { lb1, lb2 } = deathStory(1234);
  const { machines } = merge([...lb1, ...lb2], 'lb1');
  expect(machines.map(({ name }) => name)).toEqual(['lb1', 'lb2']);
  expect(Math.abs((machines[1]?.ahead ?? Number.NaN) + 1234)).toBeLessThanOrEqual(3);
});

test('each life of a daemon has a clock of its own', () => {
  const { lb1: first, lb2: other } = deathStory(5000);
  // Later its clock has been set.
  const [lb1, lb2] = [journal('lb1', 0), journal('lb2')];
  for (const one of [lb1, lb2]) one.restart();
  const later = 3_600_000;
  lb1.at(later, node('lb1', 'init', 'up'));
  lb2.at(later + 3, node('lb1', 'dead', 'up'));
  lb1.at(later + 100, node('lb1', 'up', 'active'));
  lb2.at(later + 104, node('lb1', 'up', 'active'));
  lb2.at(later + 200, holding('lb2', 'all', 'local'));
  lb1.at(later + 205, holding('lb2', 'all', 'local'));
  const { moments } = merge([...first, ...other, ...lb1.events, ...lb2.events], 'lb2');
  const late = moments.filter(({ machine, event }) => machine === 'lb1' && event.run === 2);
  for (const { at, event } of late) expect(Math.abs(at - event.wall)).toBeLessThanOrEqual(4);
  const early = moments.filter(({ machine, event }) => machine === 'lb1' && event.run === 1);
  for (const { at, event } of early) expect(Math.abs(at - (event.wall - 5000))).toBeLessThanOrEqual(4);
});

test('a life in which only an old status was heard has the clock of the one before', () => {
  const { lb1: first, lb2: other } = deathStory(700);
  const lb1 = journal('lb1', 700);
  lb1.restart();
  lb1.at(605_000, node('lb1', 'init', 'up'));
  // lb2 has been active for ten minutes, and its last word on what it holds is some seconds old.
  lb1.at(605_010, node('lb2', 'init', 'active'));
  lb1.at(605_010, holding('lb2', 'none', 'all'));
  const { machines, moments } = merge([...first, ...lb1.events, ...other], 'lb2');
  expect(machines[1]?.error).toBe(3);
  const late = moments.filter(({ machine, event }) => machine === 'lb1' && event.run === 2);
  expect(late.length).toBe(3);
  for (const { at, event } of late) expect(Math.abs(at - (event.wall - 700))).toBeLessThanOrEqual(4);
});

test('what is given twice counts once, in whatever order it is given', () => {
  const { lb1, lb2 } = deathStory(700);
  const once = merge([...lb1, ...lb2], 'lb2').moments.map(({ event }) => event);
  expect(merge([...lb2.toReversed(), ...lb1, ...lb2, ...lb1], 'lb2').moments.map(({ event }) => event)).toEqual(once);
});

test('journals that never met are taken as they are', () => {
  const [lb1, lb2] = [journal('lb1', 20_000), journal('lb2')];
  lb1.at(0, node('lb1', 'init', 'up'));
  lb2.at(86_400_000, node('lb1', 'dead', 'up'));
  const { machines } = merge([...lb1.events, ...lb2.events], 'lb2');
  expect(machines[1]).toEqual({ name: 'lb1', ahead: null, error: null, messages: 0 });
});

const LATENCY = 200;
const WORDS = ['local', 'all', 'none', 'foreign'];

/** Nodes that change their states at random, and hear of each other; nobody is faster than he can tell. */
const exchange = fc.array(
  fc.record({
    by: fc.constantFrom(0, 1),
    wait: fc.integer({ min: 2 * LATENCY, max: 30_000 }),
    latency: fc.integer({ min: 0, max: LATENCY }),
    word: fc.nat(WORDS.length - 1),
    isLost: fc.boolean(),
  }),
  { minLength: 12, maxLength: 40 },
);
type Exchange = typeof exchange extends fc.Arbitrary<infer T> ? T : never;

/** What both write down of it; with `isDistinct` no two messages look alike. */
const written = (messages: Exchange, ahead: number, isDistinct: boolean) => {
  const both: readonly [Journal, Journal] = [journal('lb1', ahead), journal('lb2')];
  let [now, arrived] = [0, 0];
  for (const [index, { by, wait, latency, word, isLost }] of messages.entries()) {
    now += wait;
    const [speaker, hearer] = by === 0 ? both : [both[1], both[0]];
    const said = holding(by === 0 ? 'lb1' : 'lb2', '?', isDistinct ? `${index}` : (WORDS[word] ?? ''));
    speaker.at(now, said);
    if (isLost) continue;
    hearer.at(now + latency, said);
    arrived += 1;
  }
  return { both, arrived, merged: merge([...both[0].events, ...both[1].events], 'lb2') };
};

const skew = fc.integer({ min: -30_000, max: 30_000 });

test('whatever the clocks say: the difference is found within the latency', () => {
  fc.assert(
    fc.property(exchange, skew, (messages, ahead) => {
      const { arrived, merged } = written(messages, ahead, true);
      fc.pre(arrived >= 3);
      const { ahead: found } = merged.machines.find(({ name }) => name === 'lb1') ?? {};
      expect(merged.heard.length).toBe(arrived);
      expect(Math.abs((found ?? Number.NaN) - ahead)).toBeLessThanOrEqual(LATENCY);
    }),
    { numRuns: 200 },
  );
});

test('even where messages look alike, causes stand before their effects, and every journal in its order', () => {
  fc.assert(
    fc.property(exchange, skew, (messages, ahead) => {
      const { both, merged } = written(messages, ahead, false);
      const order = new Map(merged.moments.map(({ event }, index) => [event, index]));
      expect(order.size).toBe(both[0].events.length + both[1].events.length);
      for (const { sent, heard } of merged.heard)
        expect(order.get(sent)).toBeLessThan(order.get(heard) ?? Number.NEGATIVE_INFINITY);
      for (const { events } of both) {
        const places = events.map((event) => order.get(event) ?? Number.NaN);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 200 },
  );
});
