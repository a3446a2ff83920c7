import fc from 'fast-check';
import { emptyPingWindow, noteReply } from '../../../lib/heartbeat/media/ping-window.js';

const verdicts = (sequences: readonly number[]): boolean[] => {
  let window = emptyPingWindow;
  return sequences.map((sequence) => {
    const step = noteReply(window, sequence);
    window = step.window;
    return step.fresh;
  });
};

test('each request counts once, in whatever order the members answer', () => {
  expect(verdicts([0, 0, 1, 3, 2, 3, 2, 1])).toEqual([true, false, true, true, true, false, false, false]);
});

test('numbers wrap at 16 bits', () => {
  expect(verdicts([0xfffe, 0xffff, 0, 0xffff, 1])).toEqual([true, true, true, false, true]);
});

test('what is more than 128 behind is too old; a jump forward forgets', () => {
  expect(verdicts([200, 73, 72, 1000, 201])).toEqual([true, true, false, true, false]);
});

test('like a list of everything ever answered, inside the window', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 300 }), (sequences) => {
      const seen = new Set<number>();
      const wanted = sequences.map((sequence) => {
        const fresh = !seen.has(sequence);
        seen.add(sequence);
        return fresh;
      });
      expect(verdicts(sequences)).toEqual(wanted);
    }),
  );
});
