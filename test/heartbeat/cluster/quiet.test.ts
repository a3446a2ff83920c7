/** The short cut of the machine's step: whatever happens, it comes to the same as the whole way. */
import fc from 'fast-check';
import { clusterMachine, stepThoroughly } from '../../../lib/heartbeat/cluster/machine.js';
import { onlyHeardAgain } from '../../../lib/heartbeat/cluster/quiet.js';
import type { MakeHost } from '../../../lib/rehearsal/host.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { BenchNode } from '../../support/bench-node.js';
import { genuineHost } from '../../support/genuine-peer.js';

/** Our machine, each step taken both ways; counts the steps from which nothing followed. */
const compared =
  (quiet: { count: number }): MakeHost =>
  (settings, now) => {
    let state = clusterMachine.create(settings, now);
    return {
      step: (event, at) => {
        const short = clusterMachine.step(state, event, at);
        const whole = stepThoroughly(state, event, at);
        expect(short).toEqual(whole);
        if (short.effects.length === 0 && onlyHeardAgain(state, short.state)) quiet.count += 1;
        state = short.state;
        return short.effects;
      },
      wakeAt: () => clusterMachine.wakeAt(state),
      view: () => clusterMachine.view(state),
    };
  };

const node = fc.constantFrom('lb1', 'lb2');
const act = fc.record({
  wait: fc.integer({ min: 0, max: 6000 }),
  act: fc.constantFrom('kill', 'start', 'pause', 'resume', 'stop', 'cut', 'heal', 'standby'),
  node,
});

test('with and without the short cut, through faults of every kind', () => {
  const quiet = { count: 0 };
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(act, { maxLength: 8 }),
      fc.boolean(),
      fc.constantFrom(0, 0.1),
      fc.constantFrom('on' as const, 'off' as const, 'legacy' as const),
      (seed, acts, mixed, loss, autoFailback) => {
        const ours = compared(quiet);
        const simulation = new Simulation({
          ...{ seed, jobTime: 100, settings: { autoFailback }, links: ['eth0', 'eth1', 'eth2'] },
          network: { loss, duplication: loss, jitter: 20 },
          hosts: { lb1: ours, lb2: mixed ? genuineHost : ours },
        });
        simulation.start('lb1');
        simulation.start('lb2');
        for (const one of acts) {
          simulation.run(one.wait);
          if (one.act === 'cut') simulation.partition('lb1', 'lb2', 'eth1', true);
          else if (one.act === 'heal') simulation.heal();
          else if (one.act === 'standby')
            simulation.submit(one.node, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
          else simulation[one.act](one.node);
        }
        simulation.run(8000);
      },
    ),
    { numRuns: 25 },
  );
  expect(quiet.count).toBeGreaterThan(300);
});

test('a heartbeat on the second link only refreshes that link', () => {
  const bench = new BenchNode({ links: ['eth0', 'eth1'] });
  bench.join();
  bench.beat();
  bench.hear({ t: 'status', st: 'active', dt: '1388', protocol: '1', seq: '9' }, 'eth1');
  bench.drain();
  const before = bench.state;
  bench.mono += 7;
  bench.hear({ t: 'status', st: 'active', dt: '1388', protocol: '1', seq: '9' }, 'eth1');
  expect(bench.drain()).toEqual([]);
  expect(onlyHeardAgain(before, bench.state)).toBe(true);
  const [first, second] = bench.state.nodes.get('lb2')?.links ?? [];
  expect(second?.heardAt).toBe((first?.heardAt ?? 0) + 7);
});

test('anything else is more than that', () => {
  const bench = new BenchNode();
  bench.join();
  const before = bench.state;
  bench.beat();
  expect(onlyHeardAgain(before, bench.state)).toBe(false);
  expect(onlyHeardAgain(before, { ...before, nextSeq: before.nextSeq + 1 })).toBe(false);
});
