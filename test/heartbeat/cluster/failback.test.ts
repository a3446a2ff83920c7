/** Giving back what was taken from a dead node (heartbeat reference 6.3, "Auto failback"). */
import { BenchNode } from '../../support/bench-node.js';

const asked = (node: BenchNode): readonly string[] => node.sent().filter((line) => line.startsWith('ask_resources'));

/** lb2 died, we took everything, and it is back and about to be stable. */
const returning = (settings: ConstructorParameters<typeof BenchNode>[0]): BenchNode => {
  const node = new BenchNode(settings);
  node.join();
  node.pass(6_000, false);
  node.finish();
  node.hear({ t: 'status', st: 'init', dt: '1388', protocol: '1', hg: '6', seq: '1' });
  node.hear({ t: 'status', st: 'active', dt: '1388', protocol: '1', hg: '6' });
  node.hear({ t: 'starting', hg: '6' });
  node.drain();
  return node;
};
const stable = (node: BenchNode): void =>
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1', hg: '6' });

test('as soon as the other node is stable', () => {
  const node = returning({ autoFailback: 'on' });
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', hg: '6' });
  expect(asked(node)).toEqual([]);
  stable(node);
  expect(asked(node)).toEqual(['ask_resources rsc_hold=foreign info=me']);
});

test('never with auto_failback off', () => {
  const node = returning({ autoFailback: 'off' });
  stable(node);
  node.pass(4_000, false);
  expect(asked(node)).toEqual([]);
});

test('again every second while something is under way', () => {
  const node = returning({ autoFailback: 'on' });
  node.state = {
    ...node.state,
    jobs: [{ job: 99, scope: 'local', part: 'local', purpose: { kind: 'orphan' } }],
  };
  stable(node);
  node.pass(1_500, false);
  expect(asked(node)).toEqual([]);
  node.finish();
  node.pass(500, false);
  expect(asked(node)).toEqual(['ask_resources rsc_hold=foreign info=me']);
});

test('what an administrator moved by hand stays where it is', () => {
  const node = new BenchNode({ autoFailback: 'on' });
  node.join();
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
  node.finish();
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  node.drain();
  node.pass(30_000);
  expect(asked(node)).toEqual([]);
  expect(node.view().resources).toBe('all');
});

test('what an administrator moved goes home when its node goes away and returns (mach_down runs then, too)', () => {
  const node = new BenchNode({ autoFailback: 'on' });
  node.join();
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '0', info: 'standby' });
  node.hear({ t: 'ask_resources', rsc_hold: 'all', info: 'done' });
  node.finish();
  node.hear({ t: 'resource', rsc_hold: 'none', rtype: 'full', isstable: '1' });
  node.hear({ t: 'shutdone' });
  node.hear({ t: 'status', st: 'init', dt: '1388', protocol: '1', hg: '6', seq: '1' });
  node.hear({ t: 'status', st: 'active', dt: '1388', protocol: '1', hg: '6' });
  node.hear({ t: 'starting', hg: '6' });
  node.drain();
  stable(node);
  expect(asked(node)).toEqual(['ask_resources rsc_hold=foreign info=me']);
});
