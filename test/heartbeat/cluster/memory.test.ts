/** What a life of ours tells the next one, and what that makes of it (heartbeat reference 11.5). */
import type { PeerSeen } from '../../../lib/heartbeat/cluster/interface.js';
import { BenchNode } from '../../support/bench-node.js';

const kept = (node: BenchNode): readonly (readonly PeerSeen[])[] =>
  node.drain().flatMap((effect) => (effect.type === 'remember' ? [effect.peers] : []));

test('a new life of a peer at once, its numbers once a minute, and all at the end', () => {
  const node = new BenchNode();
  node.drain();
  node.beat('up', { seq: '3' });
  expect(kept(node)).toEqual([[{ name: 'lb2', generation: 5, seq: 3 }]]);
  node.pass(59_000);
  expect(kept(node)).toEqual([]);
  node.pass(2_000);
  expect(kept(node)).toHaveLength(1);
  node.beat('init', { hg: '6', seq: '1' });
  expect(kept(node)).toEqual([[{ name: 'lb2', generation: 6, seq: 1 }]]);
  node.step({ type: 'stop' });
  node.finish();
  node.pass(5_000, false);
  expect(kept(node).at(-1)).toMatchObject([{ name: 'lb2', generation: 6 }]);
});

const again = (): BenchNode => {
  const node = new BenchNode({ peersSeen: [{ name: 'lb2', generation: 5, seq: 0x40 }] });
  node.lives = false;
  node.drain();
  return node;
};

test('what was heard before the start is refused, in genuine words, what comes after it is believed', () => {
  const node = again();
  node.beat('active', { seq: '40' });
  expect(node.logged()).toEqual([
    'ERROR: should_drop_message: attempted replay attack [lb2]? [gen = 5, curgen = 5]: number 64 was heard before this daemon started',
  ]);
  node.beat('active', { hg: '4', seq: '99' });
  expect(node.logged()).toEqual(['ERROR: should_drop_message: attempted replay attack [lb2]? [gen = 4, curgen = 5]']);
  expect(node.view().nodes[1]?.status).toBe('init');
  node.beat('active', { seq: '41' });
  expect(node.view().nodes[1]?.status).toBe('active');
  expect(node.view().counters).toEqual({ oldNumber: 1, oldGeneration: 1 });
});

test('a peer that was started anew meanwhile is no restart here', () => {
  const node = again();
  node.beat('up', { hg: '6', seq: '1' });
  const logged = node.logged();
  expect(logged).toContain('info: Status update for node lb2: status up');
  expect(logged.filter((line) => line.includes('restart'))).toEqual([]);
});

test('before its first status nothing of a peer counts', () => {
  const node = again();
  node.hear({ t: 'shutdone', st: 'dead', seq: '41' });
  expect(node.state.nodes.get('lb2')?.left).toBe(false);
  expect(node.view().counters).toEqual({ unknownLife: 1 });
});

test('peers that ha.cf does not know are forgotten', () => {
  const node = new BenchNode({ peersSeen: [{ name: 'lb9', generation: 5, seq: 64 }] });
  expect(node.view().nodes.map(({ name }) => name)).toEqual(['lb1', 'lb2']);
});
