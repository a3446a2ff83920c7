import { hangUpMeans } from '../../../../lib/heartbeat/wiring/process/hang-up.js';

const read = { config: 1000, suite: 3, keys: 2000 };

test.each([
  ['nothing changed', { config: 1000, suite: 3, keys: 2000 }, 'nothing'],
  ['ha.cf was written, or only touched', { config: 1001, suite: 3, keys: 2000 }, 'config'],
  ['ha-suite.ini was made', { config: 1000, suite: 4, keys: 2000 }, 'config'],
  ['authkeys changed', { config: 1000, suite: 3, keys: 3000 }, 'keys'],
  ['both changed', { config: 5000, suite: 3, keys: 3000 }, 'config'],
  ['ha.cf is gone', { config: undefined, suite: 3, keys: 2000 }, 'config'],
  ['an older ha.cf was put back', { config: 10, suite: 3, keys: 2000 }, 'config'],
] as const)('%s (heartbeat reference 8.5)', (_, now, wanted) => {
  expect(hangUpMeans(read, now)).toBe(wanted);
});
