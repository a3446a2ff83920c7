/** One of our nodes beside a genuine one, in both places (a model of it, see test/support/genuine-peer.ts). */

import { Simulation } from '../../../lib/rehearsal/simulation.js';
import type { SimulationOptions } from '../../../lib/rehearsal/world.js';
import { genuineHost } from '../../support/genuine-peer.js';

const other = (name: string): string => (name === 'lb1' ? 'lb2' : 'lb1');

const together = (genuine: string, options: Partial<SimulationOptions> = {}): Simulation => {
  const simulation = new Simulation({ seed: 7, hosts: { [genuine]: genuineHost }, ...options });
  simulation.start('lb1');
  simulation.run(300);
  simulation.start('lb2');
  simulation.run(15_000);
  return simulation;
};

const holdings = (simulation: Simulation): readonly (string | undefined)[] =>
  ['lb1', 'lb2'].map((name) => simulation.view(name)?.resources);

describe.each(['lb1', 'lb2'])('%s is genuine', (genuine) => {
  const ours = other(genuine);
  const held = (byOurs: string, byGenuine: string): readonly string[] =>
    ours === 'lb1' ? [byOurs, byGenuine] : [byGenuine, byOurs];

  test('a joint start takes ten seconds, then each has its own', () => {
    const simulation = new Simulation({ seed: 7, hosts: { [genuine]: genuineHost } });
    simulation.start('lb1');
    simulation.start('lb2');
    simulation.run(9_000);
    expect(simulation.owners('lb1')).toEqual([]);
    simulation.run(5_000);
    expect(holdings(simulation)).toEqual(['local', 'local']);
  });

  test('ours dies and returns', () => {
    const simulation = together(genuine);
    simulation.crash(ours);
    simulation.run(6_000);
    expect(simulation.owners(ours)).toEqual([genuine]);
    simulation.start(ours);
    simulation.run(8_000);
    expect(holdings(simulation)).toEqual(['local', 'local']);
  });

  test('the genuine one dies and returns', () => {
    const simulation = together(genuine);
    simulation.crash(genuine);
    simulation.run(6_000);
    expect(simulation.owners(genuine)).toEqual([ours]);
    simulation.start(genuine);
    simulation.run(8_000);
    expect(holdings(simulation)).toEqual(['local', 'local']);
  });

  test('standby from either side, and back', () => {
    const simulation = together(genuine);
    simulation.submit(ours, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
    simulation.run(4_000);
    expect(holdings(simulation)).toEqual(held('none', 'all'));
    simulation.submit(genuine, { t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
    simulation.run(4_000);
    expect(holdings(simulation)).toEqual(['local', 'local']);
    simulation.submit(ours, { t: 'hb_takeover', rsc_hold: 'all' });
    simulation.run(4_000);
    expect(holdings(simulation)).toEqual(held('all', 'none'));
    simulation.submit(genuine, { t: 'hb_takeover', rsc_hold: 'local' });
    simulation.run(4_000);
    expect(holdings(simulation)).toEqual(['local', 'local']);
  });

  test.each([
    ['ours', ours],
    ['the genuine one', genuine],
  ])('%s stops gracefully', (_, leaver) => {
    const simulation = together(genuine);
    simulation.stop(leaver);
    simulation.run(8_000);
    expect(simulation.isRunning(leaver)).toBe(false);
    expect(simulation.owners('lb1')).toEqual([other(leaver)]);
    expect(simulation.owners('lb2')).toEqual([other(leaver)]);
  });

  test('healed partition: the genuine one restarts, ours serves all the time', () => {
    const simulation = together(genuine);
    simulation.partition('lb1', 'lb2');
    simulation.run(12_000);
    expect(holdings(simulation)).toEqual(['all', 'all']);
    simulation.heal();
    simulation.run(40_000, () => {
      expect(simulation.owners(ours)).toContain(
        simulation.owners(ours).length === 1 ? simulation.owners(ours)[0] : ours,
      );
    });
    expect(simulation.effects.some(({ node, effect }) => node === ours && effect.type === 'announce')).toBe(true);
    expect(simulation.lines(ours)).toContain(`CRIT: Cluster node ${genuine} returning after partition.`);
    expect(holdings(simulation)).toEqual(['local', 'local']);
  });

  test('the genuine one is killed and left everything running: it stops our groups before we start them', () => {
    const simulation = together(genuine, { settings: { autoFailback: 'off' } });
    simulation.submit(ours, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
    simulation.run(4_000);
    simulation.kill(genuine);
    simulation.run(500);
    simulation.start(genuine);
    let double = 0;
    simulation.run(30_000, () => {
      double = Math.max(double, simulation.owners('lb1').length, simulation.owners('lb2').length);
    });
    expect(double).toBe(1);
    expect(simulation.owners('lb1')).toEqual(['lb1']);
    expect(simulation.owners('lb2')).toEqual(['lb2']);
  });

  test('ours is killed and left everything running: it is stopped first', () => {
    const simulation = together(genuine, { settings: { autoFailback: 'off' } });
    simulation.submit(genuine, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
    simulation.run(4_000);
    simulation.kill(ours);
    simulation.run(500);
    simulation.start(ours);
    expect(simulation.lines(ours)).toContain(
      'WARN: The last run did not end by itself: stopping all resource groups first.',
    );
    simulation.run(30_000);
    expect(simulation.owners(ours)).toEqual([ours]);
    expect(simulation.owners(genuine)).toEqual([ours]);
  });

  test('fast restart of the genuine one that held everything', () => {
    const simulation = together(genuine, { settings: { autoFailback: 'off' } });
    simulation.submit(ours, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
    simulation.run(4_000);
    simulation.crash(genuine);
    simulation.run(500);
    simulation.start(genuine);
    simulation.run(20_000);
    expect(simulation.owners('lb1')).toEqual(['lb1']);
    expect(simulation.owners('lb2')).toEqual(['lb2']);
  });

  test.each(['on', 'off'] as const)('fast restart of ours that held everything, failback %s', (autoFailback) => {
    const simulation = together(genuine, { settings: { autoFailback } });
    simulation.submit(genuine, { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
    simulation.run(4_000);
    expect(holdings(simulation)).toEqual(held('all', 'none'));
    simulation.crash(ours);
    simulation.run(500);
    simulation.start(ours);
    simulation.run(25_000);
    expect(simulation.owners(ours)).toEqual([ours]);
    expect(simulation.owners(genuine)).toEqual([autoFailback === 'on' ? genuine : ours]);
  });
});
