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
