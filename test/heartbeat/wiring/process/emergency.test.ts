import { armEmergency, closingLimit, STOP_LIMIT } from '../../../../lib/heartbeat/wiring/process/emergency.js';

test.each([
  ['an hour of stopping', STOP_LIMIT, 3_600_000],
  ['thirty seconds of closing', closingLimit(0), 30_000],
  ['ten more for each program beside the daemon', closingLimit(4), 70_000],
])('after %s everything is killed, and it ends with code 100 (heartbeat reference 5.7)', (_, limit, delay) => {
  const trace: string[] = [];
  let ring = (): void => {};
  const disarm = armEmergency(limit, {
    after: (wait, act) => {
      trace.push(`after ${wait}`);
      ring = act;
      return () => trace.push('disarmed');
    },
    log: (priority, text) => trace.push(`${priority}: ${text}`),
    killAll: () => trace.push('killed'),
    exit: (code) => trace.push(`exit ${code}`),
  });
  ring();
  disarm();
  expect(trace).toEqual([
    `after ${delay}`,
    'CRIT: Emergency Shutdown: Attempting to kill everything ourselves',
    ...['killed', 'exit 100', 'disarmed'],
  ]);
});
