/** Takeover waits for the fencing device (heartbeat reference 5.5). */
import type { ClusterEffect } from '../../../lib/heartbeat/cluster/interface.js';
import { text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const DEVICE = { fences: true, foreignKeys: ['KEY'] };
const dead = (settings = DEVICE): BenchNode => {
  const node = new BenchNode(settings);
  node.join();
  node.pass(10_000, false);
  return node;
};
/** How often rc.d/status is told that a node is dead. */
const deathScripts = (effects: readonly ClusterEffect[]): number =>
  effects.filter((effect) => effect.type === 'notify' && text(effect.message, 't') === 'status').length;
const jobs = (node: BenchNode) =>
  node.drain().flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : []));

test('a dead node is reset first; nothing is taken before, everything after', () => {
  const node = dead();
  const effects = node.drain();
  expect(effects.filter(({ type }) => type === 'fence')).toEqual([{ type: 'fence', node: 'lb2', wanted: true }]);
  expect(effects.filter(({ type }) => type === 'job')).toEqual([]);
  expect(deathScripts(effects)).toBe(0);
  expect(effects).not.toContainEqual(expect.objectContaining({ text: 'No STONITH device configured.' }));
  node.pass(600_000, false);
  expect(jobs(node)).toEqual([]);
  node.step({ type: 'fenced', node: 'lb2' });
  expect(node.state.fencing).toBeUndefined();
  const after = node.drain();
  expect(after).toContainEqual({ type: 'log', priority: 'info', text: 'Resources being acquired from lb2.' });
  expect(after.flatMap((effect) => (effect.type === 'job' ? [effect.scope] : []))).toEqual(['foreign']);
  expect(deathScripts(after)).toBe(1);
});

test('the others are told that it worked', () => {
  const node = dead();
  node.drain();
  node.step({ type: 'fenced', node: 'lb2' });
  expect(node.sent()).toContain('stonith node=lb2 result=OK');
});

test('a node that said it holds nothing is not reset', () => {
  const node = new BenchNode(DEVICE);
  node.join('none');
  node.pass(10_000, false);
  expect(node.drain().map(({ type }) => type)).not.toContain('fence');
});

test('a node that was never heard is reset at the start, before anything of it is taken', () => {
  const node = new BenchNode(DEVICE);
  node.pass(60_000, false);
  const effects = node.drain();
  expect(effects.filter(({ type }) => type === 'fence')).toHaveLength(1);
  expect(node.view().communicationUp).toBe(true);
  expect(effects.filter(({ type }) => type === 'job')).toEqual([]);
  node.step({ type: 'fenced', node: 'lb2' });
  expect(jobs(node)).toEqual(['acquire all']);
});

test('a node that is heard again is not reset any more, and a late success changes nothing', () => {
  const node = dead();
  node.drain();
  node.beat();
  expect(node.drain().filter(({ type }) => type === 'fence')).toEqual([{ type: 'fence', node: 'lb2', wanted: false }]);
  node.step({ type: 'fenced', node: 'lb2' });
  expect(jobs(node)).toEqual([]);
});

test('who is stopping takes nothing, whatever the device says', () => {
  const node = dead();
  node.step({ type: 'stop' });
  node.finish();
  node.drain();
  node.step({ type: 'fenced', node: 'lb2' });
  expect(jobs(node)).toEqual([]);
  node.pass(10_000, false);
  expect(node.drain()).toContainEqual({ type: 'exit', restart: false });
});

test('in legacy mode, too', () => {
  const node = new BenchNode({ ...DEVICE, autoFailback: 'legacy', localKeys: ['OURS'] });
  node.join();
  node.pass(10_000, false);
  expect(jobs(node)).toEqual([]);
  node.step({ type: 'fenced', node: 'lb2' });
  expect(jobs(node)).not.toEqual([]);
});
