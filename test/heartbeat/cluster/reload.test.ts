/** A new life with the same resources (heartbeat reference 6.7). */
import fc from 'fast-check';
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { text } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

/** The exits so far; clients go as soon as they are told to. */
const exits = (node: BenchNode) => {
  const before = node.drain();
  if (before.some(({ type }) => type === 'dismissClients')) node.step({ type: 'clientsGone' });
  return [...before, ...node.drain()].filter(({ type }) => type === 'exit');
};
const jobs = (node: BenchNode) => node.drain().filter(({ type }) => type === 'job');
const holds = (node: BenchNode): string => clusterMachine.view(node.state).resources;

test('clients are sent away, the last status asks for patience, no script is run', () => {
  const node = new BenchNode();
  node.join();
  node.step({ type: 'reload' });
  expect(node.drain().map(({ type }) => type)).toEqual(['dismissClients']);
  // However long they take, heartbeats go on, and what they say about their leaving goes out.
  node.pass(3_000);
  expect(node.sent(true).filter((line) => line.startsWith('status'))).toHaveLength(3);
  node.step({ type: 'clientsGone' });
  const effects = node.drain();
  const sent = effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
  expect(sent.map((one) => [text(one, 't'), text(one, 'st'), text(one, 'dt')])).toEqual([['status', 'active', '88b8']]);
  expect(effects.filter(({ type }) => type !== 'send' && type !== 'deliver' && type !== 'remember')).toEqual([
    { type: 'log', priority: 'info', text: 'lb1 Heartbeat shutdown complete.' },
    { type: 'log', priority: 'info', text: 'Heartbeat restart triggered.' },
    { type: 'exit', restart: true, kept: 'local' },
  ]);
  node.pass(60_000);
  expect(node.drain()).toEqual([]);
});

test('orders in a row are one; during a stop there is none', () => {
  const node = new BenchNode();
  node.join();
  for (let order = 0; order < 10; order += 1) node.step({ type: 'reload' });
  node.pass(10);
  expect(exits(node)).toHaveLength(1);
  const stopping = new BenchNode();
  stopping.join();
  stopping.step({ type: 'stop' });
  stopping.drain();
  stopping.step({ type: 'reload' });
  expect(stopping.logged()).toEqual(['info: Reload ignored: shutdown in progress.']);
  stopping.finish();
  stopping.pass(2_000);
  expect(exits(stopping)).toEqual([{ type: 'exit', restart: false }]);
});

test('a stop that comes while a reload waits takes its place', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  node.step({ type: 'reload' });
  node.step({ type: 'stop' });
  node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  node.finish();
  node.finish();
  node.pass(2_000);
  expect(exits(node)).toEqual([{ type: 'exit', restart: false }]);
});

test('not in the middle of a standby', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  node.drain();
  node.step({ type: 'reload' });
  expect(node.logged()).toEqual(['WARN: Shutdown delayed until current resource activity finishes.']);
  node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  node.finish();
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  node.pass(10);
  expect(exits(node)).toEqual([{ type: 'exit', restart: true, kept: 'all' }]);
});

test('not in the middle of a takeover', () => {
  const node = new BenchNode();
  node.join();
  node.pass(6_000, false);
  node.step({ type: 'reload' });
  node.pass(5_000, false);
  expect(exits(node)).toEqual([]);
  node.finish();
  node.pass(10, false);
  expect(exits(node)).toEqual([{ type: 'exit', restart: true, kept: 'all' }]);
});

test('a node that dies while the clients leave: its resources first', () => {
  const node = new BenchNode();
  node.join();
  node.pass(4_999, false);
  node.step({ type: 'reload' });
  node.pass(1_001, false);
  expect(exits(node)).toEqual([]);
  node.finish();
  node.pass(10, false);
  expect(exits(node)).toEqual([{ type: 'exit', restart: true, kept: 'all' }]);
});

test('a peer that never gets stable does not hold it up for ever', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  node.step({ type: 'reload' });
  node.pass(59_999);
  expect(exits(node)).toEqual([]);
  node.pass(2);
  expect(exits(node)).toHaveLength(1);
});

describe('the new life', () => {
  test('beside a genuine peer its first report tells what it holds, and nothing is started', () => {
    const node = new BenchNode({ kept: 'all' });
    expect(holds(node)).toBe('all');
    node.beat('active');
    node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
    node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
    const effects = node.drain();
    const reports = effects.flatMap((effect) =>
      effect.type === 'send' && text(effect.message, 't') === 'resource' ? [effect.message] : [],
    );
    expect(reports.map((one) => [text(one, 'rsc_hold'), text(one, 'isstable')])[0]?.[0]).toBe('all');
    expect(effects.filter(({ type }) => type === 'job')).toEqual([]);
    expect(holds(node)).toBe('all');
  });

  test('of one that held nothing takes nothing from its peer', () => {
    const node = new BenchNode({ kept: 'none', mayHaveLeftovers: false });
    node.join('all');
    expect(holds(node)).toBe('none');
  });

  test('takes over what it does not hold when nobody else is there', () => {
    const node = new BenchNode({ kept: 'local' });
    node.pass(10_001, false);
    expect(jobs(node)).toMatchObject([{ action: 'acquire', scope: 'foreign' }]);
    node.finish();
    expect(holds(node)).toBe('all');
  });

  test('owes what it holds of a node that is not there, and gives it back when that returns', () => {
    const node = new BenchNode({ kept: 'all', autoFailback: 'on' });
    node.pass(10_001, false);
    expect(jobs(node)).toEqual([]);
    node.beat('init', { hg: '6', seq: '1' });
    for (const st of ['up', 'active']) node.beat(st, { hg: '6' });
    node.hear({ t: 'starting', hg: '6' });
    node.hear({ t: 'resource', hg: '6', rsc_hold: 'none', rtype: 'full', isstable: '1' });
    expect(node.sent()).toContainEqual(expect.stringMatching(/^ask_resources .*rsc_hold=foreign.*info=me/));
  });

  test('from and to legacy mode the groups go along', () => {
    const legacy = new BenchNode({
      ...{ kept: 'local', autoFailback: 'legacy', localKeys: ['10.0.0.1'], foreignKeys: ['10.0.0.2'] },
    });
    legacy.beat('active');
    legacy.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
    // Nothing is asked for that is here.
    expect(legacy.sent().filter((line) => line.startsWith('ip-request'))).toEqual([]);
    legacy.hear({ t: 'ip-request', ipaddr: '10.0.0.2' });
    expect(legacy.sent()).toEqual([expect.stringContaining('weown=no')]);
    legacy.step({ type: 'reload' });
    legacy.pass(10);
    expect(exits(legacy)).toEqual([{ type: 'exit', restart: true, kept: 'local' }]);
  });

  test('that is told to stop before it is up releases what it holds', () => {
    const node = new BenchNode({ kept: 'local' });
    node.drain();
    node.step({ type: 'stop' });
    expect(jobs(node)).toMatchObject([{ action: 'release', scope: 'every' }]);
    node.finish();
    node.pass(2_000, false);
    expect(exits(node)).toEqual([{ type: 'exit', restart: false }]);
  });

  test('that is told to reload before it is up hands on what it was given', () => {
    const node = new BenchNode({ kept: 'foreign' });
    node.step({ type: 'reload' });
    node.pass(10, false);
    expect(exits(node)).toEqual([{ type: 'exit', restart: true, kept: 'foreign' }]);
  });
});

test('whenever the order comes, what the machine claims to hold is what it hands on, and no job is cut off', () => {
  const event = fc.oneof(
    fc.constantFrom('beat', 'me', 'done', 'other', 'stable', 'flux', 'finish', 'shutdone', 'starting', 'reload'),
    fc.integer({ min: 1, max: 4_000 }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (events, at) => {
      const node = new BenchNode();
      node.join();
      const asked = [...events.slice(0, at), 'reload' as const, ...events.slice(at)];
      for (const one of asked) {
        if (typeof one === 'number') node.pass(one, false);
        else if (one === 'beat') node.beat();
        else if (one === 'reload') node.step({ type: 'reload' });
        else if (one === 'finish') node.finish();
        else if (one === 'shutdone' || one === 'starting') node.hear({ t: one });
        else if (one === 'stable' || one === 'flux')
          node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: one === 'stable' ? '1' : '0' });
        else node.hear({ t: 'ask_resources', rsc_hold: 'local', info: one });
        const before = node.state;
        const [exit] = exits(node);
        if (exit === undefined) continue;
        expect(before.jobs).toEqual([]);
        expect(exit).toEqual({ type: 'exit', restart: true, kept: before.resources.hold });
        return;
      }
      // However long something took, in the end it goes.
      for (let round = 0; round < 5; round += 1) {
        node.finish();
        node.pass(61_000, false);
      }
      node.finish();
      node.pass(61_000, false);
      expect(exits(node)).toHaveLength(1);
    }),
  );
});

describe('while groups that could not be started wait for their hand-over (heartbeat reference 2.6)', () => {
  const failed = (): BenchNode => {
    const node = new BenchNode();
    node.beat('up');
    node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
    node.beat();
    node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1' });
    node.finish('failed');
    node.drain();
    return node;
  };

  test('the reload waits for it: the new life would know nothing of the failure', () => {
    const node = failed();
    node.step({ type: 'reload' });
    expect(node.logged()).toEqual(['WARN: Shutdown delayed until current resource activity finishes.']);
    node.pass(29_999);
    expect(exits(node)).toEqual([]);
    node.pass(1);
    expect(node.sent().filter((line) => line.startsWith('ask'))).toEqual(['ask_resources rsc_hold=local info=me']);
    node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'other' });
    node.finish();
    node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
    node.hear({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
    node.pass(1_000);
    expect(exits(node)).toEqual([{ type: 'exit', restart: true, kept: 'none' }]);
  });

  test('without another node there is nothing to wait for', () => {
    const node = failed();
    node.hear({ t: 'shutdone', st: 'dead' });
    node.finish();
    node.drain();
    node.step({ type: 'reload' });
    expect(exits(node)).toHaveLength(1);
  });
});
