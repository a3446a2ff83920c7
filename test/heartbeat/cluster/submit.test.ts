/** Messages of scripts and local clients (heartbeat reference 2.7, 4.2, 7.3). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const submit = (node: BenchNode, fields: Readonly<Record<string, string>>): void =>
  node.step({ type: 'submit', message: message(fields) });
const joined = (): BenchNode => {
  const node = new BenchNode();
  node.join();
  return node;
};

test('sent to the cluster, given to our own clients, and run here', () => {
  const node = joined();
  submit(node, { t: 'backup', word: 'go' });
  expect(node.drain().map(({ type }) => type)).toEqual(['send', 'deliver', 'notify']);
});

test('what is for another node is only sent', () => {
  const node = joined();
  submit(node, { t: 'num_ping_nodes', num_ping: '1', dest: 'lb2' });
  expect(node.drain().map(({ type }) => type)).toEqual(['send']);
});

test.each(['status', 'starting', 'shutdone', 'reqnodes', 'repnodes'])('%s is the daemon’s own word', (type) => {
  const node = joined();
  submit(node, { t: type, st: 'dead' });
  expect(node.drain()).toEqual([
    { type: 'log', priority: 'WARN', text: `Message of type ${type} from a script or client refused` },
  ]);
});

test('a message without a type is nothing', () => {
  const node = joined();
  submit(node, { word: 'x' });
  expect(node.drain()).toEqual([]);
});

test('the report of a genuine mach_down: what it took is held here, also when the other node is not gone', () => {
  const node = joined();
  submit(node, { t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
  expect(node.state.resources.hold).toBe('all');
  node.hear({ t: 'shutdone', st: 'dead' });
  node.finish();
  submit(node, { t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
  expect(node.state.resources.hold).toBe('all');
});

test('a request for standby that we do not heed ourselves is not sent: the other node would wait for us', () => {
  const node = joined();
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  node.drain();
  submit(node, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  expect(node.drain()).toEqual([
    {
      type: 'log',
      priority: 'WARN',
      text: 'standby message [me] from lb1 ignored.  Other side is in flux.',
    },
  ]);
});

test('a report of a script that would disown what we hold is refused', () => {
  const node = joined();
  submit(node, { t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  node.drain();
  submit(node, { t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  expect(node.drain()).toEqual([
    {
      type: 'log',
      priority: 'WARN',
      text: 'Message of type resource from a script or client refused: it would disown what we hold',
    },
  ]);
});

test('our own hb_takeover is for the other node', () => {
  const node = joined();
  submit(node, { t: 'hb_takeover', rsc_hold: 'all' });
  expect(node.sent()).toEqual(['hb_takeover rsc_hold=all']);
  expect(node.state.resources.standby.state).toBe('not');
});
