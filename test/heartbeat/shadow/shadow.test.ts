/** The shadow on one node of a pair of genuine ones (models of them, see test/support/genuine-peer.ts). */
import fc from 'fast-check';
import { message } from '../../../lib/heartbeat/wire/message.js';
import type { MakeHost } from '../../../lib/rehearsal/host.js';
import { genuineHost } from '../../support/genuine-peer.js';
import { type Shadowed, shadowed } from '../../support/shadowed.js';

/** lb1 starts alone, lb2 joins it. */
const together = (failback: 'on' | 'off' = 'on', local?: MakeHost): Shadowed => {
  const world = shadowed({ settings: { autoFailback: failback } }, local);
  world.simulation.start('lb1');
  world.run(15_000);
  world.simulation.start('lb2');
  world.run(15_000);
  return world;
};

const holds = ({ shadow }: Shadowed): string | undefined => shadow().cluster?.resources.hold;
const NO_DIFFERENCE = { told: 0, alone: 0, open: [] };

test('it joins a node that is alone, and hands the groups of the other one over as that one does', () => {
  const world = together();
  expect(world.lines()).toEqual([
    'Deciding from here on: lb1 holds all groups, as it says; not there: lb2.',
    expect.stringMatching(
      /^Agreed: lb1 asks the other node to take the other node's groups\. The genuine one decided so /,
    ),
    expect.stringMatching(/^Agreed: lb1 holds its own groups \(a hand-over was asked for\)\./),
  ]);
  expect(world.report()).toMatchObject({
    agreed: { deaths: 0, moves: 1, handOvers: 1 },
    orders: 0,
    differences: NO_DIFFERENCE,
  });
});

test('the other node dies and returns', () => {
  const world = together();
  world.simulation.crash('lb2');
  world.run(10_000);
  expect(holds(world)).toBe('all');
  expect(world.lines()).toContainEqual(
    expect.stringMatching(
      /^Agreed: lb2 is dead \(nothing heard for 30\d\d ms\)\. The genuine one decided so \d\.\d\d s after us\.$/,
    ),
  );
  world.simulation.start('lb2');
  world.run(20_000);
  expect(holds(world)).toBe('local');
  expect(world.report()).toMatchObject({
    state: 'deciding',
    agreed: { deaths: 1, moves: 3, handOvers: 2 },
    differences: NO_DIFFERENCE,
  });
});

test('orders on either node are followed', () => {
  const world = together('off');
  world.simulation.submit('lb1', { t: 'ask_resources', rsc_hold: 'foreign', info: 'me' });
  world.run(8000);
  expect([holds(world), world.simulation.owners('lb2')]).toEqual(['local', ['lb2']]);
  world.simulation.submit('lb2', { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  world.run(8000);
  expect(holds(world)).toBe('all');
  expect(world.report()).toMatchObject({ orders: 1, agreed: { handOvers: 0, moves: 2 }, differences: NO_DIFFERENCE });
});

test('a graceful stop of either node', () => {
  const world = together();
  world.simulation.stop('lb2');
  world.run(15_000);
  expect(holds(world)).toBe('all');
  expect(world.report().differences).toEqual(expect.objectContaining(NO_DIFFERENCE));
  world.simulation.start('lb2');
  world.run(20_000);
  world.simulation.stop('lb1');
  world.run(5000);
  expect(world.report().state).toBe('waiting');
  expect(world.lines().at(-1)).toBe(
    'The genuine daemon hands everything over and leaves. Nothing is decided until it is up and at rest.',
  );
  world.simulation.start('lb1');
  world.run(30_000);
  expect([holds(world), world.report().state]).toEqual(['local', 'deciding']);
  expect(world.report()).toMatchObject({ joined: 2, differences: NO_DIFFERENCE });
});

test('after a healed partition genuine nodes restart, and the shadow waits for that', () => {
  const world = together();
  world.simulation.partition('lb1', 'lb2');
  world.run(8000);
  expect(holds(world)).toBe('all');
  world.simulation.heal();
  world.run(60_000);
  expect([holds(world), world.report().state]).toEqual(['local', 'deciding']);
  expect(world.report().differences).toEqual(expect.objectContaining(NO_DIFFERENCE));
});

test('an address that is taken away is told once, and once that it is back', () => {
  const world = together();
  const before = world.lines().length;
  world.hide('lb1', true);
  world.run(10_000);
  world.hide('lb1', false);
  world.run(10_000);
  expect(world.lines().slice(before)).toEqual([
    expect.stringMatching(
      /^DIFFERENCE since \d\d:\d\d:\d\d: group lb1 group-lb1: we would run it here \(a hand-over was asked for\), the genuine one does not \(10\.0\.0\.1 is not on this machine, it says that it holds its own groups\)\.$/,
    ),
    expect.stringMatching(/^Difference over: group lb1 group-lb1, after 10 s \(since \d\d:\d\d:\d\d\)\.$/),
  ]);
  expect(world.report()).toMatchObject({ differences: { told: 1, open: [] } });
});

test('packets in the name of this node from elsewhere are counted, told once and not believed', () => {
  const world = together();
  const before = world.shadow().genuine;
  for (const seq of ['fff', 'fffe'])
    world.simulation.inject(
      'lb1',
      message({ t: 'resource', src: 'lb1', seq, hg: 'ff', ts: '1', rsc_hold: 'none', rtype: 'full' }),
      'eth0',
    );
  expect(world.shadow().genuine).toEqual(before);
  expect(world.report().packets.strange).toBe(2);
  expect(world.lines().filter((line) => line.includes('in the name of lb1 came in from outside'))).toHaveLength(1);
});

/** Says that it holds what it held, whatever happens: it hears nothing of the other node any more. */
const deafAfter =
  (duration: number): MakeHost =>
  (settings, now) => {
    const host = genuineHost(settings, now);
    const from = now.mono + duration;
    return {
      ...host,
      view: () => host.view(),
      wakeAt: () => host.wakeAt(),
      step: (event, at) => (at.mono > from && event.type === 'packet' ? [] : host.step(event, at)),
    };
  };

test('a node that the genuine one calls dead, and we do not', () => {
  const world = together('on', deafAfter(30_000));
  world.run(20_000);
  expect(world.lines()).toContainEqual(
    expect.stringMatching(/^DIFFERENCE at [\d:]+: the genuine one decided: lb2 is dead; we did not within 4\.00 s\.$/),
  );
  expect(world.lines()).toContainEqual(
    expect.stringMatching(
      /^DIFFERENCE since [\d:]+: group lb2 group-lb2: we would not run it here \(.*\), the genuine one does /,
    ),
  );
  expect(world.report().differences.alone).toBe(1);
  // It does not stay with a course of its own for ever.
  world.run(90_000);
  expect(world.report().followed).toBeGreaterThan(0);
  expect(holds(world)).toBe('all');
  expect(world.report().differences.open).toEqual([]);
});

test('whatever befalls the other node and whoever gives orders: it agrees with the genuine one in the end', () => {
  const event = fc.record({
    kind: fc.constantFrom('crash', 'start', 'stop', 'standby lb1', 'standby lb2', 'own stop', 'own start'),
    what: fc.constantFrom('all', 'local', 'foreign'),
    // Genuine nodes that are asked again while something moves do odd things themselves.
    pause: fc.integer({ min: 12_000, max: 40_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('on' as const, 'off' as const),
      (events, failback) => {
        const world = together(failback);
        for (const { kind, what, pause } of events) {
          const order = { t: 'ask_resources', rsc_hold: what, info: 'me' };
          if (kind === 'crash') world.simulation.crash('lb2');
          else if (kind === 'start') world.simulation.start('lb2');
          else if (kind === 'stop') world.simulation.stop('lb2');
          else if (kind === 'own stop') world.simulation.stop('lb1');
          else if (kind === 'own start') world.simulation.start('lb1');
          else world.simulation.submit(kind.slice(-3), order);
          world.run(pause);
        }
        world.simulation.start('lb1');
        world.simulation.start('lb2');
        world.run(120_000);
        expect(world.report()).toMatchObject({ state: 'deciding', differences: { open: [] } });
      },
    ),
    { numRuns: 8 },
  );
});
