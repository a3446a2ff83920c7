/** Events as JSON lines and as text. */
import fc from 'fast-check';
import { eventLine, type HaEvent, type Happening, parseEventLine, type Stamp } from '../../lib/events/event.js';
import { eventText, happeningText, isBad } from '../../lib/events/event-text.js';
import { millis } from '../../lib/time.js';

const stamp: Stamp = {
  ...{ node: 'lb1', program: 'heartbeat', instance: '', run: 1_000, seq: 7 },
  ...{ mono: millis(12.5), wall: millis(Date.UTC(2026, 10, 27, 20, 15, 3, 45)) },
};

const word = fc.string({ maxLength: 12 });
const why = fc.record({ cause: word, decidedBy: word }, { requiredKeys: [] });
const change = { from: word, to: word };
const happening: fc.Arbitrary<Happening> = fc
  .tuple(
    fc.oneof(
      fc.record({ type: fc.constant('node' as const), name: word, ...change }),
      fc.record({ type: fc.constant('link' as const), name: word, link: word, ...change }),
      fc.record({ type: fc.constant('check' as const), virtual: word, real: word, ...change }),
      fc.record({ type: fc.constant('table' as const), virtual: word, change: word }),
      fc.record({ type: fc.constant('late' as const), duration: fc.nat() }),
      fc.record({ type: fc.constant('health' as const), failing: fc.array(word, { maxLength: 3 }), ...change }),
    ),
    why,
  )
  .map(([what, reason]) => ({ ...what, ...reason }));

test('what is written can be read again', () => {
  fc.assert(
    fc.property(happening, (what) => {
      const event: HaEvent = { ...stamp, ...what };
      const line = eventLine(event);
      expect(line).not.toContain('\n');
      expect(parseEventLine(line)).toEqual(event);
      expect(happeningText(what).length).toBeGreaterThan(0);
      expect(typeof isBad(what)).toBe('boolean');
    }),
  );
});

test('what is no event is passed over', () => {
  const line = eventLine({ ...stamp, type: 'late', duration: 3 });
  for (const wrong of ['', 'null', '[]', '7', line.slice(0, -2), line.replace('"version":1', '"version":2')])
    expect(parseEventLine(wrong)).toBeUndefined();
  for (const field of ['run', 'seq', 'mono', 'wall', 'node', 'program', 'instance', 'type'])
    expect(parseEventLine(line.replace(`"${field}"`, '"other"'))).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseEventLine(text)).toBeUndefined();
    }),
  );
});

test('one line for people: when, who, what, why', () => {
  const text = eventText({
    ...{ ...stamp, type: 'node', name: 'lb2', from: 'active', to: 'dead' },
    ...{ cause: 'nothing heard for 1002 ms', decidedBy: '/etc/ha.d/ha.cf:3 (deadtime)' },
  });
  expect(text.replace(/^\S+ \S+/, 'T')).toBe(
    'T  lb1 heartbeat: node lb2: active -> dead [nothing heard for 1002 ms; /etc/ha.d/ha.cf:3 (deadtime)]',
  );
  expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:03\.045 /);
  expect(
    eventText({ ...stamp, program: 'ldirectord', instance: 'www.cf', type: 'config', change: 'in force', file: 'f' }),
  ).toContain('lb1 ldirectord(www.cf): f is in force');
});

test.each<[Happening, string, boolean]>([
  [{ type: 'daemon', change: 'started' }, 'the daemon is up', false],
  [{ type: 'daemon', change: 'stopping' }, 'the daemon is stopping', false],
  [{ type: 'link', name: 'lb2', link: 'eth0', from: 'up', to: 'dead' }, 'link lb2:eth0: up -> dead', true],
  [{ type: 'holding', name: 'lb2', from: 'none', to: 'all' }, 'lb2 holds all (before: none)', false],
  [{ type: 'standby', from: 'me', to: 'not' }, 'the hand-over is over', false],
  [{ type: 'standby', from: 'not', to: 'me' }, 'hand-over: me', false],
  [{ type: 'health', from: 'good', to: 'bad', failing: ['web'] }, 'monitors: good -> bad (failing: web)', true],
  [{ type: 'job', step: 'begun', job: 2, scope: 'foreign' }, 'resource job 2 (foreign) begins', false],
  [
    { type: 'job', step: 'ended', job: 2, scope: 'foreign', outcome: 'failed', duration: 12.4 },
    'resource job 2 (foreign) failed in 12 ms',
    true,
  ],
  [
    { type: 'resource', resource: 'IPaddr::10.0.0.1', action: 'start', outcome: 'done', duration: 3 },
    'IPaddr::10.0.0.1 start: done in 3 ms',
    false,
  ],
  [{ type: 'announcement', address: '10.0.0.1', device: 'eth0' }, '10.0.0.1 is announced on eth0', false],
  [
    { type: 'address', address: '10.0.0.1', device: 'eth0', change: 'lost' },
    '10.0.0.1 on eth0 was removed by something else, and is put back',
    true,
  ],
  [{ type: 'config', change: 'refused', file: 'a.cf' }, 'a.cf is refused', true],
  [
    { type: 'difference', change: 'began', subject: 'a', genuine: 'weight 1', ours: 'nothing', duration: 6_900 },
    'difference for 6.9 s on a: genuine has weight 1, we would have nothing',
    true,
  ],
  [
    { type: 'difference', change: 'ended', subject: 'a', genuine: 'weight 1', ours: 'nothing', duration: 10_000 },
    'the difference on a is over after 10.0 s',
    false,
  ],
  [{ type: 'later' } as unknown as Happening, 'later', false],
])('%j', (what, text, bad) => {
  expect([happeningText(what), isBad(what)]).toEqual([text, bad]);
});
