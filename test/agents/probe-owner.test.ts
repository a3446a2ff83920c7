import { probeFinding } from '../../lib/agents/probe-owner.js';
import { millis } from '../../lib/time.js';

const target = { device: 'eth0', address: '10.0.0.100' };

test.each([
  [[], 'info: Nobody else answers for 10.0.0.100 on eth0 (asked for 200 ms)'],
  [
    ['02:00:00:00:00:07'],
    'WARN: 10.0.0.100 on eth0 is still answered for by 02:00:00:00:00:07: its former owner is alive, or somebody else uses it',
  ],
  ['no sockets', 'debug: Nobody was asked who has 10.0.0.100 on eth0: no sockets'],
])('%j', (result, expected) => {
  expect(probeFinding(target, result, millis(200)).join(': ')).toBe(expected);
});
