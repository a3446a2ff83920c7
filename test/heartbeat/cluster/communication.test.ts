/** Until communication is up (heartbeat reference 4.6, 5.4). */
import { BenchNode } from '../../support/bench-node.js';

const isUp = (node: BenchNode): boolean => node.view().communicationUp;

test('init once, then up, then a heartbeat every keepalive', () => {
  const node = new BenchNode();
  const words = (): readonly string[] =>
    node.sent(true).flatMap((line) => (line.startsWith('status') ? [line.split(' ')[1] ?? ''] : []));
  expect(words()).toEqual(['st=init', 'st=up']);
  node.pass(3_000, false);
  expect(words()).toEqual(['st=up', 'st=up', 'st=up']);
});

test('the node list is asked for every second, for ever (recording `peer-without-repnodes`)', () => {
  const node = new BenchNode();
  node.beat('up');
  node.pass(60_000);
  expect(node.sent().filter((line) => line === 'reqnodes dest=lb2')).toHaveLength(61);
  expect(isUp(node)).toBe(false);
  expect(node.view().nodes[0]?.status).toBe('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
  expect(node.drain().map(({ type }) => type)).toContain('communicationUp');
});

test('who dies while being asked is not waited for', () => {
  const node = new BenchNode();
  node.beat('up');
  node.pass(10_000, false);
  expect(isUp(node)).toBe(true);
  expect(node.logged()).toContain('info: Dead node lb2 gave up resources.');
});

test('a node that was added before we came is added here, one that only ha.cf names stays', () => {
  const node = new BenchNode();
  node.beat('up');
  node.drain();
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb2 lb7 ', delnodelist: ' ' });
  const logged = node.logged();
  expect(logged).toContain('info: hb_add_one_node: Adding new node[lb7] to configuration.');
  expect(logged).toContain('WARN: The node list of lb2 differs from ours: it lacks [lb1]');
  expect(node.view().nodes.map(({ name }) => name)).toEqual(['lb1', 'lb2', 'lb7']);
  expect(isUp(node)).toBe(true);
});

test('a list nobody asked for is nothing', () => {
  const node = new BenchNode({ pingNodes: ['gw'] });
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  expect(isUp(node)).toBe(false);
});

test('a cluster of one waits for nobody', () => {
  const node = new BenchNode({ nodes: ['lb1'] });
  expect(isUp(node)).toBe(true);
  node.finish();
  expect(node.view().resources).toBe('all');
});

test('what a former life left running is stopped before anything else, and said to be running until then', () => {
  const node = new BenchNode({ mayHaveLeftovers: true });
  expect(node.drain().find(({ type }) => type === 'job')).toMatchObject({ action: 'release', scope: 'every' });
  expect(node.state.published).toContain('all');
  node.finish();
  expect(node.state.published).toContain('none');
});
