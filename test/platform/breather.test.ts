import { createBreather } from '../../lib/platform/breather.js';
import { millis } from '../../lib/time.js';

test('work that goes on and on lets the loop turn when its time is over, not before', async () => {
  let mono = 0;
  const breathe = createBreather(millis(20), () => millis(mono));
  let turns = 0;
  const turned = (): void => {
    turns += 1;
  };
  setImmediate(turned);
  for (let piece = 0; piece < 4; piece++) {
    await breathe();
    mono += 5;
  }
  expect(turns).toBe(0);
  await breathe();
  expect(turns).toBe(1);
  // A new turn, a new measure.
  setImmediate(turned);
  await breathe();
  mono += 19;
  await breathe();
  expect(turns).toBe(1);
  mono += 1;
  await breathe();
  expect(turns).toBe(2);
});
