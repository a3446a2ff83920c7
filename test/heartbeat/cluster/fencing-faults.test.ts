/** Two nodes with fencing devices, whatever happens: no group ever runs twice, not even while they cannot hear each other. */
import fc from 'fast-check';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import type { Fencing } from '../../../lib/rehearsal/world.js';
import { millis } from '../../../lib/time.js';
import { apply, NODES, schedule } from '../../support/fault-schedule.js';

const pair = (fencing: Fencing, options: { readonly seed?: number; readonly autoFailback?: 'on' | 'off' } = {}) =>
  new Simulation({
    seed: options.seed ?? 1,
    links: ['eth0', 'eth1'],
    fencing,
    jobTime: 300,
    settings: { keepalive: millis(500), warntime: millis(1500), autoFailback: options.autoFailback ?? 'on' },
  });

const device = fc.record({
  time: fc.constantFrom(10, 900, 6_000),
  failures: fc.constantFrom(0, 0, 1, 3, Number.POSITIVE_INFINITY),
});

/** Longer than any clock of the protocol, a reset, and a boot. */
const REST = 60_000;

test('never two owners, and one in the end', () => {
  fc.assert(
    fc.property(
      fc.record({ seed: fc.integer(), autoFailback: fc.constantFrom('on' as const, 'off' as const) }),
      device,
      schedule,
      (conditions, fencing, acts) => {
        const simulation = pair(fencing, conditions);
        const check = (): void => {
          for (const group of NODES) {
            const owners = simulation.everywhere(group);
            if (owners.length > 1) throw new Error(`at ${simulation.now} the group of ${group} runs twice`);
          }
        };
        for (const name of NODES) simulation.start(name);
        simulation.run(15_000, check);
        for (const { wait, act } of acts) {
          apply(simulation, act, check);
          simulation.run(wait, check);
        }
        simulation.heal();
        for (const name of NODES) simulation.resume(name);
        simulation.run(REST, check);
        for (const name of NODES) simulation.start(name);
        simulation.run(REST, check);
        for (const group of NODES) {
          expect([group, simulation.everywhere(group)]).toEqual([group, [expect.any(String)]]);
        }
      },
    ),
    { numRuns: Number(process.env.HA_SUITE_FENCING_RUNS ?? 40) },
  );
});

describe('the holder loses power', () => {
  const crashed = (fencing: Fencing): Simulation => {
    const simulation = pair(fencing);
    for (const name of NODES) simulation.start(name);
    simulation.run(15_000);
    expect(NODES.map((name) => simulation.everywhere(name))).toEqual([['lb1'], ['lb2']]);
    simulation.crash('lb1');
    return simulation;
  };

  test('a device that fails twice and is slow: nothing is taken before it has worked, everything then', () => {
    const simulation = crashed({ time: 4_000, failures: 2 });
    simulation.run(60_000, () => {
      if (simulation.resets.length === 0) expect(simulation.everywhere('lb1')).toEqual([]);
    });
    expect(simulation.resets).toHaveLength(1);
    const taken = simulation.log.find(({ text }) => text === 'info: Resources being acquired from lb1.');
    expect(taken?.at).toBe(simulation.resets[0]?.at);
    expect(simulation.everywhere('lb1')).toHaveLength(1);
  });

  test('a device that never works: nobody has its group until it is back', () => {
    const simulation = crashed({ time: 100, failures: Number.POSITIVE_INFINITY });
    simulation.run(600_000, () => expect(simulation.everywhere('lb1')).toEqual([]));
    simulation.start('lb1');
    simulation.run(30_000);
    expect(simulation.everywhere('lb1')).toEqual(['lb1']);
  });
});

test('cut off from each other both reach for the device: a group never runs twice', () => {
  const simulation = pair({ time: 900, failures: 0 });
  for (const name of NODES) simulation.start(name);
  simulation.run(15_000);
  simulation.partition('lb1', 'lb2');
  simulation.run(200_000, () => {
    for (const name of NODES) expect(simulation.everywhere(name).length).toBeLessThan(2);
  });
  expect(simulation.resets.length).toBeGreaterThan(0);
});
