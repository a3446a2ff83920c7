/** More than two nodes (heartbeat reference 11.2, no. 10): whatever happens, nothing breaks, and each group has one owner in the end. */
import fc from 'fast-check';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { millis } from '../../../lib/time.js';

const NODES = ['lb1', 'lb2', 'lb3'] as const;

const node = fc.constantFrom(...NODES);
const act = fc.oneof(
  fc.record({ act: fc.constantFrom('crash', 'kill', 'start', 'pause', 'resume', 'stop'), node }),
  fc.record({ act: fc.constant('partition'), node, other: node, both: fc.boolean() }),
  fc.record({ act: fc.constant('heal') }),
  fc.record({ act: fc.constantFrom('standby', 'takeover'), node, what: fc.constantFrom('all', 'local', 'foreign') }),
  fc.record({ act: fc.constantFrom('addnode', 'delnode'), node, name: fc.constantFrom('lb2', 'lb3', 'lb4') }),
);

/**
 * Whether a node was deleted by some and kept by others, which had not called it dead: then there are two clusters, with the
 * genuine program too, until an administrator adds it again.
 */
const isDivided = (simulation: Simulation): boolean =>
  NODES.some((name) => {
    const others = NODES.filter((node) => node !== name);
    const deleted = others.filter((node) =>
      simulation.lines(node).some((line) => line.includes(`Removing node [${name}]`)),
    );
    return deleted.length > 0 && deleted.length < others.length;
  });

test('three of ours, and a fourth that never comes', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom(0, 0.2),
      fc.array(fc.record({ wait: fc.integer({ min: 0, max: 6_000 }), act }), { maxLength: 12 }),
      (seed, loss, acts) => {
        const simulation = new Simulation({
          seed,
          nodes: NODES,
          network: { loss, jitter: 20 },
          settings: { keepalive: millis(200) },
        });
        for (const name of NODES) simulation.start(name);
        simulation.run(15_000);
        for (const { act: one, wait } of acts) {
          switch (one.act) {
            case 'partition':
              if ('other' in one && one.node !== one.other)
                simulation.partition(one.node, one.other, undefined, one.both);
              break;
            case 'heal':
              simulation.heal();
              break;
            case 'standby':
            case 'takeover':
              if ('what' in one)
                simulation.submit(
                  one.node,
                  one.act === 'standby'
                    ? { t: 'ask_resources', rsc_hold: one.what, info: 'me' }
                    : { t: 'hb_takeover', rsc_hold: one.what },
                );
              break;
            case 'addnode':
            case 'delnode':
              if ('name' in one) simulation.submit(one.node, { t: one.act, nodelist: one.name });
              break;
            default:
              if ('node' in one) simulation[one.act as 'crash'](one.node);
          }
          simulation.run(wait);
        }
        simulation.heal();
        for (const name of NODES) simulation.resume(name);
        simulation.run(15_000);
        for (const name of NODES) simulation.start(name);
        simulation.run(40_000);
        if (isDivided(simulation)) return;
        for (const group of NODES) expect([group, simulation.owners(group).length]).toEqual([group, 1]);
      },
    ),
    { numRuns: Number(process.env.HA_SUITE_THREE_RUNS ?? 15) },
  );
});
