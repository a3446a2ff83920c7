/** Two of our nodes live through the chapters of heartbeat reference 6. */
import { text } from '../../../lib/heartbeat/wire/message.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';

const together = (options: ConstructorParameters<typeof Simulation>[0] = { seed: 1 }): Simulation => {
  const simulation = new Simulation(options);
  simulation.start('lb1');
  simulation.run(20);
  simulation.start('lb2');
  simulation.run(2000);
  return simulation;
};

const holdings = (simulation: Simulation): readonly (string | undefined)[] =>
  ['lb1', 'lb2'].map((name) => simulation.view(name)?.resources);

test('both start: each takes its own groups, within two seconds', () => {
  const simulation = together();
  expect(holdings(simulation)).toEqual(['local', 'local']);
  expect(simulation.owners('lb1')).toEqual(['lb1']);
  expect(simulation.owners('lb2')).toEqual(['lb2']);
});

test('alone: everything is taken when initdead is over', () => {
  const simulation = new Simulation({ seed: 1 });
  simulation.start('lb1');
  simulation.run(9_990);
  expect(simulation.owners('lb1')).toEqual([]);
  simulation.run(200);
  expect(simulation.view('lb1')?.resources).toBe('all');
  expect(simulation.owners('lb2')).toEqual(['lb1']);
});

test('death: taken over at the instant the timeout of the dead node runs out, and given back on its return', () => {
  const simulation = together();
  simulation.crash('lb2');
  const last = Math.max(
    ...simulation.traffic
      .filter((one) => one.node === 'lb2' && text(one.message, 't') === 'status')
      .map((one) => one.at),
  );
  simulation.run(10_000);
  const dead = simulation.log.find((line) => line.text === 'WARN: node lb2: is dead');
  expect(dead?.at).toBe(last + 1 + 3000);
  expect(simulation.view('lb1')?.resources).toBe('all');
  simulation.start('lb2');
  simulation.run(3_000);
  expect(holdings(simulation)).toEqual(['local', 'local']);
});

test('without failback the survivor keeps everything', () => {
  const simulation = together({ seed: 2, settings: { autoFailback: 'off' } });
  simulation.crash('lb1');
  simulation.run(10_000);
  simulation.start('lb1');
  simulation.run(5_000);
  expect(holdings(simulation)).toEqual(['none', 'all']);
  expect(simulation.owners('lb1')).toEqual(['lb2']);
});

test('graceful stop hands over, and the process ends', () => {
  const simulation = together();
  simulation.stop('lb2');
  simulation.run(1000);
  expect(simulation.view('lb1')?.resources).toBe('all');
  simulation.run(5000);
  expect(simulation.isRunning('lb2')).toBe(false);
  expect(simulation.lines('lb1')).toContain('info: Dead node lb2 gave up resources.');
});

test.each([
  ['local', ['none', 'all']],
  ['all', ['none', 'all']],
  ['foreign', ['local', 'local']],
])('hb_standby %s on lb1', (what, expected) => {
  const simulation = together();
  simulation.submit('lb1', { t: 'ask_resources', rsc_hold: what, info: 'me' });
  simulation.run(2000);
  expect(holdings(simulation)).toEqual(expected);
});

test('hb_takeover all on lb2', () => {
  const simulation = together();
  simulation.submit('lb2', { t: 'hb_takeover', rsc_hold: 'all' });
  simulation.run(2000);
  expect(holdings(simulation)).toEqual(['none', 'all']);
});

test.each([
  ['on', ['local', 'local']],
  ['off', ['all', 'none']],
] as const)('a healed partition settles by itself with failback %s', (autoFailback, expected) => {
  const simulation = together({ seed: 3, settings: { autoFailback } });
  simulation.partition('lb1', 'lb2');
  simulation.run(10_000);
  expect(holdings(simulation)).toEqual(['all', 'all']);
  simulation.heal();
  simulation.run(2000);
  expect(holdings(simulation)).toEqual(expected);
});

test('fast restart: what nobody owns is taken in', () => {
  const simulation = together({ seed: 3, settings: { autoFailback: 'off' } });
  simulation.submit('lb1', { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  simulation.run(3000);
  expect(holdings(simulation)).toEqual(['none', 'all']);
  simulation.crash('lb2');
  simulation.run(500);
  simulation.start('lb2');
  simulation.run(5000);
  expect(holdings(simulation)).toEqual(['local', 'local']);
});

test('a node that slept takes nothing over when it wakes', () => {
  const simulation = together({ seed: 4 });
  simulation.pause('lb1');
  simulation.run(8000);
  expect(simulation.view('lb2')?.resources).toBe('all');
  simulation.resume('lb1');
  simulation.run(3000);
  expect(simulation.lines('lb1')).not.toContain('WARN: node lb2: is dead');
  expect(holdings(simulation)).toEqual(['local', 'local']);
});
