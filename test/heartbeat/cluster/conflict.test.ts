/** Both hold the same groups (heartbeat reference 5.6, and what we make of it). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const kin = (hold: string, stable = '1') => ({
  hasuite: '1',
  hs_phase: 'stable',
  hs_hold: hold,
  hs_stable: stable,
  hs_standby: '0',
});

/** A node of our own kind beside us; then ten seconds of silence, and it comes back holding everything. */
const healed = (settings: ConstructorParameters<typeof BenchNode>[0], hold = 'all'): BenchNode => {
  const node = new BenchNode(settings);
  node.kin = kin('local');
  node.join();
  node.finish();
  node.pass(10_000, false);
  node.finish();
  node.drain();
  node.kin = kin(hold);
  node.beat();
  return node;
};
const jobs = (node: BenchNode): readonly string[] =>
  node.drain().flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : []));

test('with failback each keeps its own', () => {
  const node = healed({ autoFailback: 'on' });
  expect(jobs(node)).toEqual(['release foreign']);
  node.finish();
  expect(node.sent()).toEqual(['resource rsc_hold=local rtype=full isstable=1']);
  // The other node has given up ours meanwhile.
  node.kin = kin('local');
  node.beat();
  expect(node.drain().filter(({ type }) => type === 'announce')).toHaveLength(1);
  expect(node.view().resources).toBe('local');
  node.pass(10_000);
  expect(jobs(node)).toEqual([]);
});

test('without failback the first of ha.cf keeps everything', () => {
  const keeper = healed({ autoFailback: 'off' });
  expect(jobs(keeper)).toEqual([]);
  keeper.kin = kin('none');
  keeper.beat();
  expect(keeper.drain().filter(({ type }) => type === 'announce')).toHaveLength(1);
  expect(keeper.view().resources).toBe('all');

  const loser = healed({ autoFailback: 'off', nodes: ['lb2', 'lb1'] });
  expect(jobs(loser)).toEqual(['release all']);
  loser.finish();
  expect(loser.view().resources).toBe('none');
  loser.beat();
  expect(loser.drain().filter(({ type }) => type === 'announce')).toEqual([]);
});

test('only what both hold is at stake', () => {
  const node = healed({ autoFailback: 'off', nodes: ['lb2', 'lb1'] }, 'local');
  expect(jobs(node)).toEqual(['release foreign']);
  node.finish();
  expect(node.view().resources).toBe('local');
});

test('it does not matter who noticed: a node that slept and was replaced meanwhile', () => {
  const node = new BenchNode();
  node.kin = kin('local');
  node.join();
  node.kin = kin('all');
  node.beat();
  // Its groups are its own; ours it has to give up itself.
  expect(jobs(node)).toEqual([]);
  expect(node.logged()).toEqual([]);
  const loser = new BenchNode({ autoFailback: 'off', nodes: ['lb2', 'lb1'] });
  loser.kin = kin('local');
  loser.join();
  loser.kin = kin('all');
  loser.beat();
  expect(jobs(loser)).toEqual(['release local']);
});

test('the release waits behind a take-over that is still under way', () => {
  const node = new BenchNode();
  node.kin = kin('local');
  node.join();
  node.pass(10_000, false);
  node.drain();
  node.kin = kin('all');
  node.beat();
  expect(jobs(node)).toEqual(['release foreign']);
  expect(node.state.jobs.map(({ purpose }) => purpose.kind)).toEqual(['takeover', 'conflict']);
  // Until then it says truthfully what may be running here.
  expect(node.state.published).toContain('all');
});

const genuineHealed = (): BenchNode => {
  const node = new BenchNode();
  node.join();
  node.pass(10_000, false);
  node.finish();
  node.drain();
  node.beat();
  return node;
};

test('beside a genuine node we keep what we hold, and announce it when that one has given up', () => {
  const node = genuineHealed();
  expect(node.logged()).toEqual([
    'CRIT: Cluster node lb2 returning after partition.',
    'info: For information on cluster partitions, See URL: http://linux-ha.org/wiki/Split_Brain',
    'WARN: Deadtime value may be too small.',
    'info: See FAQ for information on tuning deadtime.',
    'info: URL: http://linux-ha.org/wiki/FAQ#Heavy_Load',
    'info: Link lb2:eth0 up.',
    'CRIT: Late heartbeat: Node lb2: interval 10000 ms (> deadtime)',
    'info: Status update for node lb2: status active',
    'ERROR: Both machines own foreign resources!',
  ]);
  node.pass(2_000);
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'shutdown' });
  expect(node.drain().filter(({ type }) => type === 'announce')).toEqual([]);
  node.hear({ t: 'shutdone', st: 'dead' });
  const effects = node.drain();
  expect(effects.filter(({ type }) => type === 'announce')).toHaveLength(1);
  expect(effects.filter(({ type }) => type === 'job')).toEqual([]);
  expect(node.view().resources).toBe('all');
});

/** A genuine node that came back without noticing that it was away, and goes on holding everything. */
const genuineUnaware = (): BenchNode => {
  const node = genuineHealed();
  node.pass(2_999);
  expect(node.sent().filter((line) => line === 'starting')).toEqual([]);
  node.pass(1);
  expect(node.sent()).toContain('starting');
  node.hear({ t: 'resource', rsc_hold: 'all', rtype: 'full', isstable: '1' });
  expect(node.sent()).toEqual(['resource rsc_hold=all rtype=full isstable=1']);
  node.pass(1_999);
  expect(node.sent()).not.toContain('hb_takeover rsc_hold=all');
  node.pass(1);
  expect(node.sent()).toContain('hb_takeover rsc_hold=all');
  return node;
};

test('a genuine node that never noticed is asked what it holds, then to hand it over; it gets its own back', () => {
  const node = genuineUnaware();
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  expect(node.sent()).toContain('ask_resources rsc_hold=all info=other');
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
  const effects = node.drain();
  // It has stopped them: from now on only we answer, and say so before anything else.
  expect(effects.filter(({ type }) => type === 'announce')).toHaveLength(1);
  expect(effects.flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : []))).toEqual([
    'acquire all',
  ]);
  node.finish();
  expect(node.sent()).toContain('ask_resources rsc_hold=all info=done');
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  expect(node.view().resources).toBe('all');
  node.pass(2_000);
  // auto_failback: its own start again there, with all that belongs to a start.
  expect(node.sent()).toContain('ask_resources rsc_hold=foreign info=me');
});

test('a genuine node that does not heed that either gets its way', () => {
  const node = genuineUnaware();
  node.pass(2_499);
  expect(jobs(node)).toEqual([]);
  node.pass(1);
  expect(jobs(node)).toEqual(['release all']);
  node.finish();
  expect(node.view().resources).toBe('none');
});

test('packets of a dead node that are not its heartbeat do not bring it back', () => {
  const node = new BenchNode();
  node.join();
  node.pass(10_000, false);
  node.packet(message({ t: 'starting', src: 'lb2', seq: '50', hg: '5', ts: '1' }));
  expect(node.view().nodes[1]?.status).toBe('dead');
});
