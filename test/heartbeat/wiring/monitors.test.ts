/** The driver of the monitor machine, on a clock of its own. */
import type { MonitorConfig } from '../../../lib/config/monitor.js';
import type { Outcome } from '../../../lib/heartbeat/monitor/interface.js';
import { startMonitors } from '../../../lib/heartbeat/wiring/monitors.js';
import { millis } from '../../../lib/time.js';

const monitor = (name: string): MonitorConfig => ({
  name,
  probe: { kind: 'command', argv: ['/bin/true'] },
  interval: millis(1000),
  timeout: millis(500),
  rise: 1,
  fall: 2,
  holddown: millis(0),
  onfail: 'standby',
});

test('looks on the beat, tells the health when it changes, and ends what is under way', async () => {
  let time = 0;
  let timer: { readonly at: number; readonly call: () => void } | undefined;
  const [started, told, logged]: [string[], string[], string[]] = [[], [], []];
  const ends = new Map<string, (outcome: Outcome) => void>();
  const signals: AbortSignal[] = [];
  const monitors = startMonitors({
    configs: [monitor('a'), monitor('b')],
    mono: () => millis(time),
    at: (at, call) => {
      const mine = { at, call };
      timer = mine;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
    probe: ({ name }, signal) => {
      started.push(`${time} ${name}`);
      signals.push(signal);
      return new Promise((resolve) => ends.set(name, resolve));
    },
    onHealth: ({ health, failing }) => told.push(`${time} ${health} ${failing.join(',')}`),
    log: (priority, text) => logged.push(`${priority}: ${text}`),
  });
  const end = async (name: string, outcome: Outcome): Promise<void> => {
    ends.get(name)?.(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = (to: number): void => {
    while (timer !== undefined && timer.at <= to) {
      time = timer.at;
      const { call } = timer;
      timer = undefined;
      call();
    }
    time = to;
  };
  pass(300);
  expect(started).toEqual(['0 a', '200 b']);
  await end('a', { type: 'good' });
  await end('b', { type: 'good' });
  expect(told).toEqual(['300 good ']);
  pass(1000);
  await end('a', { type: 'bad', why: 'rc=1' });
  pass(2000);
  await end('a', { type: 'bad', why: 'rc=1' });
  expect(told).toEqual(['300 good ', '2000 bad a']);
  expect(logged.at(-1)).toBe('WARN: Monitor a: down (rc=1, fall=2 of 2)');
  monitors.close();
  expect(timer).toBeUndefined();
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  // What it still says is of no interest any more.
  await end('b', { type: 'bad', why: 'SIGKILL' });
  expect(logged).toHaveLength(4);
  expect(started).toHaveLength(5);
});
