/** More than two nodes: resources are an affair of the first two of ha.cf (heartbeat reference 11.2, no. 10). */

import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { BenchNode } from '../../support/bench-node.js';

const three = (): Simulation => {
  const simulation = new Simulation({ seed: 11, nodes: ['lb1', 'lb2', 'lb3'] });
  for (const name of ['lb1', 'lb2', 'lb3']) simulation.start(name);
  simulation.run(5_000);
  return simulation;
};

const owners = (simulation: Simulation): readonly string[] =>
  ['lb1', 'lb2', 'lb3'].map((group) => simulation.owners(group).join('+'));

test('each has its own', () => {
  expect(owners(three())).toEqual(['lb1', 'lb2', 'lb3']);
});

test('a death of one of the first two: the other one takes over, alone', () => {
  const simulation = three();
  simulation.crash('lb1');
  simulation.run(15_000);
  expect(owners(simulation)).toEqual(['lb2', 'lb2', 'lb3']);
  simulation.start('lb1');
  simulation.run(15_000);
  expect(owners(simulation)).toEqual(['lb1', 'lb2', 'lb3']);
});

test('both of them stop: the third does not think that it is alone with everything', () => {
  const simulation = three();
  simulation.stop('lb1');
  simulation.stop('lb2');
  simulation.run(15_000);
  expect(owners(simulation)).toEqual(['', '', 'lb3']);
});

test('a standby of the first is answered by the second only', () => {
  const simulation = three();
  simulation.submit('lb1', { t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  simulation.run(5_000);
  expect(owners(simulation)).toEqual(['lb2', 'lb2', 'lb3']);
});

test('the third dies: the others leave its groups alone', () => {
  const simulation = three();
  simulation.crash('lb3');
  simulation.run(15_000);
  expect(owners(simulation)).toEqual(['lb1', 'lb2', '']);
});

test('the third takes nothing of others, whoever is away when it starts', () => {
  const node = new BenchNode({
    self: 'lb3',
    nodes: ['lb1', 'lb2', 'lb3'],
    localKeys: ['IPaddr::10.0.0.103'],
    foreignKeys: ['IPaddr::10.0.0.100'],
  });
  node.pass(20_000, false);
  const scopes = node.drain().flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : []));
  expect(scopes).toEqual(['acquire local']);
  expect(node.state.heldKeys).toEqual(['IPaddr::10.0.0.103']);
});
