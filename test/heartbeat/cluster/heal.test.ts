/** After a partition: one deterministic loser, a winner that serves on and announces itself, and no restart (reference 5.6). */
import { text } from '../../../lib/heartbeat/wire/message.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import type { SimulationOptions } from '../../../lib/rehearsal/world.js';
import { millis } from '../../../lib/time.js';
import { genuineHost } from '../../support/genuine-peer.js';

const NODES = ['lb1', 'lb2'] as const;

const split = (options: Partial<SimulationOptions>): Simulation => {
  const simulation = new Simulation({ seed: 3, jobTime: 20, ...options });
  for (const name of NODES) simulation.start(name);
  simulation.run(16_000);
  simulation.partition('lb1', 'lb2');
  simulation.run(8_000);
  for (const group of NODES) expect(simulation.owners(group)).toEqual(['lb1', 'lb2']);
  return simulation;
};

/** How long both nodes hold something after the heal, in milliseconds, and who released something. */
const observe = (simulation: Simulation): { readonly double: number; readonly losers: readonly string[] } => {
  const start = simulation.now;
  const before = simulation.effects.length;
  let last = start;
  simulation.run(20_000, () => {
    if (NODES.some((group) => simulation.owners(group).length > 1)) last = simulation.now;
    for (const group of NODES) expect(simulation.owners(group).length).toBeGreaterThan(0);
  });
  const losers = simulation.effects
    .slice(before)
    .flatMap(({ node, effect }) => (effect.type === 'job' && effect.action === 'release' ? [node] : []));
  return { double: last - start, losers };
};

const announcers = (simulation: Simulation, since: number): readonly string[] =>
  simulation.effects.flatMap(({ at, node, effect }) => (at >= since && effect.type === 'announce' ? [node] : []));

const firstHeard = (simulation: Simulation, since: number): number =>
  simulation.log.find(({ at, text: line }) => at >= since && line.includes('returning after partition'))?.at ??
  Number.POSITIVE_INFINITY;

describe.each([
  ['on', ['lb1', 'lb2'], { lb1: ['lb1'], lb2: ['lb2'] }],
  ['off', ['lb2'], { lb1: ['lb1'], lb2: ['lb1'] }],
] as const)('two of ours, auto_failback %s', (autoFailback, losers, owners) => {
  const settings = { keepalive: millis(200), autoFailback };

  test.each([1, 2, 3, 4, 5])(
    'a clean heal, seed %i: over in less than half a second after the first packet',
    (seed) => {
      const simulation = split({ seed, settings });
      const healed = simulation.now;
      simulation.heal();
      const seen = observe(simulation);
      expect(healed + seen.double - firstHeard(simulation, healed)).toBeLessThan(500);
      expect([...seen.losers].sort()).toEqual(losers);
      for (const group of NODES) expect(simulation.owners(group)).toEqual(owners[group]);
      const announced = announcers(simulation, healed);
      for (const group of NODES) expect(announced).toContain(simulation.owners(group)[0]);
      expect(simulation.effects.some(({ effect }) => effect.type === 'exit')).toBe(false);
    },
  );

  test.each([1, 2, 3, 4, 5])('one packet in five lost, 50 ms of jitter, duplicates, seed %i', (seed) => {
    const simulation = split({ seed, settings, network: { loss: 0.2, jitter: 50, duplication: 0.1 } });
    const healed = simulation.now;
    simulation.heal();
    const seen = observe(simulation);
    expect(healed + seen.double - firstHeard(simulation, healed)).toBeLessThan(2_000);
    expect([...seen.losers].sort()).toEqual(losers);
    for (const group of NODES) expect(simulation.owners(group)).toEqual(owners[group]);
    const announced = announcers(simulation, healed);
    for (const group of NODES) expect(announced).toContain(simulation.owners(group)[0]);
  });

  test.each(NODES)('healed in one direction first, so that only %s hears the other', (hearing) => {
    const deaf = hearing === 'lb1' ? 'lb2' : 'lb1';
    const simulation = split({ settings });
    simulation.heal();
    simulation.partition(hearing, deaf, undefined, false);
    simulation.run(5_000, () => {
      for (const group of NODES) expect(simulation.owners(group).length).toBeGreaterThan(0);
    });
    const healed = simulation.now;
    simulation.heal();
    const seen = observe(simulation);
    expect(seen.double).toBeLessThan(700);
    for (const group of NODES) expect(simulation.owners(group)).toEqual(owners[group]);
    expect(announcers(simulation, healed).length).toBeGreaterThan(0);
  });
});

test('two of ours in legacy mode: one of them keeps each group', () => {
  const simulation = split({ settings: { keepalive: millis(200), autoFailback: 'legacy' } });
  simulation.heal();
  expect(observe(simulation).double).toBeLessThan(700);
  for (const group of NODES) expect(simulation.owners(group)).toHaveLength(1);
});

describe.each(NODES)('%s is genuine', (genuine) => {
  const ours = genuine === 'lb1' ? 'lb2' : 'lb1';

  test.each([
    ['on', 0],
    ['on', 0.2],
    ['off', 0],
    ['off', 0.2],
  ] as const)('auto_failback %s, loss %f: that one restarts, ours serves all the time', (autoFailback, loss) => {
    const simulation = split({
      settings: { keepalive: millis(200), autoFailback },
      hosts: { [genuine]: genuineHost },
      network: { loss, jitter: 50 },
    });
    const healed = simulation.now;
    simulation.heal();
    simulation.run(40_000, () => {
      expect(simulation.owners(ours)).toContain(ours);
      // What is handed back at the end stands still for that moment only.
      if (autoFailback === 'off') expect(simulation.owners(genuine).length).toBeGreaterThan(0);
    });
    const exits = simulation.effects.filter(({ at, effect }) => at >= healed && effect.type === 'exit');
    expect(exits.map(({ node }) => node)).toEqual([genuine]);
    for (const group of NODES) expect(simulation.owners(group)).toHaveLength(1);
    expect(simulation.owners(ours)).toEqual([ours]);
    expect(simulation.owners(genuine)).toEqual([autoFailback === 'on' ? genuine : ours]);
    expect(announcers(simulation, healed)).toContain(ours);
    // What we say to its `starting` is all it needs to find its place beside us (reference 12, no. 15).
    const answer = simulation.traffic.find(
      ({ at, node, message }) =>
        at > (exits[0]?.at ?? 0) &&
        node === ours &&
        text(message, 't') === 'resource' &&
        text(message, 'rsc_hold') === 'all',
    );
    expect(answer).toBeDefined();
  });
});
