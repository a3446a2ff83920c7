/** Groups nobody holds although both nodes are up (heartbeat reference 5.5, "Restart faster than deadtime"). */
import { BenchNode } from '../../support/bench-node.js';

const kin = (hold: string) => ({ hasuite: '1', hs_phase: 'stable', hs_hold: hold, hs_stable: '1', hs_standby: '0' });
const jobs = (node: BenchNode): readonly string[] =>
  node.drain().flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : []));
const restart = (node: BenchNode, hold: string): void => {
  node.hear({ t: 'status', st: 'init', dt: '1b58', protocol: '1', hg: '6', seq: '1', ...node.kin });
  node.hear({ t: 'status', st: 'active', dt: '1b58', protocol: '1', hg: '6', ...node.kin });
  node.hear({ t: 'starting', hg: '6' });
  node.hear({ t: 'resource', rsc_hold: hold, rtype: 'full', isstable: '1', hg: '6' });
};
const beats = (node: BenchNode, count: number): void => {
  for (let beat = 0; beat < count; beat++) {
    node.pass(1000, false);
    node.beat('active', { hg: '6' });
  }
};

test('a genuine node restarts that held everything: we take our own back', () => {
  const node = new BenchNode({ autoFailback: 'off' });
  node.join('all');
  expect(node.view().resources).toBe('none');
  restart(node, 'local');
  expect(node.logged()).toContain('ERROR: No one owns our local resources!');
  beats(node, 4);
  expect(jobs(node)).toEqual([]);
  beats(node, 1);
  // What it left running has to be stopped there first: this asks for it.
  expect(node.sent()).toContain('hb_takeover rsc_hold=local');
  beats(node, 6);
  expect(jobs(node)).toEqual(['acquire local']);
  node.finish();
  expect(node.view().resources).toBe('local');
});

test('it does as it is asked, and we take them as in any standby', () => {
  const node = new BenchNode({ autoFailback: 'off' });
  node.join('all');
  restart(node, 'local');
  beats(node, 5);
  expect(node.sent()).toContain('hb_takeover rsc_hold=local');
  node.hear({ t: 'ask_resources', rsc_hold: 'foreign', info: 'me', hg: '6' });
  expect(node.sent()).toContain('ask_resources rsc_hold=foreign info=other');
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0', info: 'standby', hg: '6' });
  node.hear({ t: 'ask_resources', rsc_hold: 'foreign', info: 'done', hg: '6' });
  expect(jobs(node)).toEqual(['acquire local']);
});

test('a genuine node lets its own groups lie: without failback we take them', () => {
  const node = new BenchNode({ autoFailback: 'off' });
  node.join('none');
  beats(node, 0);
  node.pass(10_000);
  expect(jobs(node)).toEqual(['acquire foreign']);
  node.finish();
  expect(node.view().resources).toBe('all');
});

test('with failback we offer them first, in words it understands', () => {
  const node = new BenchNode({ autoFailback: 'on' });
  node.join('none');
  node.pass(5_000);
  expect(node.sent()).toContain('ask_resources rsc_hold=foreign info=me');
  // It does not answer; then they are taken.
  node.pass(20_000);
  expect(jobs(node)).toEqual(['acquire foreign']);
});

test('beside our own kind each looks after its own', () => {
  const node = new BenchNode({ autoFailback: 'off' });
  node.kin = kin('none');
  node.join('none');
  node.finish();
  node.pass(20_000);
  expect(jobs(node)).toEqual([]);
  expect(node.view().resources).toBe('local');
  const other = new BenchNode({ autoFailback: 'off' });
  other.kin = kin('all');
  other.join();
  other.kin = kin('local');
  other.pass(2_999);
  expect(jobs(other)).toEqual([]);
  other.pass(1_001);
  expect(jobs(other)).toEqual(['acquire local']);
});

test('nothing is an orphan while the other node is in flux, or dead', () => {
  const node = new BenchNode({ autoFailback: 'off' });
  node.join('all');
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0', info: 'standby' });
  node.pass(30_000);
  expect(jobs(node)).toEqual([]);
});
