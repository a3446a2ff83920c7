/** `auto_failback legacy` (heartbeat reference 6.9; recording `bcast-sha1-failback-legacy`). */
import { Playback, recordedFrom, uuidOf } from '../../support/playback.js';
import { Simulation } from '../../support/simulator.js';

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
