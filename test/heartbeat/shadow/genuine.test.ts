import fc from 'fast-check';
import { hear, type Speaker, UNHEARD, type Word } from '../../../lib/heartbeat/shadow/genuine.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

/** Hears messages of one life in the order given; each is a number and its fields. */
const hearAll = (
  said: readonly (readonly [seq: number, fields: Readonly<Record<string, string>>, generation?: number])[],
): { readonly speaker: Speaker; readonly words: readonly Word[] } =>
  said.reduce<{ speaker: Speaker; words: readonly Word[] }>(
    ({ speaker, words }, [seq, fields, generation = 7], index) => {
      const numbered = message({ ...fields, src: 'lb1', seq: seq.toString(16), hg: generation.toString(16), ts: '1' });
      const heard = hear(speaker, numbered, millis(100 * index));
      return { speaker: heard.speaker, words: [...words, ...heard.words] };
    },
    { speaker: UNHEARD, words: [] },
  );

const full = (hold: string, more = {}) => ({ t: 'resource', rsc_hold: hold, rtype: 'full', isstable: '1', ...more });

test('what it is and how long others shall wait for it', () => {
  const { speaker, words } = hearAll([
    [1, { t: 'status', st: 'up', dt: 'bb8' }],
    [2, { t: 'status', st: 'active', dt: 'bb8' }],
  ]);
  expect(speaker).toMatchObject({ generation: 7, status: 'active', statusAt: 100, patience: 3000, stable: true });
  expect(words).toEqual([]);
});

test('a takeover: a full report, and one that adds', () => {
  const { speaker, words } = hearAll([
    [1, full('local')],
    [2, { t: 'stonith', node: 'lb2', result: 'n_stnth' }],
    [3, full('all', { info: 'req_our_resources()' })],
    [4, { t: 'resource', rsc_hold: 'foreign', info: 'mach_down' }],
  ]);
  expect(speaker.holding).toBe('all');
  expect(words).toEqual([
    { type: 'holds', holding: 'local' },
    { type: 'dead', node: 'lb2', fenced: false },
    { type: 'holds', holding: 'all' },
  ]);
});

test('copies on a second link and what was overtaken change nothing', () => {
  const { speaker, words } = hearAll([
    [1, full('all')],
    [1, full('all')],
    [3, full('local')],
    [2, full('all', { isstable: '0' })],
  ]);
  expect(speaker).toMatchObject({ holding: 'local', stable: true });
  expect(words).toEqual([
    { type: 'holds', holding: 'all' },
    { type: 'holds', holding: 'local' },
  ]);
});

test('what only adds to something unknown says nothing', () => {
  expect(hearAll([[1, { t: 'resource', rsc_hold: 'foreign', info: 'mach_down' }]]).words).toEqual([]);
});

test('a goodbye is said once, and a new life begins with nothing known', () => {
  const { speaker, words } = hearAll([
    [1, full('all')],
    [2, full('none', { isstable: '0', info: 'shutdown' })],
    [3, { t: 'shutdone', st: 'dead' }],
    [1, { t: 'status', st: 'init' }, 8],
  ]);
  expect(words).toEqual([
    { type: 'holds', holding: 'all' },
    { type: 'leaving' },
    { type: 'holds', holding: 'none' },
    { type: 'new life' },
  ]);
  expect(speaker).toMatchObject({ generation: 8, status: 'init', holding: undefined, leaving: false });
});

test('a life that is over is not heard any more', () => {
  const { speaker } = hearAll([
    [1, { t: 'status', st: 'active' }, 8],
    [9, full('all'), 7],
  ]);
  expect(speaker).toMatchObject({ generation: 8, holding: undefined });
});

test('no message makes it throw, and one without a number says nothing', () => {
  fc.assert(
    fc.property(fc.array(arbitraryMessage, { maxLength: 5 }), (messages) => {
      let speaker = UNHEARD;
      for (const one of messages) speaker = hear(speaker, one, millis(0)).speaker;
      expect(hear(speaker, message({ t: 'resource', rsc_hold: 'all', rtype: 'full' }), millis(1))).toEqual({
        speaker,
        words: [],
      });
    }),
  );
});
