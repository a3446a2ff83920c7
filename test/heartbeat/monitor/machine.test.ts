/** When monitors look, what they log, and what they say of the node, on a virtual clock. */
import fc from 'fast-check';
import type { MonitorConfig } from '../../../lib/config/monitor.js';
import type { MonitorEffect, MonitorEvent, Outcome } from '../../../lib/heartbeat/monitor/interface.js';
import { createMonitors, monitorsWakeAt, stepMonitors } from '../../../lib/heartbeat/monitor/machine.js';
import { millis } from '../../../lib/time.js';

const monitor = (name: string, more: Partial<MonitorConfig> = {}): MonitorConfig => ({
  name,
  probe: { kind: 'command', argv: ['/bin/true'] },
  interval: millis(2000),
  timeout: millis(1000),
  rise: 2,
  fall: 3,
  holddown: millis(30_000),
  onfail: 'standby',
  ...more,
});

/** How a look that begins at an instant ends, and after how long; undefined: never. */
type World = (name: string, at: number) => { readonly outcome: Outcome; readonly takes: number } | undefined;

const good: Outcome = { type: 'good' };
const bad = (why = 'rc=7'): Outcome => ({ type: 'bad', why });

interface Seen {
  readonly at: number;
  readonly effect: MonitorEffect;
}

/** Plays until `end`; `late` is how much later than asked for the machine is woken. */
const play = (configs: readonly MonitorConfig[], world: World, end: number, late = 0): readonly Seen[] => {
  let state = createMonitors(configs, millis(0));
  const seen: Seen[] = [];
  let endings: { readonly at: number; readonly name: string; readonly outcome: Outcome }[] = [];
  const step = (event: MonitorEvent, now: number): void => {
    const next = stepMonitors(state, event, millis(now));
    state = next.state;
    for (const effect of next.effects) {
      seen.push({ at: now, effect });
      if (effect.type !== 'look') continue;
      const answer = world(effect.name, now);
      if (answer !== undefined) endings.push({ at: now + answer.takes, name: effect.name, outcome: answer.outcome });
    }
  };
  for (let now = 0; now <= end; ) {
    const due = endings.filter(({ at }) => at <= now);
    endings = endings.filter(({ at }) => at > now);
    for (const { name, outcome } of due) step({ type: 'ended', name, outcome }, now);
    if (now === 0 || (monitorsWakeAt(state) ?? Number.POSITIVE_INFINITY) + late <= now) step({ type: 'wake' }, now);
    const wake = (monitorsWakeAt(state) ?? Number.POSITIVE_INFINITY) + late;
    const next = Math.min(wake, ...endings.map(({ at }) => at));
    now = next > now ? next : now + 1;
  }
  return seen;
};

const looks = (seen: readonly Seen[], name?: string): readonly number[] =>
  seen.flatMap(({ at, effect }) =>
    effect.type === 'look' && (name === undefined || effect.name === name) ? [at] : [],
  );
const lines = (seen: readonly Seen[]): readonly string[] =>
  seen.flatMap(({ at, effect }) => (effect.type === 'log' ? [`${at} ${effect.priority}: ${effect.text}`] : []));
const healths = (seen: readonly Seen[]): readonly string[] =>
  seen.flatMap(({ at, effect }) =>
    effect.type === 'health' ? [`${at} ${effect.health} ${effect.failing.join(',')}`.trim()] : [],
  );

test('on the beat, and the log tells every change with its numbers', () => {
  const seen = play(
    [monitor('web')],
    (_, at) => ({ outcome: at >= 2000 && at < 10_000 ? bad() : good, takes: 10 }),
    16_000,
  );
  expect(looks(seen)).toEqual([0, 2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 16_000]);
  expect(lines(seen)).toEqual([
    '10 info: Monitor web: up (first success)',
    '2010 WARN: Monitor web: failed (rc=7, fall=1 of 3)',
    '4010 WARN: Monitor web: failed (rc=7, fall=2 of 3)',
    '6010 WARN: Monitor web: down (rc=7, fall=3 of 3)',
    '10010 info: Monitor web: succeeded (rise=1 of 2)',
    '12010 info: Monitor web: up (rise=2 of 2)',
  ]);
  expect(healths(seen)).toEqual(['10 good', '6010 bad web', '12010 good']);
});

test('several do not begin at the same instant, and all of them decide', () => {
  const seen = play(
    [monitor('a'), monitor('b'), monitor('c', { onfail: 'log' })],
    (name) => ({ outcome: name === 'a' ? good : bad(), takes: 5 }),
    9000,
  );
  expect([looks(seen, 'a')[0], looks(seen, 'b')[0], looks(seen, 'c')[0]]).toEqual([0, 200, 400]);
  // What is only logged does not decide.
  expect(healths(seen)).toEqual(['4205 bad b']);
  expect(lines(seen)).toContain('4405 WARN: Monitor c: down (rc=7, fall=3 of 3)');
});

test('one that cannot be killed fails on every beat, and no second one is started', () => {
  const seen = play([monitor('web')], (_, at) => (at === 2000 ? undefined : { outcome: good, takes: 1 }), 12_000);
  expect(looks(seen)).toEqual([0, 2000]);
  expect(lines(seen).slice(1)).toEqual([
    '4000 WARN: Monitor web: failed (still running after 1s, fall=1 of 3)',
    '6000 WARN: Monitor web: failed (still running after 1s, fall=2 of 3)',
    '8000 WARN: Monitor web: down (still running after 1s, fall=3 of 3)',
  ]);
});

test('a timeout as long as the interval: the next look waits for the end of the last', () => {
  const config = monitor('web', { interval: millis(1000) });
  const seen = play([config], () => ({ outcome: bad('timeout=1s'), takes: 1010 }), 3500);
  expect(looks(seen)).toEqual([0, 1010, 2020, 3030]);
  expect(lines(seen)).toHaveLength(3);
});

test('when this process itself was late nothing is counted', () => {
  const seen = play(
    [monitor('web')],
    (_, at) => (at === 0 ? { outcome: good, takes: 1 } : undefined),
    // Woken three seconds late each time.
    30_000,
    3000,
  );
  expect(healths(seen)).toEqual(['1 good']);
  const voided = play([monitor('web')], () => ({ outcome: { type: 'void' }, takes: 1 }), 20_000);
  expect([lines(voided), healths(voided)]).toEqual([[], []]);
});

test('whatever happens: no two looks of one monitor at a time, always a next one, and the beat is kept', () => {
  const config = fc.record({
    interval: fc.integer({ min: 100, max: 3000 }).map(millis),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
    rise: fc.integer({ min: 1, max: 3 }),
    fall: fc.integer({ min: 1, max: 3 }),
  });
  const results = fc.array(
    fc.record({ ok: fc.boolean(), hangs: fc.boolean(), takes: fc.double({ min: 0, max: 1, noNaN: true }) }),
    { minLength: 1, maxLength: 10 },
  );
  fc.assert(
    fc.property(fc.array(config, { minLength: 1, maxLength: 4 }), results, (configs, answers) => {
      const made = configs.map(({ interval, share, rise, fall }, index) =>
        monitor(`m${index}`, { interval, timeout: millis(interval * share), rise, fall }),
      );
      const running = new Map<string, number>();
      let number = 0;
      const seen = play(
        made,
        (name, at) => {
          if ((running.get(name) ?? 0) > at) throw new Error(`${name} looks twice at ${at}`);
          number += 1;
          const answer = answers[number % answers.length];
          const timeout = made.find((one) => one.name === name)?.timeout ?? 0;
          // A little after its timeout everything has ended.
          const takes = answer?.hangs === true ? timeout + 20 : (answer?.takes ?? 0) * timeout;
          running.set(name, at + takes);
          return { outcome: answer?.ok === true && !answer.hangs ? good : bad(), takes };
        },
        20_000,
      );
      for (const { name, interval } of made) {
        const starts = looks(seen, name);
        for (const [index, start] of starts.entries()) {
          if (index === 0) continue;
          const gap = start - (starts[index - 1] ?? 0);
          if (gap <= 0 || gap > interval + 30) throw new Error(`${name} looked again after ${gap} of ${interval} ms`);
        }
        expect((starts.at(-1) ?? 0) + interval + 30).toBeGreaterThan(20_000);
      }
    }),
    { numRuns: 60 },
  );
});
