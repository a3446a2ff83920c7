/** The graceful stop (heartbeat reference 6.6). */
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { BenchNode } from '../../support/bench-node.js';

const exits = (node: BenchNode): number => node.drain().filter(({ type }) => type === 'exit').length;

test('report, release, farewell, and two more seconds of heartbeats', () => {
  const node = new BenchNode({ pid: 14 });
  node.join();
  node.step({ type: 'stop' });
  const effects = node.drain();
  expect(effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))).toEqual([
    'Heartbeat shutdown in progress. (14)',
    'Giving up all HA resources.',
  ]);
  expect(effects.find(({ type }) => type === 'job')).toMatchObject({ action: 'release', scope: 'every' });
  node.pass(5_000);
  expect(exits(node)).toBe(0);
  node.finish();
  expect(node.sent()).toEqual(['shutdone st=dead']);
  node.pass(1_999);
  expect(node.sent(true).filter((line) => line.startsWith('status'))).toHaveLength(1);
  node.pass(1);
  expect(node.drain().slice(-2)).toEqual([
    { type: 'log', priority: 'info', text: 'lb1 Heartbeat shutdown complete.' },
    { type: 'exit', restart: false },
  ]);
  // Nothing happens any more, not even a timer that a day would be too long for.
  expect(clusterMachine.wakeAt(node.state)).toBe(node.mono + 86_400_000);
  node.pass(60_000);
  node.beat();
  node.step({ type: 'stop' });
  expect(node.drain()).toEqual([]);
});

test('not while something moves', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'me' });
  node.drain();
  node.step({ type: 'stop' });
  expect(node.logged()).toEqual(['WARN: Shutdown delayed until current resource activity finishes.']);
  node.hear({ t: 'ask_resources', rsc_hold: 'local', info: 'done' });
  node.finish();
  expect(node.state.stop.phase).toBe('releasing');
});

test('a peer that never gets stable does not keep us for ever', () => {
  const node = new BenchNode();
  node.join();
  node.hear({ t: 'resource', rsc_hold: 'local', rtype: 'full', isstable: '0' });
  node.step({ type: 'stop' });
  node.pass(59_999);
  expect(node.state.stop.phase).toBe('wanted');
  node.pass(1);
  expect(node.state.stop.phase).toBe('releasing');
});

test('before communication is up there is nothing to release', () => {
  const node = new BenchNode();
  node.drain();
  node.step({ type: 'stop' });
  expect(node.drain().map(({ type }) => type)).toEqual(['log', 'exit']);
});

test('before communication is up, but heard by somebody: it is told, and need not wait until we count as dead', () => {
  const node = new BenchNode();
  node.beat('up');
  node.drain();
  node.step({ type: 'stop' });
  expect(node.sent()).toEqual(['resource rsc_hold=none rtype=full isstable=0 info=shutdown']);
  node.finish();
  expect(node.sent()).toEqual(['shutdone st=dead']);
  // Its answer to what we asked before comes too late.
  node.hear({ t: 'repnodes', dest: 'lb1', nodelist: 'lb1 lb2 ', delnodelist: ' ' });
  node.pass(2_000);
  expect(node.sent()).toEqual([]);
  expect(node.state.stop.phase).toBe('gone');
  expect(node.view().communicationUp).toBe(false);
});

test('a node that stops what a reload left it begins nothing when its initdead ends meanwhile', () => {
  const node = new BenchNode({ kept: 'all' });
  node.drain();
  node.step({ type: 'stop' });
  node.pass(20_000, false);
  const effects = node.drain();
  expect(effects.flatMap((effect) => (effect.type === 'job' ? [`${effect.action} ${effect.scope}`] : []))).toEqual([
    'release every',
  ]);
  expect(effects).not.toContainEqual({ type: 'communicationUp' });
  node.finish();
  node.pass(2_000, false);
  expect(exits(node)).toBe(1);
});

describe('a killed daemon left something that does not stop', () => {
  const swept = (): BenchNode => {
    const node = new BenchNode({ mayHaveLeftovers: true });
    node.drain();
    node.step({ type: 'jobDone', job: 1, outcome: 'done', stuck: 'foreign' });
    return node;
  };

  test('it is tried again, and our own kind goes on hearing of it', () => {
    const node = swept();
    const effects = node.drain();
    expect(effects).toContainEqual({
      type: 'log',
      priority: 'CRIT',
      text: 'foreign resources that the last run left cannot be stopped: trying again.',
    });
    expect(effects).toContainEqual(expect.objectContaining({ type: 'job', action: 'release', scope: 'foreign' }));
    node.pass(1_000, false);
    expect(node.sent(true).at(-1)).toContain('hs_hold=foreign');
    node.finish();
    expect(node.state.jobs).toEqual([]);
  });

  test('not once they are ours', () => {
    const node = swept();
    node.pass(12_000, false);
    const [cleanup] = node.state.jobs;
    expect(node.state.resources.hold).toBe('all');
    node.step({ type: 'jobDone', job: cleanup?.job ?? 0, outcome: 'done', stuck: 'foreign' });
    expect(node.state.jobs.map(({ purpose }) => purpose.kind)).not.toContain('cleanup');
  });

  test('a stop does not forget it: it releases everything', () => {
    const node = swept();
    node.step({ type: 'stop' });
    const [cleanup] = node.state.jobs;
    node.drain();
    node.step({ type: 'jobDone', job: cleanup?.job ?? 0, outcome: 'done', stuck: 'foreign' });
    expect(node.drain()).toContainEqual(expect.objectContaining({ type: 'job', action: 'release', scope: 'every' }));
    expect(node.state.stop.phase).toBe('releasing');
  });
});

test('the other node leaves while we are leaving', () => {
  const node = new BenchNode();
  node.join();
  node.step({ type: 'stop' });
  node.drain();
  node.hear({ t: 'shutdone', st: 'dead' });
  expect(node.logged()).toEqual([
    "info: Received shutdown notice from 'lb2'.",
    'info: Resource takeover cancelled - shutdown in progress.',
  ]);
});

test('no new work is begun once the stop is ordered', () => {
  const node = new BenchNode();
  node.join();
  node.step({ type: 'stop' });
  node.step({ type: 'submit', message: message({ t: 'ask_resources', rsc_hold: 'all', info: 'me' }) });
  node.pass(5_000, false);
  node.finish();
  expect(node.drain().filter(({ type }) => type === 'job')).toHaveLength(1);
});
