/** A peer that never acknowledges (heartbeat reference 4.4; recording `peer-without-acks`). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const complaints = (node: BenchNode): readonly string[] =>
  node.logged().filter((line) => line.includes('Message hist queue'));

test('two complaints, not one per packet, and an end when it acknowledges', () => {
  const node = new BenchNode();
  node.join();
  node.pass(700_000);
  expect(complaints(node)).toEqual([
    'WARN: Message hist queue is filling up (376 messages in queue)',
    'ERROR: Message hist queue is filling up (451 messages in queue)',
  ]);
  const acked = (node.state.nextSeq - 1).toString(16);
  node.packet(message({ t: 'NS_ackmsg', src: 'lb2', dest: 'lb1', ackseq: acked, hg: '5', ts: node.ts() }));
  node.pass(300_000);
  expect(complaints(node)).toEqual([]);
  node.pass(100_000);
  expect(complaints(node)).toHaveLength(1);
});

test('a newcomer is not blamed for what was sent before it came', () => {
  const node = new BenchNode();
  node.pass(1_000_000, false);
  node.beat('init');
  expect(complaints(node)).toEqual([]);
});

test('local clients wait while more than 250 are not acknowledged, also when the peer then dies', () => {
  const node = new BenchNode();
  node.join();
  const pauses = () => node.drain().flatMap((effect) => (effect.type === 'clients' ? [effect.paused] : []));
  node.pass(240_000);
  expect(pauses()).toEqual([]);
  node.pass(60_000);
  expect(pauses()).toEqual([true]);
  const acked = (node.state.nextSeq - 1).toString(16);
  node.packet(message({ t: 'NS_ackmsg', src: 'lb2', dest: 'lb1', ackseq: acked, hg: '5', ts: node.ts() }));
  expect(node.drain()).toEqual([
    { type: 'log', priority: 'info', text: 'all clients are now resumed' },
    { type: 'clients', paused: false },
  ]);
  node.pass(300_000);
  expect(pauses()).toEqual([true]);
  node.pass(6_000, false);
  expect(pauses()).toEqual([false]);
});
