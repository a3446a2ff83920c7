/** Uuids: learnt, changed, copied (heartbeat reference 11.1, no. 9; wording seen on a genuine pair). */
import { type Field, message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode, UUID } from '../../support/bench-node.js';

const of = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);

const hear = (node: BenchNode, src: string, seq: number, uuid: Uint8Array, hg = '5'): void => {
  const srcuuid: Field = { type: 'binary', name: 'srcuuid', value: uuid };
  const words = { t: 'status', st: 'active', dt: '1388', protocol: '1', src, hg, ts: node.ts(), seq: seq.toString(16) };
  node.packet({ fields: [...message(words).fields, srcuuid] });
};

const odd = (node: BenchNode): readonly string[] => node.logged().filter((line) => line.includes('uuid'));

test('a new uuid is told, and used from then on', () => {
  const node = new BenchNode();
  hear(node, 'lb2', 1, of(2));
  hear(node, 'lb2', 2, of(2));
  expect(odd(node)).toEqual([]);
  hear(node, 'lb2', 3, of(0x92));
  expect(odd(node)).toEqual(['info: node lb2 changed its uuid to 92929292-9292-9292-9292-929292929292']);
  expect(node.view().nodes[1]?.uuid).toEqual(of(0x92));
});

test('one that comes back belongs to a second machine of that name: said once, with what to do', () => {
  const node = new BenchNode();
  [2, 3, 2, 3, 2].forEach((byte, index) => {
    hear(node, 'lb2', index + 1, of(byte));
  });
  expect(odd(node)).toEqual([
    'info: node lb2 changed its uuid to 03030303-0303-0303-0303-030303030303',
    'ERROR: Two machines call themselves lb2 (uuids 03030303-0303-0303-0303-030303030303 and 02020202-0202-0202-0202-020202020202). Give one of them another name (uname -n, or /etc/ha.d/nodeinfo).',
  ]);
});

test('a recording does not change it', () => {
  const node = new BenchNode();
  node.lives = false;
  hear(node, 'lb2', 1, of(2));
  node.drain();
  hear(node, 'lb2', 9, of(3), '4');
  expect(odd(node)).toEqual([]);
  expect(node.view().nodes[1]?.uuid).toEqual(of(2));
});

test('a copied disk is named, with what to do about it, once; both are told apart by their names', () => {
  const node = new BenchNode();
  hear(node, 'lb2', 1, UUID);
  hear(node, 'lb2', 2, UUID);
  expect(odd(node)).toEqual([
    'ERROR: Node lb2 has the same uuid as this node (01010101-0101-0101-0101-010101010101), was its disk copied? Stop heartbeat on one of the two, remove /var/lib/heartbeat/hb_uuid there, and start it again.',
  ]);
  const destuuid: Field = { type: 'binary', name: 'destuuid', value: UUID };
  const ask = (seq: string, dest: string): void =>
    node.packet({
      fields: [...message({ t: 'reqnodes', dest, src: 'lb2', hg: '5', ts: node.ts(), seq }).fields, destuuid],
    });
  node.drain();
  ask('3', 'lb2');
  expect(node.sent()).toEqual([]);
  ask('4', 'lb1');
  expect(node.sent()).toContain('repnodes dest=lb2 nodelist=lb1 lb2  delnodelist= ');
});

test('two others with one uuid are named too', () => {
  const node = new BenchNode({ nodes: ['lb1', 'lb2', 'lb3'] });
  hear(node, 'lb2', 1, of(2));
  hear(node, 'lb3', 1, of(2));
  expect(odd(node)).toEqual([
    'WARN: nodename lb2 uuid changed to lb3',
    'WARN: Nodes lb2 and lb3 have the same uuid (02020202-0202-0202-0202-020202020202): remove /var/lib/heartbeat/hb_uuid on one of them and restart heartbeat there.',
  ]);
});

test('somebody with our name and another uuid is told, and not believed', () => {
  const node = new BenchNode();
  node.drain();
  hear(node, 'lb1', 1, of(9), '7');
  hear(node, 'lb1', 2, of(9), '7');
  expect(node.logged()).toEqual([
    'ERROR: Another machine calls itself lb1: its packets come in on link eth0. Give one of the two another name (uname -n, or /etc/ha.d/nodeinfo).',
  ]);
  expect(node.view().nodes[0]?.links).toEqual([{ name: 'eth0', status: 'dead' }]);
  expect(node.view().counters).toEqual({ ownName: 2 });
});
