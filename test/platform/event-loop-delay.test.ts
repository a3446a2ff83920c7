import { latenessMeter } from '../../lib/platform/event-loop-delay.js';
import { millis } from '../../lib/time.js';

test.each([
  ['on time', 100, 0],
  ['earlier, because an event came in between', 30, 0],
  ['as late as a busy machine is', 149, 0],
  ['stopped for eight seconds', 8100, 8000],
])('%s', (_case, gap, late) => {
  const meter = latenessMeter(millis(100), millis(50), millis(1000));
  expect(meter.look(millis(1000 + gap))).toBe(late);
});

test('a gap is told once', () => {
  const meter = latenessMeter(millis(100), millis(50), millis(0));
  expect(meter.look(millis(1000))).toBe(900);
  expect(meter.look(millis(1000))).toBe(0);
});
