/** What may happen to two nodes and to the network between them, drawn at random and done to a simulation. */
import fc from 'fast-check';
import type { Simulation } from '../../lib/rehearsal/simulation.js';

export const NODES = ['lb1', 'lb2'] as const;

export type Act =
  | { readonly act: 'crash' | 'kill' | 'start' | 'pause' | 'resume' | 'stop'; readonly node: string }
  | { readonly act: 'partition'; readonly from: string; readonly both: boolean; readonly link: string | undefined }
  | { readonly act: 'heal' }
  /** One link, or both, goes away and comes back so many times; each lasts `time`. */
  | { readonly act: 'flap'; readonly link: string | undefined; readonly times: number; readonly time: number }
  | { readonly act: 'clock'; readonly node: string; readonly by: number }
  | { readonly act: 'standby' | 'takeover'; readonly node: string; readonly what: string };

const node = fc.constantFrom(...NODES);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constantFrom('crash', 'kill', 'start', 'pause', 'resume', 'stop'), node }) as fc.Arbitrary<Act>,
  fc.record({
    act: fc.constant('partition'),
    from: node,
    both: fc.boolean(),
    link: fc.constantFrom('eth0', undefined, undefined),
  }) as fc.Arbitrary<Act>,
  fc.constant({ act: 'heal' } as Act),
  fc.record({
    act: fc.constant('flap'),
    link: fc.constantFrom('eth0', undefined),
    times: fc.integer({ min: 1, max: 5 }),
    time: fc.constantFrom(100, 700, 2_900, 3_300),
  }) as fc.Arbitrary<Act>,
  fc.record({
    act: fc.constant('clock'),
    node,
    by: fc.constantFrom(-86_400_000, -30_000, 1_500, 3_600_000),
  }) as fc.Arbitrary<Act>,
  fc.record({
    act: fc.constantFrom('standby', 'takeover'),
    node,
    what: fc.constantFrom('all', 'local', 'foreign'),
  }) as fc.Arbitrary<Act>,
);

export const schedule = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 8_000 }), act }), { maxLength: 12 });

/** Does one of them. `check` is called while time passes meanwhile. */
export const apply = (simulation: Simulation, one: Act, check: () => void): void => {
  switch (one.act) {
    case 'flap':
      for (let time = 0; time < one.times; time++) {
        simulation.partition('lb1', 'lb2', one.link);
        simulation.run(one.time, check);
        simulation.heal();
        simulation.run(one.time, check);
      }
      return;
    case 'clock':
      simulation.stepClock(one.node, one.by);
      return;
    case 'crash':
    case 'kill':
    case 'start':
    case 'pause':
    case 'resume':
    case 'stop':
      simulation[one.act](one.node);
      return;
    case 'partition':
      simulation.partition(one.from, one.from === 'lb1' ? 'lb2' : 'lb1', one.link, one.both);
      return;
    case 'heal':
      simulation.heal();
      return;
    case 'standby':
      simulation.submit(one.node, { t: 'ask_resources', rsc_hold: one.what, info: 'me' });
      return;
    case 'takeover':
      simulation.submit(one.node, { t: 'hb_takeover', rsc_hold: one.what });
  }
};
