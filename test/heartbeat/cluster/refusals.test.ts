/** What is refused is counted by reason, and logged once a minute (heartbeat reference 11.3, no. 26; 9.5, line 22). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

test('a thousand replays are two lines and a thousand counts', () => {
  const node = new BenchNode();
  node.join();
  node.lives = false;
  node.drain();
  const replay = (): void =>
    node.packet(message({ t: 'status', st: 'active', src: 'lb2', hg: '4', ts: node.ts(), seq: '1' }));
  for (let time = 0; time < 999; time++) replay();
  expect(node.logged()).toEqual(['ERROR: should_drop_message: attempted replay attack [lb2]? [gen = 4, curgen = 5]']);
  node.pass(61_000);
  node.drain();
  replay();
  expect(node.logged()).toEqual([
    'ERROR: should_drop_message: attempted replay attack [lb2]? [gen = 4, curgen = 5]',
    'info: 998 more packets like that were refused before without a line.',
  ]);
  expect(node.view().counters).toEqual({ oldGeneration: 1000 });
});

test.each([
  ['NS_ackmsg', { ackseq: '1' }],
  ['NS_rexmit', { firstseq: '1', lastseq: '3' }],
])('a recorded %s is told by its time', (t, fields) => {
  const node = new BenchNode();
  node.join();
  const recording = message({ t, src: 'lb2', dest: 'lb1', hg: '5', ts: node.ts(), ...fields });
  node.pass(30_000);
  node.drain();
  node.packet(recording);
  expect(node.drain()).toEqual([
    {
      type: 'log',
      priority: 'WARN',
      text: `${t} of lb2 refused: its time is not that of the clock of lb2, so it is a recording.`,
    },
  ]);
  expect(node.view().counters).toMatchObject({ staleNotice: 1 });
});

test('a step of the clock of a peer costs no more than the time until its next heartbeat', () => {
  const node = new BenchNode();
  node.join();
  const later = (Number.parseInt(node.ts(), 16) + 86_400).toString(16);
  const request = { t: 'NS_rexmit', src: 'lb2', dest: 'lb1', hg: '5', ts: later, firstseq: '1', lastseq: '1' };
  node.beat('active', { ts: later });
  node.drain();
  node.packet(message(request));
  expect(node.drain().map(({ type }) => type)).toEqual(['send']);
});

test('a refused acknowledgement of another life frees nothing', () => {
  const node = new BenchNode();
  node.join();
  node.packet(message({ t: 'NS_ackmsg', src: 'lb2', dest: 'lb1', hg: '4', ts: node.ts(), ackseq: '2' }));
  expect(node.state.nodes.get('lb2')?.acked).toBe(0);
  expect(node.view().counters).toEqual({ oldGeneration: 1 });
});

test('a refused nak keeps what can still be had', () => {
  const node = new BenchNode();
  node.beat('up');
  node.beat('up', { seq: '9' });
  node.packet(message({ t: 'NS_nak_rexmit', src: 'lb2', dest: 'lb1', hg: '4', ts: node.ts(), firstseq: '3' }));
  expect(node.state.nodes.get('lb2')?.sequence.missing.map(({ seq }) => seq)).toContain(3);
});
