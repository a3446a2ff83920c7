/** Asking for lost packets, and sending them again (heartbeat reference 4.5). */
import { type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const requests = (node: BenchNode): readonly string[] => node.sent().filter((line) => line.startsWith('NS_rexmit'));

const behind = (): BenchNode => {
  const node = new BenchNode();
  node.beat('up');
  node.drain();
  return node;
};

test('not before 50 ms, then every 250 ms, until it arrives', () => {
  const node = behind();
  node.beat('up', { seq: '3' });
  node.pass(49, false);
  expect(requests(node)).toEqual([]);
  node.pass(201, false);
  expect(requests(node)).toEqual(['NS_rexmit dest=lb2 firstseq=2 lastseq=2']);
  node.pass(500, false);
  expect(requests(node)).toHaveLength(2);
  node.beat('up', { seq: '2' });
  expect(node.logged()).toContain('info: No pkts missing from lb2!');
  node.pass(1000, false);
  expect(requests(node)).toEqual([]);
});

test('genuine senders swap neighbours: nothing is asked for', () => {
  const node = behind();
  node.beat('up', { seq: '3' });
  node.pass(45, false);
  node.beat('up', { seq: '2' });
  node.pass(1000, false);
  expect(requests(node)).toEqual([]);
});

test('a gap is asked for in decimal, in one request', () => {
  const node = behind();
  node.beat('up', { seq: '20' });
  node.pass(250, false);
  expect(requests(node)).toEqual(['NS_rexmit dest=lb2 firstseq=2 lastseq=31']);
});

test('nobody is asked for what can no longer be had', () => {
  const node = behind();
  node.beat('up', { seq: '12' });
  node.packet(
    message({ t: 'NS_nak_rexmit', src: 'lb2', dest: 'lb1', firstseq: '11', hg: '5', ts: '1', info: 'seqno too low' }),
  );
  expect(node.logged()).toContain('ERROR: Irretrievably lost packet: node lb2 seq 17');
  node.pass(250, false);
  expect(requests(node)).toEqual(['NS_rexmit dest=lb2 firstseq=2 lastseq=16']);
});

test('a dead node is not asked', () => {
  const node = new BenchNode();
  node.join();
  node.pass(4_900, false);
  node.hear({ t: 'other', seq: '30' });
  node.pass(200, false);
  node.drain();
  node.pass(5000, false);
  expect(requests(node)).toEqual([]);
});

const request = (node: BenchNode, first: string, last = first): void =>
  node.packet(
    message({ t: 'NS_rexmit', src: 'lb2', dest: 'lb1', firstseq: first, lastseq: last, hg: '5', ts: node.ts() }),
  );

test('what was sent is sent again, field for field', () => {
  const node = new BenchNode();
  const original = node
    .drain()
    .flatMap((effect): readonly Message[] => (effect.type === 'send' ? [effect.message] : []))
    .find((sent) => text(sent, 'seq') === '2');
  node.beat('up');
  node.pass(3000, false);
  node.beat('up');
  node.drain();
  request(node, '2');
  expect(node.drain()).toEqual([{ type: 'send', message: original }]);
});

test('what is not there is refused or denied', () => {
  const node = new BenchNode();
  node.beat('up');
  node.drain();
  request(node, '900000');
  expect(node.logged()).toEqual(['WARN: Rexmit of seq 900000 requested. 3 is max.']);
  node.pass(600_000);
  node.drain();
  request(node, '1');
  const answer = node.drain();
  expect(answer.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))).toEqual([
    'Cannot rexmit pkt 1 for lb2: seqno too low',
  ]);
  expect(answer.flatMap((effect) => (effect.type === 'send' ? [text(effect.message, 'info')] : []))).toEqual([
    'seqno too low',
  ]);
});

test('what it acknowledged is not sent again', () => {
  const node = new BenchNode();
  node.beat('up');
  node.packet(message({ t: 'NS_ackmsg', src: 'lb2', dest: 'lb1', ackseq: '2', hg: '5', ts: node.ts() }));
  node.drain();
  request(node, '1', '2');
  expect(node.drain()).toEqual([]);
});

test('an acknowledgement of the future is a lie', () => {
  const node = new BenchNode();
  node.beat('up');
  node.packet(message({ t: 'NS_ackmsg', src: 'lb2', dest: 'lb1', ackseq: 'ffff', hg: '5', ts: node.ts() }));
  node.drain();
  request(node, '1');
  expect(node.drain()).toHaveLength(1);
});

test('what cannot be sent again is refused once for a burst of requests', () => {
  const node = new BenchNode();
  node.beat('up');
  node.pass(600_000);
  node.drain();
  for (let time = 0; time < 10; time++) request(node, '1', '40');
  expect(node.sent()).toHaveLength(40);
  node.pass(250);
  node.drain();
  request(node, '1', '40');
  expect(node.sent()).toHaveLength(40);
});
