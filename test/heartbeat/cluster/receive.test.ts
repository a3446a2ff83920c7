/** Who is listened to, and what is for us (heartbeat reference 4.1, 4.3, 4.5; recordings `handmade-packets`). */
import { type Field, message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode, UUID } from '../../support/bench-node.js';

const status = (fields: Readonly<Record<string, string>> = {}) =>
  message({ t: 'status', st: 'up', src: 'lb2', seq: '1', hg: '5', ts: '1', dt: '1388', protocol: '1', ...fields });

test('an unknown node is rejected, once a minute, with a dump', () => {
  const node = new BenchNode();
  node.drain();
  node.packet(status({ src: 'lb9' }));
  expect(node.logged().slice(0, 3)).toEqual([
    'ERROR: process_status_message: bad node [lb9] in message',
    'ERROR: MSG: Dumping message with 8 fields',
    'ERROR: MSG[0] : [t=status]',
  ]);
  node.packet(status({ src: 'lb9', seq: '2' }));
  expect(node.logged()).toEqual([]);
  // Remote names are not lower-cased (reference 2.3).
  node.packet(status({ src: 'LB2' }));
  expect(node.logged()[0]).toBe('ERROR: process_status_message: bad node [LB2] in message');
});

test.each(['t', 'src', 'ts'])('a packet without %s is rejected', (name) => {
  const node = new BenchNode();
  node.drain();
  const { fields } = status();
  node.packet({ fields: fields.filter((one) => one.name !== name) });
  expect(node.logged()[0]).toBe(
    `ERROR: process_clustermsg: missing from/ts/type: iface eth0, from ${name === 'src' ? '?' : 'lb2'}`,
  );
});

test('a packet without a number, or with a bad one', () => {
  const node = new BenchNode();
  node.drain();
  const { fields } = status();
  node.packet({ fields: fields.filter(({ name }) => name !== 'seq') });
  expect(node.logged()[0]).toBe('ERROR: process_clustermsg: missing seqno: iface eth0, from lb2');
  node.packet(status({ seq: '0' }));
  expect(node.logged()).toEqual(['ERROR: should_drop_message: bad sequence number']);
  expect(node.view().nodes[1]?.status).toBe('init');
});

test('a former generation is a replay; no generation counts as zero', () => {
  const node = new BenchNode();
  node.lives = false;
  node.packet(status({ hg: '6' }));
  node.drain();
  node.packet(status({ hg: '5', seq: '2' }));
  expect(node.logged()).toEqual(['ERROR: should_drop_message: attempted replay attack [lb2]? [gen = 5, curgen = 6]']);
  node.mono += 1000;
  const { fields } = status({ seq: '3' });
  node.packet({ fields: fields.filter(({ name }) => name !== 'hg') });
  expect(node.state.nodes.get('lb2')?.statusSeq).toBe(1);
});

test('a new generation starts the numbers anew, but only in a status', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'starting', hg: '6', seq: '1' });
  expect(node.logged()).toEqual([]);
  node.hear({ t: 'status', st: 'init', dt: '1b58', protocol: '1', hg: '6', seq: '1' });
  expect(node.logged()).toEqual([
    'info: Heartbeat restart on node lb2',
    'info: Status update for node lb2: status init',
  ]);
  expect(node.state.nodes.get('lb2')?.sequence).toEqual({ last: 1, missing: [] });
});

test('whatever word a node calls itself is kept (recording `peer-bogus-status`)', () => {
  const node = new BenchNode();
  node.join();
  node.beat('banana');
  expect(node.logged()).toContain('info: Status update for node lb2: status banana');
  expect(node.view().nodes[1]?.status).toBe('banana');
  node.beat('banana');
  expect(node.logged()).toEqual([]);
  node.beat('dead');
  expect(node.view().nodes[1]?.status).toBe('banana');
});

test('field order is free', () => {
  const node = new BenchNode();
  node.packet({ fields: [...status().fields].reverse() });
  expect(node.view().nodes[1]?.status).toBe('up');
});

test.each([
  ['absent', [], true],
  ['our name', [['dest', 'lb1']], true],
  ['another name', [['dest', 'lb2']], false],
] as const)('dest %s', (_, fields, answered) => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'reqnodes', ...Object.fromEntries(fields) });
  expect(node.sent().some((line) => line.startsWith('repnodes'))).toBe(answered);
});

test.each([
  ['ours', UUID, 'lb2', true],
  ['another one', new Uint8Array(16).fill(4), 'lb1', false],
  ['not known yet', new Uint8Array(16), 'lb1', true],
  ['cut short', new Uint8Array(3).fill(1), 'lb1', false],
])('destuuid %s decides before dest', (_, uuid, dest, answered) => {
  const node = new BenchNode();
  node.join();
  const seq = ((node.state.nodes.get('lb2')?.sequence.last ?? 0) + 1).toString(16);
  const destuuid: Field = { type: 'binary', name: 'destuuid', value: uuid };
  node.packet({ fields: [destuuid, ...message({ t: 'reqnodes', src: 'lb2', dest, seq, hg: '5', ts: '1' }).fields] });
  expect(node.sent().some((line) => line.startsWith('repnodes'))).toBe(answered);
});

test('what is not for us still counts', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'reqnodes', dest: 'lb2' });
  node.beat();
  expect(node.logged()).toEqual([]);
});

test('without `protocol` there are no acknowledgements, now or ever', () => {
  const node = new BenchNode();
  node.drain();
  node.hear({ t: 'status', st: 'up', dt: '1388' });
  const effects = node.drain();
  expect(effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))).toContain(
    'flow control disabled due to different version heartbeat',
  );
  // Nor is the node list asked for: communication is simply up.
  expect(node.view().communicationUp).toBe(true);
  for (let count = 0; count < 30; count++) node.beat();
  node.pass(2000);
  const sent = node.sent(true);
  expect(sent.filter((line) => line.startsWith('NS_ack'))).toEqual([]);
  expect(sent.filter((line) => line.includes('protocol'))).toEqual([]);
});

test('anything unknown is for the clients and for a script of that name', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'num_ping_nodes', num_ping: '1', dest: 'lb1', from_id: 'ipfail', to_id: 'ipfail' });
  expect(node.drain().map(({ type }) => type)).toEqual(['deliver', 'notify']);
});

test('a stale status does not undo a newer one', () => {
  const node = new BenchNode();
  node.beat('up');
  node.beat('active', { seq: '3' });
  node.beat('up', { seq: '2' });
  expect(node.view().nodes[1]?.status).toBe('active');
});
