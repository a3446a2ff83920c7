/** hb_addnode, hb_delnode, hb_setweight, hb_setsite, here and from the other node; wording seen on a genuine pair. */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const joined = (): BenchNode => {
  const node = new BenchNode();
  node.join();
  return node;
};

const names = (node: BenchNode): readonly string[] => node.view().nodes.map(({ name }) => name);

const here = (node: BenchNode, fields: Readonly<Record<string, string>>): void =>
  node.step({ type: 'submit', message: message(fields) });

describe.each([
  ['from a script here', here],
  ['from the other node', (node: BenchNode, fields: Readonly<Record<string, string>>) => node.hear(fields)],
])('%s', (_, order) => {
  test('weight and site, read as C reads numbers; unknown nodes are nobody', () => {
    const node = joined();
    order(node, { t: 'setweight', node: 'lb2', weight: '50' });
    order(node, { t: 'setsite', node: 'lb2', site: 'paris' });
    order(node, { t: 'setsite', node: 'lb9', site: 'rome' });
    expect(node.view().nodes[1]).toMatchObject({ name: 'lb2', weight: 50, site: 'paris' });
    order(node, { t: 'setweight', node: 'lb2', weight: 'x' });
    expect(node.view().nodes[1]).toMatchObject({ weight: 0 });
    expect(node.view().nodes[0]).toMatchObject({ weight: 100, site: '' });
  });

  test('a node is added, and its death moves nothing', () => {
    const node = joined();
    order(node, { t: 'addnode', nodelist: 'lb3 lb4' });
    expect(names(node)).toEqual(['lb1', 'lb2', 'lb3', 'lb4']);
    expect(node.logged()).toEqual([
      'info: hb_add_one_node: Adding new node[lb3] to configuration.',
      'info: hb_add_one_node: Adding new node[lb4] to configuration.',
    ]);
    order(node, { t: 'addnode', nodelist: 'lb3' });
    expect(node.logged()).toEqual([
      'info: hb_add_one_node: Adding new node[lb3] to configuration.',
      'ERROR: hb_add_one_node: node(lb3) already exists',
      'ERROR: Add node lb3 failed',
    ]);
    node.pass(6_000);
    const effects = node.drain();
    expect(effects).toContainEqual({ type: 'log', priority: 'WARN', text: 'node lb3: is dead' });
    // A genuine node takes everything now, although the other one holds it.
    expect(effects.some(({ type }) => type === 'job')).toBe(false);
  });

  test('only a dead node goes, and only while all others live', () => {
    const node = joined();
    order(node, { t: 'addnode', nodelist: 'lb3 lb4' });
    node.pass(6_000);
    node.drain();
    order(node, { t: 'delnode', nodelist: 'lb3' });
    expect(node.logged()).toEqual([
      "ERROR: HBDoMsg_T_DELNODE: deletion failed. We don't have all required nodes alive (lb4 is dead)",
    ]);
    order(node, { t: 'delnode', nodelist: 'lb2' });
    order(node, { t: 'delnode', nodelist: 'lb1' });
    expect(node.logged()).toEqual([
      'WARN: deletion failed: node lb2 is not dead',
      'WARN: deletion failed: node lb1 is not dead',
    ]);
    order(node, { t: 'delnode', nodelist: 'lb3 lb4' });
    const effects = node.drain();
    expect(names(node)).toEqual(['lb1', 'lb2']);
    expect(effects).toContainEqual({ type: 'log', priority: 'info', text: 'Removing node [lb3] from configuration.' });
    expect(effects).toContainEqual({
      type: 'deletedNodes',
      nodes: ['lb3', 'lb4'].map((name) => ({ name, uuid: new Uint8Array(16), weight: 100, site: '' })),
    });
    order(node, { t: 'delnode', nodelist: 'lb3' });
    expect(node.logged()).toEqual([
      'info: Removing node [lb3] from configuration.',
      'ERROR: hb_remove_one_node: node lb3 not found in config',
      'ERROR: Deleting node lb3 failed',
    ]);
    node.hear({ t: 'reqnodes', dest: 'lb1' });
    expect(node.sent()).toEqual(['repnodes dest=lb2 nodelist=lb1 lb2  delnodelist=lb3 lb4 ']);
  });
});

test('our packets say how many nodes there are', () => {
  const node = joined();
  here(node, { t: 'addnode', nodelist: 'lb3' });
  node.pass(1_000);
  expect(node.drain().flatMap((effect) => (effect.type === 'send' ? effect.message.fields : []))).toContainEqual({
    type: 'string',
    name: 'ttl',
    value: '4',
  });
});

test('an added node is listened to, and told apart from the other node', () => {
  const node = joined();
  here(node, { t: 'addnode', nodelist: 'lb3' });
  const say = (seq: string, fields: Readonly<Record<string, string>>): void =>
    node.packet(message({ src: 'lb3', hg: '9', ts: node.ts(), seq, ...fields }));
  say('1', { t: 'status', st: 'active', dt: '1388', protocol: '1' });
  say('2', { t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  expect(node.view().nodes[2]).toMatchObject({ name: 'lb3', status: 'active' });
  expect(node.logged()).not.toContain('ERROR: Both machines own our resources!');
});

test('the first node list empties delhostcache, as genuine does', () => {
  const node = new BenchNode();
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
  expect(node.drain()).toContainEqual({ type: 'deletedNodes', nodes: [] });
});
