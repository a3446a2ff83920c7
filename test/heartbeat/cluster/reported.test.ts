/** `starting` and `resource` from a genuine node (heartbeat reference 6.3). */
import { BenchNode } from '../../support/bench-node.js';

const up = (): BenchNode => {
  const node = new BenchNode();
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  node.beat('active');
  node.drain();
  return node;
};
const report = (node: BenchNode, hold: string, stable: string, more: Readonly<Record<string, string>> = {}): void =>
  node.hear({ t: 'resource', rsc_hold: hold, rtype: 'full', isstable: stable, ...more });
const believed = (node: BenchNode): string => node.state.resources.otherHold;

test('before communication is up both are out of place', () => {
  const node = new BenchNode();
  node.beat('up');
  node.drain();
  node.hear({ t: 'starting' });
  report(node, 'none', '0');
  expect(node.logged()).toEqual([
    "debug: Received 'starting' message in state 0",
    'debug: resource message received in state 0',
  ]);
});

test('the ten seconds run from the first report, whoever sends it', () => {
  const node = up();
  node.pass(5_000);
  expect(node.state.resources.clockAt).toBeUndefined();
  node.hear({ t: 'starting' });
  expect(node.sent()).toContain('resource rsc_hold=none rtype=full isstable=0');
  node.pass(9_999);
  expect(node.state.resources.phase).toBe('received');
  node.pass(1);
  expect(node.state.resources.phase).toBe('stable');
  expect(node.logged()).toContain('info: local resource transition completed.');
});

test('`starting` twice', () => {
  const node = up();
  // Only our own report leaves the state in which a second one is an error.
  node.hear({ t: 'starting' });
  node.hear({ t: 'starting' });
  expect(node.sent()).toHaveLength(2);
});

test('beside a stable node there is nothing to wait for', () => {
  const node = up();
  report(node, 'local', '1');
  expect(node.sent()).toEqual([
    'resource rsc_hold=none rtype=full isstable=0',
    'resource rsc_hold=local rtype=full isstable=1',
  ]);
});

test('what the other node has of ours we leave there', () => {
  const node = up();
  report(node, 'all', '1');
  expect(node.drain().filter(({ type }) => type === 'job')).toEqual([]);
  expect(node.state.resources.hold).toBe('none');
});

test('without rtype a report is added, but none clears', () => {
  const node = up();
  report(node, 'local', '1');
  node.hear({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down' });
  expect(believed(node)).toBe('all');
  node.hear({ t: 'resource', rsc_hold: 'none' });
  expect(believed(node)).toBe('none');
});

test('a late copy of an older report does not undo a newer one', () => {
  const node = up();
  report(node, 'local', '1');
  const seq = node.state.nodes.get('lb2')?.sequence.last ?? 0;
  report(node, 'none', '0', { seq: (seq + 2).toString(16), info: 'standby' });
  report(node, 'all', '1', { seq: (seq + 1).toString(16) });
  expect(believed(node)).toBe('none');
});

test('a nonsensical holding is not believed', () => {
  const node = up();
  report(node, 'local', '1');
  report(node, 'everything', '1');
  node.hear({ t: 'resource', rtype: 'full' });
  expect(believed(node)).toBe('local');
});

test('each new stability is answered once', () => {
  const node = up();
  report(node, 'local', '1');
  node.finish();
  node.drain();
  report(node, 'local', '1');
  expect(node.sent()).toEqual([]);
  report(node, 'local', '0');
  report(node, 'local', '1');
  expect(node.sent()).toEqual(['resource rsc_hold=local rtype=full isstable=1']);
});

test('every disagreement is complained about once', () => {
  const node = up();
  report(node, 'local', '1');
  node.finish();
  node.drain();
  report(node, 'all', '1');
  report(node, 'all', '1');
  expect(node.logged()).toEqual(['ERROR: Both machines own our resources!']);
  report(node, 'none', '1');
  expect(node.logged()).toEqual(['ERROR: No one owns foreign resources!']);
});

test('a report that was overtaken does not undo the newer one', () => {
  const node = new BenchNode();
  node.join('none');
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1', seq: '21' });
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', seq: '20' });
  expect(node.state.resources).toMatchObject({ otherHold: 'local', otherStable: true });
});

test('a full report that was overtaken by the one that adds to it still counts', () => {
  const node = new BenchNode();
  node.join('none');
  node.hear({ t: 'resource', rsc_hold: 'foreign', info: 'mach_down', seq: '21' });
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '1', seq: '20' });
  expect(node.state.resources).toMatchObject({ otherHold: 'all', otherStable: true });
});

test('a new life has not claimed anything yet: a conflict with the former one begins anew, or is over', () => {
  const node = new BenchNode();
  node.join('local');
  node.hear({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  expect(node.state.resources.conflictSince).toBeDefined();
  node.pass(4_000);
  node.beat('init', { hg: '6', seq: '1' });
  expect(node.state.resources).toMatchObject({ conflictSince: node.mono, conflictAskedAt: undefined });
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1', hg: '6', seq: '2' });
  expect(node.state.resources.conflictSince).toBeUndefined();
});
