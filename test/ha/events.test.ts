/** `ha events`: what is told, from when on, and what follows. */
import { eventLine, type HaEvent } from '../../lib/events/event.js';
import { sinceInstant } from '../../lib/ha/instant.js';
import { millis } from '../../lib/time.js';
import { haIn, type Said } from '../support/ha.js';

const NOW = Date.UTC(2026, 10, 27, 20, 15, 0);
const MINUTE = 60_000;

const event = (seq: number, ago: number, more: Partial<HaEvent> = {}): HaEvent =>
  ({
    ...{ node: 'lb1', program: 'heartbeat', instance: '', run: 1, seq, mono: millis(seq), wall: millis(NOW - ago) },
    ...{ type: 'node', name: 'lb2', from: 'active', to: 'dead' },
    ...more,
  }) as HaEvent;

const PAST = [
  event(1, 180 * MINUTE),
  event(2, 30 * MINUTE, { type: 'late', duration: 700 } as Partial<HaEvent>),
  event(3, 5 * MINUTE),
];

/** `ha events WORDS` where the daemon then tells `live`. */
const events = (live: readonly HaEvent[], ...words: readonly string[]): Promise<Said> =>
  haIn({}, ['events', ...words], {
    wall: () => NOW,
    daemons: {
      list: () => [{ program: 'heartbeat', instance: '', socket: 's' }],
      past: () => PAST,
      ask: async () => ({ kind: 'lines', lines: [] }),
      follow: async (_, question, hear) => {
        expect(question).toEqual({ ask: 'events', after: 0, follow: true });
        for (const one of live) hear(eventLine(one));
        hear('nonsense');
        return undefined;
      },
    },
  });

const seqs = ({ stdout }: Said): readonly number[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).seq);

test('all, since then, and only some types', async () => {
  expect(seqs(await events([], '--json'))).toEqual([1, 2, 3]);
  expect(seqs(await events([], '--json', '--since', '1h'))).toEqual([2, 3]);
  expect(seqs(await events([], '--json', '--type', 'late,check'))).toEqual([2]);
  const { stdout, code } = await events([], '--since', '10m');
  expect([code, stdout.replace(/^\S+ \S+/, 'T')]).toEqual([0, 'T  lb1 heartbeat: node lb2: active -> dead\n']);
});

test('what follows comes once, whether or not the journal has it already', async () => {
  const live = [PAST[2], event(4, -1000), event(1, -2000, { run: 2 })].filter((one) => one !== undefined);
  expect(seqs(await events(live, '--json', '--follow'))).toEqual([4, 1]);
  expect(seqs(await events(live, '--json', '--follow', '--since', '10m'))).toEqual([3, 4, 1]);
});

test('nobody to follow is exit code 3', async () => {
  const { stderr, code } = await haIn({}, ['events', '--follow']);
  expect([code, stderr]).toEqual([3, 'ha: no daemon of ha-suite runs here\n']);
});

test.each([
  ['90s', NOW - 90_000],
  ['15m', NOW - 15 * MINUTE],
  ['2h', NOW - 120 * MINUTE],
  ['3d', NOW - 3 * 24 * 60 * MINUTE],
  ['2026-11-27T20:00:00Z', NOW - 15 * MINUTE],
  ['yesterday', undefined],
  ['2026-13-01', undefined],
  ['-5m', undefined],
])('--since %s', (text, instant) => {
  expect(sinceInstant(text, NOW)).toBe(instant);
});

test('a wrong time is exit code 2', async () => {
  const { stderr, code } = await events([], '--since', 'tea');
  expect([code, stderr]).toEqual([2, 'ha: --since must be like 2h or "2026-11-27 20:15", not \'tea\'\n']);
});
