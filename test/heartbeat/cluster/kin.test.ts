/** What nodes of our own kind tell each other, and nobody else notices. */
import fc from 'fast-check';
import { readKin } from '../../../lib/heartbeat/cluster/kin.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const FIELDS = { hasuite: '1', hs_phase: 'starting', hs_hold: 'none', hs_stable: '0', hs_standby: '0' };

test('a genuine status has none of it', () => {
  expect(readKin(message({ t: 'status', st: 'active', dt: '1388', protocol: '1' }))).toBeUndefined();
});

test('anything malformed makes a genuine node of it', () => {
  expect(readKin(message(FIELDS))).toEqual({ phase: 'starting', hold: 'none', stable: false, standby: false });
  expect(readKin(message({ ...FIELDS, hs_hold: 'most' }))).toBeUndefined();
  expect(readKin(message({ ...FIELDS, hs_phase: '' }))).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), fc.string(), (phase, hold) => {
      const read = readKin(message({ ...FIELDS, hs_phase: phase, hs_hold: hold }));
      if (read !== undefined) expect(['none', 'local', 'foreign', 'all']).toContain(read.hold);
    }),
  );
});

test('both start: nobody waits for ten seconds', () => {
  const node = new BenchNode();
  node.kin = FIELDS;
  node.beat('up');
  node.drain();
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  const effects = node.drain();
  expect(effects.find(({ type }) => type === 'job')).toMatchObject({ action: 'acquire', scope: 'local' });
});

test('it holds ours already: we take nothing', () => {
  const node = new BenchNode();
  node.kin = { ...FIELDS, hs_phase: 'stable', hs_hold: 'all', hs_stable: '1' };
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  expect(node.drain().filter(({ type }) => type === 'job')).toEqual([]);
  expect(node.view().resources).toBe('none');
});

test('it is on its way out: we wait for its groups', () => {
  const node = new BenchNode();
  node.kin = { ...FIELDS, hs_phase: 'leaving', hs_hold: 'all' };
  node.beat('up');
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ' });
  expect(node.drain().filter(({ type }) => type === 'job')).toEqual([]);
  // Its farewell is lost, but its heartbeats say the same.
  node.kin = { ...FIELDS, hs_phase: 'left', hs_hold: 'none' };
  node.beat();
  expect(node.drain().find(({ type }) => type === 'job')).toMatchObject({ action: 'acquire', scope: 'all' });
});

test('every change is told at once', () => {
  const node = new BenchNode();
  node.kin = { ...FIELDS, hs_phase: 'stable', hs_hold: 'local', hs_stable: '1' };
  node.join();
  node.step({ type: 'submit', message: message({ t: 'ask_resources', rsc_hold: 'all', info: 'me' }) });
  expect(node.sent(true).filter((line) => line.startsWith('status'))).toEqual([
    'status st=active dt=1388 protocol=1 hasuite=1 hs_phase=stable hs_hold=local hs_stable=0 hs_standby=1',
  ]);
});

test('a standby that the other side knows nothing of ends after a while', () => {
  const node = new BenchNode();
  node.kin = { ...FIELDS, hs_phase: 'stable', hs_hold: 'local', hs_stable: '1' };
  node.join();
  node.beat();
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  expect(node.state.resources.standby.state).toBe('other');
  node.pass(4_000);
  expect(node.state.resources.standby.state).toBe('not');
});

test('a request is heeded although the unrest that it causes is heard first', () => {
  const node = new BenchNode();
  node.kin = { ...FIELDS, hs_phase: 'stable', hs_hold: 'local', hs_stable: '1' };
  node.join();
  node.beat();
  const last = node.state.nodes.get('lb2')?.statusSeq ?? 0;
  const seq = (after: number): string => (last + after).toString(16);
  node.beat('active', { hs_stable: '0', hs_standby: '1', seq: seq(2) });
  node.drain();
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me', seq: seq(1) });
  expect(node.sent()).toContain('ask_resources rsc_hold=all info=other');
  // What is older than that is none of its business.
  const busy = new BenchNode();
  busy.kin = node.kin;
  busy.join();
  busy.beat();
  busy.beat('active', { hs_stable: '0', hs_standby: '1', seq: seq(3) });
  busy.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me', seq: seq(1) });
  expect(busy.logged()).toContain('WARN: standby message [me] from lb2 ignored.  Other side is in flux.');
});

test('one that was killed and begins again claims what it is stopping: no alarm as long as it has not started', () => {
  const node = new BenchNode({ autoFailback: 'on' });
  node.kin = { ...FIELDS, hs_phase: 'stable', hs_hold: 'foreign', hs_stable: '1' };
  node.join();
  node.pass(6_000, false);
  node.finish();
  node.kin = { ...FIELDS, hs_phase: 'init', hs_hold: 'all' };
  node.hear({ t: 'status', st: 'init', dt: '1388', protocol: '1', hg: '6', seq: '1', ...node.kin });
  expect(node.logged().filter((line) => line.includes('Both machines'))).toEqual([]);
  node.kin = { ...FIELDS, hs_phase: 'starting', hs_hold: 'all' };
  node.hear({ t: 'status', st: 'up', dt: '1388', protocol: '1', hg: '6', seq: '2', ...node.kin });
  expect(node.logged()).toContain('ERROR: Both machines own our resources!');
});
