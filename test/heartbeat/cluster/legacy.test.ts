/** `auto_failback legacy` (heartbeat reference 6.9; recording `bcast-sha1-failback-legacy`). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { BenchNode } from '../../support/bench-node.js';
import { Playback, recordedFrom, summary, uuidOf } from '../../support/playback.js';

const LEGACY = 'bcast-sha1-failback-legacy';
const uuid = uuidOf(LEGACY, '02-second-joins.pcap', 'lb1');

const alone = (): Playback => {
  const ours = new Playback({ self: 'lb1', uuid, autoFailback: 'legacy' });
  ours.pass(20_000);
  return ours;
};

test('alone: everything, and the only message is the fencing report', () => {
  const ours = alone();
  expect(ours.sent()).toEqual(['stonith node=lb2 result=n_stnth']);
  expect(ours.jobs()).toEqual(['acquire all']);
  expect(ours.view().resources).toBe('all');
});

test('the owner returns and asks for its group: stop it, then say so', () => {
  const ours = alone();
  const since = ours.now;
  ours.play(recordedFrom(LEGACY, '02-second-joins.pcap', 'lb2'));
  expect(ours.sent(since)).toEqual([
    'repnodes dest=lb2 nodelist=lb1 lb2  delnodelist= ',
    'ip-request-resp dest=lb2 ipaddr=10.0.0.101/24/eth0 weown=yes ok=OK',
  ]);
  expect(ours.jobs(since)).toEqual(['release foreign']);
  expect(ours.view().resources).toBe('local');
});

test('we return and ask for ours', () => {
  const ours = new Playback({ self: 'lb1', uuid, autoFailback: 'legacy' });
  ours.play(recordedFrom(LEGACY, '04-return.pcap', 'lb2'));
  ours.pass(100);
  expect([...new Set(ours.sent())]).toEqual(['reqnodes dest=lb2', 'ip-request ipaddr=10.0.0.100/24/eth0']);
  expect(ours.jobs()).toEqual(['acquire local']);
  expect(ours.view().resources).toBe('local');
});

const pair = (): Simulation => {
  const simulation = new Simulation({ seed: 5, settings: { autoFailback: 'legacy' } });
  simulation.start('lb1');
  simulation.start('lb2');
  simulation.run(3_000);
  return simulation;
};

test('two of ours: start, death, return, stop', () => {
  const simulation = pair();
  expect([simulation.owners('lb1'), simulation.owners('lb2')]).toEqual([['lb1'], ['lb2']]);
  simulation.crash('lb2');
  simulation.run(5_000);
  expect(simulation.owners('lb2')).toEqual(['lb1']);
  simulation.start('lb2');
  simulation.run(3_000);
  expect([simulation.owners('lb1'), simulation.owners('lb2')]).toEqual([['lb1'], ['lb2']]);
  simulation.stop('lb1');
  simulation.run(5_000);
  expect([simulation.owners('lb1'), simulation.owners('lb2')]).toEqual([['lb2'], ['lb2']]);
});

test('a healed partition: each keeps its own', () => {
  const simulation = pair();
  simulation.partition('lb1', 'lb2');
  simulation.run(10_000);
  simulation.heal();
  simulation.run(2_000);
  expect([simulation.owners('lb1'), simulation.owners('lb2')]).toEqual([['lb1'], ['lb2']]);
  expect(['lb1', 'lb2'].map((name) => simulation.view(name)?.resources)).toEqual(['local', 'local']);
});

describe('mixed modes', () => {
  const KEYS = { localKeys: ['web'], foreignKeys: ['mail'] };
  const beside = (): BenchNode => {
    const node = new BenchNode(KEYS);
    node.beat('up');
    node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
    node.beat('active');
    node.drain();
    return node;
  };

  test('a nice node beside a legacy one that asks for its group: the answer, a warning, and our own groups in its words', () => {
    const node = beside();
    node.hear({ t: 'ip-request', ipaddr: 'mail' });
    const effects = node.drain();
    const lines = effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []));
    expect(lines).toContain('lb2 runs with auto_failback legacy and this node does not: write the same on both.');
    const sent = effects.flatMap((effect) => (effect.type === 'send' ? [summary(effect.message)] : []));
    expect(sent).toEqual(
      expect.arrayContaining(['ip-request ipaddr=web', 'ip-request-resp dest=lb2 ipaddr=mail weown=no ok=OK']),
    );
    node.hear({ t: 'ip-request-resp', dest: 'lb1', ipaddr: 'web', weown: 'no', ok: 'OK' });
    node.finish();
    expect(node.view().resources).toBe('local');
    // It never reports what it holds; that is no reason to start it here.
    node.pass(30_000);
    expect(node.state.resources.hold).toBe('local');
  });

  test('an answer that nobody asked for starts nothing', () => {
    const node = new BenchNode(KEYS);
    node.join('all');
    node.hear({ t: 'ip-request-resp', dest: 'lb1', ipaddr: 'mail', weown: 'yes', ok: 'OK' });
    expect(node.drain().filter(({ type }) => type === 'job')).toEqual([]);
  });

  test('a request that comes before we are up is answered', () => {
    const node = new BenchNode({ ...KEYS, autoFailback: 'legacy' });
    node.beat('active');
    node.drain();
    node.hear({ t: 'ip-request', ipaddr: 'mail' });
    expect(node.sent()).toContain('ip-request-resp dest=lb2 ipaddr=mail weown=no ok=OK');
  });

  test('what a former life left running is stopped before the answer', () => {
    const node = new BenchNode({ ...KEYS, autoFailback: 'legacy', mayHaveLeftovers: true });
    node.beat('active');
    node.drain();
    node.hear({ t: 'ip-request', ipaddr: 'mail' });
    expect(node.sent()).not.toContain('ip-request-resp dest=lb2 ipaddr=mail weown=no ok=OK');
    node.finish();
    expect(node.sent()).toContain('ip-request-resp dest=lb2 ipaddr=mail weown=yes ok=OK');
  });

  test('a genuine node hears that we are active before it has the answer that lets it come up', () => {
    const node = beside();
    node.hear({ t: 'reqnodes', dest: 'lb1' });
    expect(node.sent(true).map((line) => line.split(' ')[0])).toEqual(['status', 'repnodes']);
  });

  test('a script asks by req_resource in nice mode: the other node gives, we start', () => {
    const node = new BenchNode(KEYS);
    node.join();
    node.step({ type: 'submit', message: message({ t: 'ip-request', ipaddr: 'mail' }) });
    node.hear({ t: 'ip-request-resp', dest: 'lb1', ipaddr: 'mail', weown: 'yes', ok: 'OK' });
    const job = node.drain().find(({ type }) => type === 'job');
    expect(job).toMatchObject({ action: 'acquire', scope: 'foreign', group: 'mail', occasion: { kind: 'own' } });
    expect([node.state.resources.hold, node.state.resources.otherHold]).toEqual(['all', 'none']);
  });
});
