/** A ping node answers with what we have really sent, and lately (heartbeat reference 10, 11.5). */
import { message } from '../../../lib/heartbeat/wire/message.js';
import { millis } from '../../../lib/time.js';
import { BenchNode } from '../../support/bench-node.js';

const echo = (ts: string) => message({ t: 'NS_st', st: 'ping', info: 'ping', src: 'gw', ts });
const statusOf = (node: BenchNode): string | undefined => node.view().nodes.at(-1)?.status;

test('a recorded echo does not make it reachable', () => {
  const node = new BenchNode({ pingNodes: ['gw'], deadping: millis(4_000) });
  const recording = node.ts();
  node.packet(echo(recording), 'gw');
  expect(statusOf(node)).toBe('ping');
  node.join();
  node.pass(20_000);
  expect(statusOf(node)).toBe('dead');
  node.packet(echo(recording), 'gw');
  node.packet(echo('1'), 'gw');
  expect(statusOf(node)).toBe('dead');
  node.packet(echo(node.ts()), 'gw');
  expect(statusOf(node)).toBe('ping');
  expect(node.view().counters).toEqual({ pingStatus: 2 });
});

test('nor does an echo that comes in like a packet of a node', () => {
  const node = new BenchNode({ pingNodes: ['gw'] });
  node.packet(echo(node.ts()), 'eth0');
  expect(statusOf(node)).toBe('init');
});
