/** When a node is dead, and when only we were late (heartbeat reference 5.3; design, "Own lateness"). */
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { millis } from '../../../lib/time.js';
import { BenchNode } from '../../support/bench-node.js';

const status = (node: BenchNode): string | undefined => node.view().nodes.find(({ name }) => name === 'lb2')?.status;

test('dead at the very instant the timeout runs out, not a millisecond before', () => {
  const node = new BenchNode();
  node.join();
  node.pass(3000);
  const heard = node.mono;
  node.pass(4999.999, false);
  expect(status(node)).toBe('active');
  expect(clusterMachine.wakeAt(node.state)).toBeCloseTo(heard + 5000, 6);
  node.pass(0.001, false);
  expect(status(node)).toBe('dead');
});

test('each node says itself how long to wait for it', () => {
  const node = new BenchNode();
  node.join();
  node.beat('active', { dt: '88b8' });
  node.pass(34_999, false);
  expect(status(node)).toBe('active');
  node.pass(1, false);
  expect(status(node)).toBe('dead');
});

test.each([
  ['0', 5000],
  ['zz', 5000],
  ['', 5000],
  ['1', 50],
  ['ffffffffffff', 3_600_000],
])('a timeout of %j is not taken literally', (dt, expected) => {
  const node = new BenchNode();
  node.join();
  node.beat('active', { dt });
  expect(node.state.nodes.get('lb2')?.timeout).toBe(expected);
});

test('initdead counts until communication is up', () => {
  const node = new BenchNode();
  node.pass(9_999, false);
  expect(status(node)).toBe('init');
  node.pass(1, false);
  expect(status(node)).toBe('dead');
});

test('the work comes before the talking', () => {
  const node = new BenchNode();
  node.join();
  node.pass(4999, false);
  node.drain();
  node.pass(1, false);
  expect(
    node
      .drain()
      .map((effect) => (effect.type === 'log' ? effect.text : effect.type))
      .slice(0, 3),
  ).toEqual(['node lb2: is dead', 'Resources being acquired from lb2.', 'job']);
});

test('after a sleep of our own nobody is dead before one further timeout', () => {
  const node = new BenchNode();
  node.join();
  node.pass(1000);
  node.drain();
  node.mono += 60_000;
  node.step({ type: 'wake', loadAverage: 'n/a' });
  expect(status(node)).toBe('active');
  expect(node.logged()).toContain('WARN: This node was late by 59000 ms: no node is called dead before fresh evidence');
  node.pass(4_999, false);
  expect(status(node)).toBe('active');
  node.pass(1, false);
  expect(status(node)).toBe('dead');
});

test('the daemon may tell of a stall before anything else is late', () => {
  const node = new BenchNode();
  node.join();
  node.pass(4900, false);
  node.mono += 10_000;
  node.step({ type: 'stalled', late: millis(9_900) });
  node.pass(4_999, false);
  expect(status(node)).toBe('active');
  node.pass(2, false);
  expect(status(node)).toBe('dead');
});

test('somebody who stalls again and again still notices a dead peer', () => {
  const node = new BenchNode();
  node.join();
  const start = node.mono;
  while (status(node) !== 'dead' && node.mono < start + 120_000) {
    node.pass(1000, false);
    node.mono += 2000;
    node.step({ type: 'wake', loadAverage: 'n/a' });
  }
  // A third of the time awake: one reprieve of a full timeout, and the timeout itself.
  expect(status(node)).toBe('dead');
  expect(node.mono - start).toBeLessThanOrEqual(3 * 11_000);
});

test('a short lateness does not count as silence', () => {
  const node = new BenchNode();
  node.join();
  const heard = node.mono;
  node.pass(4500, false);
  node.mono = heard + 5200;
  node.step({ type: 'wake', loadAverage: 'n/a' });
  expect(status(node)).toBe('active');
  // The packets that waited in the socket are read now.
  node.beat();
  node.pass(4_999, false);
  expect(status(node)).toBe('active');
});

test.each([15, 40, 120, 300, 999])('somebody who is always late by %i ms still notices a dead peer in time', (late) => {
  const node = new BenchNode();
  node.join();
  const heard = node.mono;
  while (status(node) !== 'dead' && node.mono < heard + 60_000) {
    node.mono = clusterMachine.wakeAt(node.state) + late;
    node.step({ type: 'wake', loadAverage: 'n/a' });
  }
  expect(status(node)).toBe('dead');
  // The timeout, one keepalive of patience, and the lateness itself, twice at most.
  expect(node.mono - heard).toBeLessThanOrEqual(5000 + 1000 + 2 * late);
  expect(node.mono - heard).toBeGreaterThan(5000);
});

test('a late heartbeat is logged with its interval', () => {
  const node = new BenchNode();
  node.join();
  node.pass(3980, false);
  node.drain();
  node.beat();
  expect(node.logged()).toEqual(['WARN: Late heartbeat: Node lb2: interval 3980 ms']);
  node.beat('active', { dt: '88b8' });
  node.pass(13_050, false);
  node.drain();
  node.beat();
  expect(node.logged()).toEqual(['CRIT: Late heartbeat: Node lb2: interval 13050 ms (> deadtime)']);
});

test('ten minutes at 20 % loss and 50 ms of jitter: nobody is called dead', () => {
  const simulation = new Simulation({
    seed: 20,
    network: { loss: 0.2, jitter: 50 },
    settings: { keepalive: millis(200), deadtime: millis(3000), warntime: millis(1500) },
  });
  simulation.start('lb1');
  simulation.start('lb2');
  simulation.run(600_000);
  expect(simulation.log.filter(({ text }) => text.includes('is dead'))).toEqual([]);
  expect(['lb1', 'lb2'].map((name) => simulation.view(name)?.resources)).toEqual(['local', 'local']);
  expect(simulation.log.filter(({ text }) => text.includes('Irretrievably'))).toEqual([]);
});
