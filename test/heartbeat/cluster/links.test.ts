/** Links and ping nodes (heartbeat reference 5.1, 10). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';
import { BenchNode } from '../../support/bench-node.js';

const links = (node: BenchNode, name = 'lb2'): readonly string[] =>
  node
    .view()
    .nodes.find((one) => one.name === name)
    ?.links.map((link) => `${link.name} ${link.status}`) ?? [];

test('every link starts dead, comes up with a packet, and dies alone', () => {
  const node = new BenchNode({ links: ['eth0', 'eth1'] });
  expect(links(node)).toEqual(['eth0 dead', 'eth1 dead']);
  node.drain();
  node.hear({ t: 'status', st: 'up', dt: '1388', protocol: '1' }, 'eth0');
  node.hear({ t: 'status', st: 'up', dt: '1388', protocol: '1', seq: '1' }, 'eth1');
  expect(links(node)).toEqual(['eth0 up', 'eth1 up']);
  expect(node.logged()).toEqual([
    'info: Link lb2:eth0 up.',
    'info: Status update for node lb2: status up',
    'info: Link lb2:eth1 up.',
  ]);
  node.pass(5000);
  expect(links(node)).toEqual(['eth0 up', 'eth1 dead']);
  expect(node.logged()).toContain('info: Link lb2:eth1 dead.');
});

test('a link ha.cf does not know is nobody’s link', () => {
  const node = new BenchNode();
  node.hear({ t: 'status', st: 'up', dt: '1388', protocol: '1' }, 'wlan7');
  expect(links(node)).toEqual(['eth0 dead']);
});

test('our own link is up when our packets come back', () => {
  const node = new BenchNode();
  const own = (hg: string, ts = node.ts()): void =>
    node.packet(message({ t: 'status', st: 'up', src: 'lb1', seq: '1', hg, ts }));
  own('6');
  own('7', '1');
  expect(links(node, 'lb1')).toEqual(['eth0 dead']);
  own('7');
  expect(links(node, 'lb1')).toEqual(['eth0 up']);
});

test('our own packets that come back are not acknowledged, whatever their numbers', () => {
  const node = new BenchNode();
  node.join();
  for (let seq = 1; seq <= 20; seq += 1)
    node.packet(message({ t: 'status', st: 'active', src: 'lb1', seq: seq.toString(16), hg: '7', ts: node.ts() }));
  const acknowledged = () => node.sent().filter((text) => text.startsWith('NS_ackmsg')).length;
  expect(acknowledged()).toBe(0);
  for (let seq = 1; seq <= 20; seq += 1) node.hear({ t: 'status', st: 'active', dt: '1388', protocol: '1' });
  expect(acknowledged()).toBe(2);
});

test('a ping node lives as long as it answers', () => {
  const node = new BenchNode({ pingNodes: ['10.0.0.1'], deadping: millis(4000) });
  const answer = (): void =>
    node.packet(message({ t: 'NS_st', st: 'ping', info: 'ping', src: '10.0.0.1', ts: node.ts() }), '10.0.0.1');
  answer();
  expect(node.view().nodes.map(({ name, type, status }) => `${name} ${type} ${status}`)).toEqual([
    'lb1 normal up',
    'lb2 normal init',
    '10.0.0.1 ping ping',
  ]);
  expect(links(node, '10.0.0.1')).toEqual(['10.0.0.1 up']);
  node.join();
  answer();
  node.pass(3999);
  node.drain();
  node.pass(1);
  const said = node.drain();
  expect(said.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))).toEqual([
    'node 10.0.0.1: is dead',
    'Link 10.0.0.1:10.0.0.1 dead.',
  ]);
  // Its death moves no resources, it only informs.
  expect(said.some(({ type }) => type === 'job')).toBe(false);
  expect(said.flatMap((effect) => (effect.type === 'notify' ? effect.message.fields : []))).toContainEqual({
    type: 'string',
    name: 'info',
    value: 'ping',
  });
  answer();
  expect(node.logged()).toEqual([
    'info: Link 10.0.0.1:10.0.0.1 up.',
    'WARN: Late heartbeat: Node 10.0.0.1: interval 4000 ms',
    'info: Status update for node 10.0.0.1: status ping',
  ]);
});

test('a ping node nobody has heard holds the start up until initdead', () => {
  const node = new BenchNode({ pingNodes: ['gw'] });
  node.beat('up');
  expect(node.sent()).toEqual([]);
  node.pass(10_000);
  expect(node.sent()).toContain('reqnodes dest=lb2');
});
