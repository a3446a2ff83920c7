/** Who is told when: gathered, in order, not too often, again when it did not arrive, and nothing twice. */
import fc from 'fast-check';
import type { NotifyConfig } from '../../lib/config/notify.js';
import type { HaEvent, Happening } from '../../lib/events/event.js';
import { NOTHING_HAPPENED, type NotifyEvent, notifyWakeAt, stepNotify } from '../../lib/notify/machine.js';
import { type Millis, millis } from '../../lib/time.js';

const config = (more: Partial<NotifyConfig> = {}): NotifyConfig => ({
  ...{ name: 'admins', way: { kind: 'command', argv: ['/bin/true'] }, of: 'trouble' },
  ...{ gather: millis(2_000), every: millis(60_000) },
  ...more,
});

let seq = 0;
const happening = (what: Happening): HaEvent => {
  seq += 1;
  return {
    ...{ node: 'lb1', program: 'heartbeat', instance: '', run: 1, seq, mono: millis(seq), wall: millis(seq) },
    ...what,
  };
};
const node = (to: string): HaEvent => happening({ type: 'node', name: 'lb2', from: '?', to });
const check = (to: string): HaEvent =>
  happening({ type: 'check', virtual: 'tcp:10.0.0.3:80', real: '192.168.0.1:80', from: '?', to });

interface Sent {
  readonly at: number;
  readonly seqs: readonly number[];
  readonly dropped: number;
}

/** Drives the machine; `works` says whether a notification arrives, each takes 100 ms. */
const drive = (
  settings: NotifyConfig,
  events: readonly (readonly [at: number, event: HaEvent])[],
  until: number,
  works: (at: number) => boolean = () => true,
) => {
  let state = NOTHING_HAPPENED;
  const sent: Sent[] = [];
  const log: string[] = [];
  let arrival: { readonly at: number; readonly works: boolean } | undefined;
  const queue = [...events];
  const feed = (event: NotifyEvent, at: Millis): void => {
    const step = stepNotify(state, settings, event, at);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.type === 'log') log.push(`${at} ${effect.text}`);
      else {
        expect(arrival).toBeUndefined();
        arrival = { at: at + 100, works: works(at) };
        if (arrival.works) sent.push({ at, seqs: effect.events.map((one) => one.seq), dropped: effect.dropped });
      }
    }
  };
  for (;;) {
    const instants = [queue[0]?.[0], arrival?.at, notifyWakeAt(state)].filter((one) => one !== undefined);
    const at = Math.min(...instants);
    if (instants.length === 0 || at > until) break;
    const next = queue[0];
    if (next !== undefined && next[0] === at) {
      queue.shift();
      feed({ type: 'happened', event: next[1] }, millis(at));
    } else if (arrival?.at === at) {
      const { works: hasWorked } = arrival;
      arrival = undefined;
      feed({ type: 'sent', problem: hasWorked ? undefined : 'nobody answers' }, millis(at));
    } else feed({ type: 'wake' }, millis(at));
  }
  return { sent, log, state };
};

test('what belongs together is one notification; the next comes a minute later', () => {
  seq = 0;
  const events = [
    [1_000, node('dead')],
    [1_500, happening({ type: 'holding', name: 'lb1', from: 'local', to: 'all' })],
    [5_000, check('down')],
    [6_000, check('up')],
  ] as const;
  expect(drive(config(), events, 200_000).sent).toEqual([
    { at: 3_000, seqs: [1, 2], dropped: 0 },
    { at: 63_100, seqs: [3, 4], dropped: 0 },
  ]);
});

test('trouble: what is bad, what ends it, and who serves; not what was good all the time', () => {
  seq = 0;
  const events = [
    [0, check('up')],
    [1, node('active')],
    [2, happening({ type: 'announcement', address: '10.0.0.1', device: 'eth0' })],
    [3, check('down')],
    [4, check('up')],
    [5, check('up')],
    [6, happening({ type: 'late', duration: 900 })],
  ] as const;
  expect(drive(config(), events, 10_000).sent.map(({ seqs }) => seqs)).toEqual([[4, 5, 7]]);
  const all = drive(config({ of: 'all' }), events, 10_000);
  expect(all.sent.map(({ seqs }) => seqs)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
  const some = drive(config({ of: ['announcement', 'trouble'] }), events, 10_000);
  expect(some.sent.map(({ seqs }) => seqs)).toEqual([[3, 4, 5, 7]]);
});

test('what does not arrive is tried again, less and less often, and that is logged once', () => {
  seq = 0;
  const settings = config({ gather: millis(0), every: millis(0) });
  const tries: number[] = [];
  const works = (at: number): boolean => {
    tries.push(at);
    return at > 40_000;
  };
  const events = [
    [0, node('dead')],
    [20_000, node('active')],
  ] as const;
  const { sent, log } = drive(settings, events, 200_000, works);
  expect(tries).toEqual([0, 5_100, 15_200, 35_300, 75_400]);
  expect(sent).toEqual([{ at: 75_400, seqs: [1, 2], dropped: 0 }]);
  expect(log).toEqual(['100 notify admins: nobody answers; it is tried again', '75500 notify admins: it works again']);
});

test('too many wait: the oldest go, the rest is counted', () => {
  seq = 0;
  const events = Array.from({ length: 1_500 }, (_, index) => [index, check('down')] as const);
  const { sent } = drive(config(), events, 100_000);
  expect(sent[0]?.seqs.length).toBe(1_000);
  expect(sent.reduce((sum, { seqs, dropped }) => sum + seqs.length + dropped, 0)).toBe(1_500);
});

test('whatever happens: everything is told once, in order, never more often than is wished', () => {
  const event = fc
    .constantFrom('down', 'up', 'late')
    .map((word) => () => (word === 'late' ? happening({ type: 'late', duration: 1 }) : check(word)));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), event), { maxLength: 60 }),
      fc.constantFrom(0, 2_000, 10_000),
      fc.constantFrom(0, 1_000, 60_000),
      fc.integer(),
      (drawn, gather, every, seed) => {
        seq = 0;
        const events = drawn.toSorted(([one], [other]) => one - other).map(([at, make]) => [at, make()] as const);
        const works = (at: number): boolean => at > 400_000 || (Math.trunc(at / 7) ^ seed) % 3 !== 0;
        const settings = config({ of: 'all', gather: millis(gather), every: millis(every) });
        const { sent, state } = drive(settings, events, 2_000_000, works);
        expect(sent.flatMap(({ seqs }) => seqs)).toEqual(events.map(([, { seq: number }]) => number));
        expect([state.waiting, state.sending]).toEqual([[], undefined]);
        for (const [index, { at }] of sent.entries()) {
          const before = sent[index - 1];
          if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(every);
        }
      },
    ),
  );
});
