/** What the scenarios know beforehand: who hears whom after which fault, what a step may cost, and their own files. */
import fc from 'fast-check';
import { SCENARIOS } from '../../../lib/lab/scenario/catalogue/index.js';
import { LOST_PROBES } from '../../../lib/lab/scenario/catalogue/loss.js';
import { afterFault, type Connectivity, connected, together } from '../../../lib/lab/scenario/connectivity.js';
import { countingErrors } from '../../../lib/lab/scenario/count.js';
import { ADDRESSES, haCfOf, nodesOf, timingOf } from '../../../lib/lab/scenario/defaults.js';
import { type Circumstances, DOUBLE, limitsFor } from '../../../lib/lab/scenario/limits.js';
import { runsOf } from '../../../lib/lab/scenario/matrix.js';
import { endFor, type Fault, implementationOf, PAIRINGS, type Scenario } from '../../../lib/lab/scenario/model.js';
import { programSlowness, programSlownessOf, slownessOf } from '../../../lib/lab/slowness.js';

const hearing = (...faults: readonly Fault[]): boolean => {
  const start: Connectivity = { ...connected(['lb1', 'lb2'], ['eth0', 'eth1']), keys: { lb1: 'a', lb2: 'a' } };
  return together(faults.reduce(afterFault, start));
};

describe('whether the nodes hear each other', () => {
  const cut = (node: 'lb1' | 'lb2', device: 'eth0' | 'eth1'): Fault => ({ type: 'unplug', node, devices: [device] });

  test('one whole network is enough', () => {
    expect(hearing()).toBe(true);
    expect(hearing(cut('lb1', 'eth0'))).toBe(true);
    expect(hearing(cut('lb1', 'eth0'), cut('lb2', 'eth0'))).toBe(true);
    expect(hearing(cut('lb1', 'eth0'), cut('lb2', 'eth1'))).toBe(false);
    expect(hearing(cut('lb1', 'eth0'), cut('lb2', 'eth1'), { type: 'heal' })).toBe(true);
  });

  test('a partition, also of one direction, parts them; loss of a share does not', () => {
    const lose = (share: number): Fault => ({
      type: 'lose',
      node: 'lb1',
      devices: ['eth0', 'eth1'],
      share,
      direction: 'in',
    });
    expect(hearing({ type: 'partition' })).toBe(false);
    expect(hearing(lose(1))).toBe(false);
    expect(hearing(lose(0.5))).toBe(true);
  });

  test('a killed daemon is missed until it starts again; one that stopped gracefully is not', () => {
    expect(hearing({ type: 'kill', node: 'lb1' })).toBe(false);
    expect(hearing({ type: 'kill', node: 'lb1' }, { type: 'start', nodes: ['lb1'] })).toBe(true);
    expect(hearing({ type: 'powerOff', node: 'lb1' }, { type: 'powerOn', node: 'lb1' })).toBe(true);
    expect(hearing({ type: 'stop', nodes: ['lb1'] })).toBe(true);
  });

  test('different keys part them', () => {
    const key = (node: 'lb1' | 'lb2'): Fault => ({ type: 'key', node, key: 'b' });
    expect(hearing(key('lb1'))).toBe(false);
    expect(hearing(key('lb1'), key('lb2'))).toBe(true);
  });
});

describe('what a step may cost', () => {
  const timing = { keepalive: 200, deadtime: 2000, initdead: 10_000 };
  const base: Circumstances = {
    pairing: 'ours-ours',
    failback: 'off',
    timing,
    nodes: ['lb1', 'lb2'],
    young: false,
    alone: false,
    slowness: 1,
    programs: 1,
  };
  const powerOff: Fault = { type: 'powerOff', node: 'lb1' };

  test('a death: deadtime, and what the survivor needs', () => {
    expect(limitsFor(powerOff, base).gap).toBeGreaterThan(timing.deadtime);
    expect(limitsFor(powerOff, base).gap).toBeLessThan(timing.deadtime + 1000);
    expect(limitsFor(powerOff, { ...base, young: true }).gap).toBe(limitsFor(powerOff, base).gap + 2000);
    // The survivor reacts, not the one that is gone.
    expect(limitsFor(powerOff, { ...base, pairing: 'genuine-ours' }).gap).toBe(limitsFor(powerOff, base).gap);
    expect(limitsFor(powerOff, { ...base, pairing: 'ours-genuine' }).gap).toBeGreaterThan(
      limitsFor(powerOff, base).gap,
    );
  });

  test('a survivor of ours that was late itself gives one deadtime more, where somebody may die', () => {
    expect(limitsFor(powerOff, base).evidence).toBe(timing.deadtime);
    expect(limitsFor(powerOff, { ...base, pairing: 'genuine-genuine' }).evidence).toBe(0);
    expect(limitsFor({ type: 'stop', nodes: ['lb1'] }, base).evidence).toBe(0);
  });

  test('two owners: never on purpose, and at most half a second where they may meet', () => {
    expect(limitsFor({ type: 'stop', nodes: ['lb1'] }, base).double).toBe(0);
    expect(limitsFor({ type: 'standby', node: 'lb1', scope: 'all', tool: 'own' }, base).double).toBe(0);
    expect(limitsFor({ type: 'heal' }, base).double).toBe(DOUBLE);
  });

  test('nothing may be interrupted by what moves nothing', () => {
    const quiet = limitsFor({ type: 'wait', duration: 1000 }, base);
    expect(quiet.gap).toBeLessThanOrEqual(300);
    expect(limitsFor({ type: 'start', nodes: ['lb2'] }, base).gap).toBe(quiet.gap);
  });

  test('a busy machine gets more time for programs, but none for two owners, and none beyond a bound', () => {
    expect([slownessOf(0, 2), slownessOf(4, 2), slownessOf(12, 2), slownessOf(500, 2)]).toEqual([1, 1, 3, 5]);
    const stop: Fault = { type: 'stop', nodes: ['lb1'] };
    expect(limitsFor(stop, { ...base, slowness: 3 }).gap).toBe(3 * limitsFor(stop, base).gap);
    expect(limitsFor({ type: 'heal' }, { ...base, slowness: 5 }).double).toBe(DOUBLE);
    // Who starts no programs gets no more where only they are slow.
    expect(limitsFor(stop, { ...base, programs: 3 }).gap).toBe(limitsFor(stop, base).gap);
    const mixed: Circumstances = { ...base, pairing: 'ours-genuine' };
    expect(limitsFor(stop, { ...mixed, programs: 3 }).gap).toBeGreaterThan(2 * limitsFor(stop, mixed).gap);
    // The deadtime of ha.cf is the same on every machine.
    expect(limitsFor(powerOff, { ...base, slowness: 2 }).gap).toBeLessThan(timing.deadtime + 2000);
  });

  test('how slow programs are is measured', async () => {
    expect([programSlownessOf(5), programSlownessOf(60), programSlownessOf(10_000)]).toEqual([1, 2, 5]);
    const first = programSlowness();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const found of [first, programSlowness()]) {
      expect(found).toBeGreaterThanOrEqual(1);
      expect(found).toBeLessThanOrEqual(5);
    }
  });

  test('a start with a genuine node waits its ten seconds, one alone waits for initdead', () => {
    const start: Fault = { type: 'start', nodes: ['lb1', 'lb2'] };
    expect(limitsFor(start, base).first).toBeLessThan(5_000);
    expect(limitsFor(start, { ...base, pairing: 'genuine-ours' }).first).toBeGreaterThan(10_000);
    expect(limitsFor(start, { ...base, alone: true }).first).toBeGreaterThan(timing.initdead);
  });
});

describe('numbered messages', () => {
  test('each once, in any order, is right', () => {
    expect(countingErrors([2, 1, 3], 3)).toEqual([]);
  });

  test('missing, repeated and strange numbers are told', () => {
    expect(countingErrors([1, 3, 3, 9], 4)).toEqual([
      'never arrived: 2 4',
      'arrived more than once: 3',
      'nobody sent: 9',
    ]);
    expect(countingErrors([], 2)).toEqual(['never arrived: 1 2']);
  });

  test('any deviation is found', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }), (arrived) => {
        const right = [...arrived].sort((a, b) => a - b).join() === '1,2,3,4,5';
        expect(countingErrors(arrived, 5).length === 0).toBe(right);
      }),
    );
  });
});

describe('the catalogue', () => {
  test('every scenario has a name of its own, and every expectation a word for each address', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    for (const { steps } of SCENARIOS) {
      for (const { then } of steps) {
        for (const pairing of then === undefined ? [] : PAIRINGS) {
          expect(endFor(then ?? '', pairing).owners.split(' ')).toHaveLength(ADDRESSES.length);
        }
      }
    }
  });

  test('every excuse names its reference, and excuses ours only where all implementations shall do the same', () => {
    for (const { because, pairings } of SCENARIOS.flatMap(({ steps }) => steps.flatMap(({ allow }) => allow ?? []))) {
      if (because === LOST_PROBES) continue;
      expect(because).toMatch(/^heartbeat reference \d/);
      if (because !== 'heartbeat reference 2.6') expect(pairings).not.toContain('ours-ours');
    }
  });

  test.each(SCENARIOS.map((scenario): [string, Scenario] => [scenario.name, scenario]))(
    '%s: each directive of ha.cf once, intervals in proportion',
    (_, scenario) => {
      const directives = haCfOf(scenario)
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]);
      expect(new Set(directives).size).toBe(directives.length);
      const { keepalive, deadtime, initdead } = timingOf(scenario);
      expect(keepalive).toBeGreaterThan(0);
      expect(deadtime).toBeGreaterThan(2 * keepalive);
      expect(initdead).toBeGreaterThanOrEqual(2 * deadtime);
      for (const node of nodesOf(scenario)) expect(implementationOf('ours-genuine', node)).toMatch(/ours|genuine/);
    },
  );

  test('a pattern chooses scenarios, a list chooses pairings, and a scenario may know its own', () => {
    const [scenario] = SCENARIOS;
    if (scenario === undefined) throw new Error('no scenario');
    const only: Scenario = { ...scenario, name: 'only ours', pairings: ['ours-ours'] };
    expect(runsOf([scenario], undefined)).toHaveLength(PAIRINGS.length);
    expect(runsOf([scenario], undefined, ['ours-genuine'])).toEqual([{ scenario, pairing: 'ours-genuine' }]);
    expect(runsOf([scenario, only], 'ONLY o')).toEqual([{ scenario: only, pairing: 'ours-ours' }]);
    expect(runsOf([scenario], 'no such thing')).toEqual([]);
  });
});
