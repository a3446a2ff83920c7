/** A notification in words. */
import type { HaEvent, Happening } from '../../lib/events/event.js';
import { digestJson, digestSubject, digestText } from '../../lib/notify/text.js';
import { millis } from '../../lib/time.js';

const event = (seq: number, what: Happening): HaEvent => ({
  ...{ node: 'lb1', program: 'heartbeat', instance: '', run: 1, seq, mono: millis(seq), wall: millis(seq) },
  ...what,
});
const dead = event(2, { type: 'node', name: 'lb2', from: 'active', to: 'dead', cause: 'nothing heard' });
const holds = event(1, { type: 'holding', name: 'lb1', from: 'local', to: 'all' });

test('the subject tells the worst, and how many more there are', () => {
  expect(digestSubject({ events: [dead], dropped: 0 })).toBe('[ha-suite lb1] node lb2: active -> dead');
  expect(digestSubject({ events: [holds, dead], dropped: 3 })).toBe(
    '[ha-suite lb1] node lb2: active -> dead (and 4 more)',
  );
  expect(digestSubject({ events: [], dropped: 0 })).toBe('[ha-suite] nothing');
});

test('one line for each event, whatever a server has said', () => {
  const hostile = event(3, {
    ...{ type: 'check', virtual: 'v', real: 'r', from: 'up', to: 'down' },
    cause: 'x\r\nBcc: all\u202e',
  });
  const text = digestText({ events: [dead, hostile], dropped: 2 });
  expect(text.split('\n')).toHaveLength(4);
  expect(text).toContain('x Bcc: all ]\n');
  expect(text.endsWith('and 2 more, for which there was no room: see ha events\n')).toBe(true);
  expect(digestSubject({ events: [{ ...hostile, real: 'a\nb' } as HaEvent], dropped: 0 })).not.toContain('\n');
});

test('for programs', () => {
  expect(JSON.parse(digestJson({ events: [dead], dropped: 1 }))).toMatchObject({
    ...{ version: 1, dropped: 1, subject: '[ha-suite lb1] node lb2: active -> dead (and 1 more)' },
    events: [{ type: 'node', seq: 2, cause: 'nothing heard' }],
  });
});
