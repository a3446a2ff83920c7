/** Control fields in genuine order (heartbeat reference 3.5). */
import { type Field, type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode, UUID } from '../../support/bench-node.js';

const messages = (node: BenchNode): readonly Message[] =>
  node.drain().flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
const names = (sent: Message | undefined): readonly string[] => sent?.fields.map(({ name }: Field) => name) ?? [];

test('the first message is a status, numbered 1', () => {
  const [first, second] = messages(new BenchNode());
  expect(names(first)).toEqual([
    't',
    'st',
    'dt',
    'protocol',
    'hasuite',
    'hs_phase',
    'hs_hold',
    'hs_stable',
    'hs_standby',
    'src',
    'srcuuid',
    'seq',
    'hg',
    'ts',
    'ld',
    'ttl',
  ]);
  expect(first?.fields.flatMap((one) => (one.type === 'string' ? [`${one.name}=${one.value}`] : []))).toEqual([
    't=status',
    'st=init',
    'dt=1388',
    'protocol=1',
    'hasuite=1',
    'hs_phase=init',
    'hs_hold=none',
    'hs_stable=0',
    'hs_standby=0',
    'src=lb1',
    'seq=1',
    'hg=7',
    'ts=6b0128c9',
    'ld=0.92 0.59 0.31 1/305 392',
    'ttl=3',
  ]);
  expect([second && text(second, 'seq'), second && text(second, 'st')]).toEqual(['2', 'up']);
});

test('an addressed message carries the uuid of its addressee, zeros before that is known', () => {
  const node = new BenchNode();
  node.drain();
  node.beat('up');
  const asked = messages(node).find((one) => text(one, 't') === 'reqnodes');
  expect(names(asked)).toEqual(['t', 'dest', 'destuuid', 'src', 'srcuuid', 'seq', 'hg', 'ts', 'ld', 'ttl']);
  expect(asked?.fields.find(({ name }) => name === 'destuuid')?.value).toEqual(new Uint8Array(16));
  expect(asked?.fields.find(({ name }) => name === 'srcuuid')?.value).toEqual(UUID);

  const uuid = new Uint8Array(16).fill(7);
  const later = new BenchNode();
  later.packet({
    fields: [
      ...message({ t: 'status', st: 'up', src: 'lb2', seq: '1', hg: '5', ts: '1', protocol: '1' }).fields,
      { type: 'binary', name: 'srcuuid', value: uuid },
    ],
  });
  const second = messages(later).find((one) => text(one, 't') === 'reqnodes');
  expect(second?.fields.find(({ name }) => name === 'destuuid')?.value).toEqual(uuid);
});

test('unnumbered messages have neither seq nor ld', () => {
  const node = new BenchNode();
  for (let count = 0; count < 10; count++) node.beat('up');
  const ack = messages(node).find((one) => text(one, 't') === 'NS_ackmsg');
  expect(names(ack)).toEqual(['t', 'dest', 'ackseq', 'destuuid', 'src', 'srcuuid', 'hg', 'ts', 'ttl']);
});

test('what a script says in our fields is overwritten, and its own fields stay in front', () => {
  const node = new BenchNode();
  node.drain();
  node.step({
    type: 'submit',
    message: message({ seq: 'ffff', t: 'mine', src: 'lb9', word: 'x', ttl: '99', hg: '1' }),
  });
  const [sent] = messages(node);
  expect(names(sent)).toEqual(['t', 'src', 'word', 'srcuuid', 'seq', 'hg', 'ts', 'ld', 'ttl']);
  expect(sent && [text(sent, 'src'), text(sent, 'seq'), text(sent, 'hg')]).toEqual(['lb1', '3', '7']);
});
