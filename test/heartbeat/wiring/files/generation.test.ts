import fc from 'fast-check';
import { generationText, nextGeneration, parseGeneration } from '../../../../lib/heartbeat/wiring/files/generation.js';
import { seconds } from '../../../../lib/time.js';

const wall = seconds(1_795_237_964);

test('the file has sixteen bytes', () => {
  expect(generationText(1_795_237_965)).toBe('     1795237965\n');
  expect(generationText(1)).toHaveLength(16);
});

test.each([
  ['one more than the last', '     1795237965\n', 'file', { generation: 1_795_237_966, warning: undefined }],
  ['a hand-written file', '7', 'file', { generation: 8, warning: undefined }],
  [
    'a missing file',
    undefined,
    'file',
    { generation: 1_795_237_965, warning: 'No Previous generation - starting at 1795237965' },
  ],
  [
    'a broken file',
    'abc\n',
    'file',
    { generation: 1_795_237_965, warning: 'BROKEN previous generation - starting at 1795237965' },
  ],
  ['hbgenmethod time', '     1000\n', 'time', { generation: 1_795_237_964, warning: undefined }],
  [
    'hbgenmethod time after the clock went back',
    '     1895237965\n',
    'time',
    { generation: 1_895_237_966, warning: undefined },
  ],
] as const)('%s', (_case, previous, method, expected) => {
  expect(nextGeneration(previous, method, wall)).toEqual(expected);
});

test('whatever the clock does, the generation grows from start to start', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4_000_000_000 }), fc.constantFrom('file' as const, 'time' as const))),
      (starts) => {
        let file: string | undefined = generationText(5);
        let last = 5;
        for (const [clock, method] of starts) {
          const { generation } = nextGeneration(file, method, seconds(clock));
          expect(generation).toBeGreaterThan(last);
          file = generationText(generation);
          expect(parseGeneration(file)).toBe(generation);
          last = generation;
        }
      },
    ),
  );
});
