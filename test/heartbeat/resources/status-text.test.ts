import { saysRunning } from '../../../lib/heartbeat/resources/status-text.js';

test.each([
  ['INFO:  Running OK', true],
  ['running', true],
  ['apache2 is running (pid 1234).', true],
  ['master running\n(ipvs_syncmaster pid: 1234)', true],
  ['[  OK  ]', true],
  ['INFO:  Resource is stopped', false],
  ['apache2 is not running', false],
  ['apache2 is NOT running, last state OK', false],
  ['not  Running', false],
  ['apache2 is not currently running', false],
  ['not yet\nrunning', false],
  ['notrunning', true],
  ['running, but not answering', true],
  ['OK, not running', false],
  ['RUNNING', false],
  ['ok', false],
  ['', false],
])('%j', (output, expected) => {
  expect(saysRunning(output)).toBe(expected);
});
