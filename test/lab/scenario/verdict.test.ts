/** The checker of the scenarios: it must complain about every rule that a history breaks, and about nothing else. */
import fc from 'fast-check';
import type { OwnershipChange } from '../../../lib/lab/ownership.js';
import type { Allowance } from '../../../lib/lab/scenario/model.js';
import type { AddressRecord, Apart, Observations, Phase } from '../../../lib/lab/scenario/record.js';
import { judge, ownersMatch, type Verdict, whyVoid } from '../../../lib/lab/scenario/verdict.js';

const ADDRESS = '10.0.0.100';
const LIMITS = { gap: 300, evidence: 0, double: 500, first: 2000, end: 10_000 };

/** Ownership in short: `['lb1', 0, 5000]` is lb1 from 0 to 5000; without an end it has the address for ever. */
type Owned = readonly [host: string, from: number, to?: number];

const changesOf = (owned: readonly Owned[]): readonly OwnershipChange[] =>
  owned.flatMap(([host, from, to]) => [
    { at: from, host, owns: true },
    ...(to === undefined ? [] : [{ at: to, host, owns: false }]),
  ]);

/** An answer every 20 ms from whoever has the address; from the first named when several have it. */
const answersOf = (owned: readonly Owned[], until: number): AddressRecord['answers'] =>
  Array.from({ length: until / 20 }, (_, index) => index * 20).flatMap((at) => {
    const owner = owned.find(([, from, to = Infinity]) => from <= at && at < to);
    return owner === undefined ? [] : [{ at, host: owner[0] }];
  });

const phase = (expected: string, more: Partial<Phase> = {}): Phase => ({
  label: 'the step',
  from: 1000,
  to: 10_000,
  took: 100,
  expected,
  still: false,
  slowness: 1,
  limits: LIMITS,
  allow: [],
  ...more,
});

const observe = (owned: readonly Owned[], more: Partial<Observations> = {}): Observations => ({
  addresses: [{ address: ADDRESS, changes: changesOf(owned), answers: answersOf(owned, 10_000) }],
  control: [],
  heard: [],
  apart: [],
  phases: [phase('lb1')],
  ...more,
});

const texts = ({ violations }: Verdict): readonly string[] => violations.map(({ text }) => text);

describe('one owner all the time', () => {
  test('is what a cluster is for', () => {
    expect(judge(observe([['lb1', 0]]), 'ours-ours')).toEqual({
      violations: [],
      known: [],
      longestGap: 20,
      longestDouble: 0,
      longestStall: 0,
      busiest: 1,
    });
  });

  test('a clean hand-over within the limit is fine, and its gap is told', () => {
    const verdict = judge(
      observe(
        [
          ['lb1', 0, 3000],
          ['lb2', 3200],
        ],
        { phases: [phase('lb2')] },
      ),
      'ours-ours',
    );
    expect(verdict.violations).toEqual([]);
    expect(verdict.longestGap).toBe(220);
  });
});

describe('two owners', () => {
  const both: readonly Owned[] = [
    ['lb1', 0],
    ['lb2', 2000, 4000],
  ];

  test('while the nodes hear each other: complained about, with the length', () => {
    const verdict = judge(observe(both), 'ours-ours');
    expect(texts(verdict)).toEqual([`${ADDRESS} had two owners that hear each other for 2.00 s, limit 0.50 s`]);
    expect(verdict.longestDouble).toBe(2000);
  });

  test('while they do not hear each other: nobody can know', () => {
    const apart: Apart[] = [{ from: 1500, healed: 4000 }];
    expect(texts(judge(observe(both, { apart, heard: [{ at: 4100, by: 'lb1' }] }), 'ours-ours'))).toEqual([]);
  });

  test('the clock runs from the first packet heard, not from the repair of the cable', () => {
    const apart: Apart[] = [{ from: 1500, healed: 2500 }];
    const judged = (heardAt: number): Verdict =>
      judge(
        observe(both, {
          apart,
          heard: [
            { at: 2400, by: 'lb2' },
            { at: heardAt, by: 'lb1' },
          ],
        }),
        'ours-ours',
      );
    expect(judged(3600)).toMatchObject({ violations: [], longestDouble: 400 });
    expect(judged(3400)).toMatchObject({ longestDouble: 600, violations: [{ step: 'the step' }] });
  });

  test('after the silence of one node, its own voice counts', () => {
    const apart: Apart[] = [{ from: 1500, healed: 2000, voice: 'lb2' }];
    const heard = [
      { at: 2100, by: 'lb2', from: 'lb1' },
      { at: 3700, by: 'lb1', from: 'lb2' },
    ];
    expect(judge(observe(both, { apart, heard }), 'ours-ours').longestDouble).toBe(300);
  });

  test('what was never repaired is never held against them', () => {
    expect(texts(judge(observe(both, { apart: [{ from: 1500 }] }), 'ours-ours'))).toEqual([]);
  });

  test('before the silence it counts as well', () => {
    expect(judge(observe(both, { apart: [{ from: 3000 }] }), 'ours-ours').longestDouble).toBe(1000);
  });

  test('in the end: complained about even when it has just begun', () => {
    const verdict = judge(
      observe([
        ['lb1', 0],
        ['lb2', 9900],
      ]),
      'ours-ours',
    );
    expect(texts(verdict)).toEqual([`${ADDRESS} is with lb1+lb2 in the end, expected: lb1`]);
  });
});

describe('no owner', () => {
  test('longer than the limit: complained about', () => {
    const verdict = judge(
      observe([
        ['lb1', 0, 3000],
        ['lb1', 5000],
      ]),
      'ours-ours',
    );
    expect(texts(verdict)).toEqual([`${ADDRESS} did not answer for 2.02 s, limit 0.30 s`]);
  });

  test('an owner that clients cannot reach is none', () => {
    const record: AddressRecord = {
      address: ADDRESS,
      changes: changesOf([['lb1', 0]]),
      answers: answersOf(
        [
          ['lb1', 0, 3000],
          ['lb1', 4000],
        ],
        10_000,
      ),
    };
    expect(texts(judge(observe([], { addresses: [record] }), 'ours-ours'))).toEqual([
      `${ADDRESS} did not answer for 1.02 s, limit 0.30 s`,
    ]);
  });

  test('silence up to the end is found', () => {
    const verdict = judge(observe([['lb1', 0, 9000]]), 'ours-ours');
    expect(texts(verdict)).toEqual([
      `${ADDRESS} did not answer for 1.02 s, limit 0.30 s`,
      `${ADDRESS} is with nobody in the end, expected: lb1`,
    ]);
  });

  test('where nobody shall have it, silence is right and an owner is wrong', () => {
    expect(texts(judge(observe([['lb1', 0, 2000]], { phases: [phase('-')] }), 'ours-ours'))).toEqual([]);
    expect(texts(judge(observe([['lb1', 0]], { phases: [phase('-')] }), 'ours-ours'))).toEqual([
      `${ADDRESS} is with lb1 in the end, expected: -`,
    ]);
  });

  test('an address that was not served before has its own limit, up to the first answer', () => {
    expect(texts(judge(observe([['lb1', 2500]]), 'ours-ours'))).toEqual([]);
    expect(texts(judge(observe([['lb1', 3500]]), 'ours-ours'))).toEqual([
      `${ADDRESS} answered first after 2.50 s, limit 2.00 s`,
    ]);
    expect(texts(judge(observe([]), 'ours-ours'))[0]).toBe(`${ADDRESS} answered first after for ever, limit 2.00 s`);
  });
});

describe('a machine that stands still', () => {
  const every20 = Array.from({ length: 500 }, (_, index) => index * 20);
  const paused: readonly Owned[] = [
    ['lb1', 0, 3000],
    ['lb1', 4000],
  ];
  const judged = (control: readonly number[]): readonly string[] =>
    texts(judge(observe(paused, { control }), 'ours-ours'));

  test('is not the fault of the cluster: a host that nothing happens to was silent as well', () => {
    expect(judged(every20.filter((at) => at < 3000 || at >= 3900))).toEqual([]);
  });

  test('excuses only as much as it explains', () => {
    expect(judged(every20)).toHaveLength(1);
    expect(judged(every20.filter((at) => at < 3000 || at >= 3500))).toEqual([
      `${ADDRESS} did not answer for 1.02 s, limit 0.30 s (and the machine stood still for 0.52 s)`,
    ]);
  });

  test('a survivor that stood still itself may wait for fresh evidence, one that did not may not', () => {
    const step = phase('lb1', { limits: { ...LIMITS, evidence: 2000 } });
    const lateBy = (control: readonly number[]): readonly string[] =>
      texts(
        judge(
          observe(
            [
              ['lb1', 0, 3000],
              ['lb1', 5500],
            ],
            { control, phases: [step] },
          ),
          'ours-ours',
        ),
      );
    expect(lateBy(every20.filter((at) => at < 3000 || at >= 3400))).toEqual([]);
    expect(lateBy(every20)).toHaveLength(1);
  });

  test('makes a play void when a rule was broken in it, as do too much load and a lost message; a good play counts', () => {
    const still = every20.filter((at) => at < 3000 || at >= 3600);
    const why = (owned: readonly Owned[], control: readonly number[], slowness = 1, logs = ''): string | undefined =>
      whyVoid({ ...judge(observe(owned, { control, phases: [phase('lb1', { slowness })] }), 'ours-ours'), logs });
    const broken: readonly Owned[] = [
      ['lb1', 0, 3000],
      ['lb1', 5000],
    ];
    expect(why(broken, still)).toBe('the machine stood still for 0.62 s');
    expect(why(broken, every20, 3.5)).toBe('the machine was 3.5 times as slow as it should be');
    expect(why(broken, every20, 1, 'ERROR: msg2string: Message with zero fields')).toMatch(/^a genuine daemon lost/);
    expect(why(broken, every20, 3, 'ERROR')).toBeUndefined();
    expect(why([['lb1', 0]], still, 5, 'msg2string: Message with zero fields')).toBeUndefined();
  });
});

describe('what should happen', () => {
  test('the wrong owner in the end is complained about', () => {
    expect(texts(judge(observe([['lb1', 0]], { phases: [phase('lb2')] }), 'ours-ours'))).toEqual([
      `${ADDRESS} is with lb1 in the end, expected: lb2`,
    ]);
  });

  test('an end that never came is complained about', () => {
    const { took: _, ...unfinished } = phase('lb1');
    expect(texts(judge(observe([['lb1', 0]], { phases: [unfinished] }), 'ours-ours'))).toEqual([
      'everything at rest after for ever, limit 10.00 s',
    ]);
  });

  test('a move where nothing may move is complained about, however short', () => {
    const owned: readonly Owned[] = [
      ['lb1', 0, 3000],
      ['lb2', 3000, 3040],
      ['lb1', 3040],
    ];
    expect(texts(judge(observe(owned), 'ours-ours'))).toEqual([]);
    expect(texts(judge(observe(owned, { phases: [phase('lb1', { still: true })] }), 'ours-ours'))).toEqual([
      `${ADDRESS} moved although nothing should: -lb1, +lb2, -lb2, +lb1`,
    ]);
  });

  test('an answer from a host that is not known to have the address is complained about', () => {
    const record: AddressRecord = {
      address: ADDRESS,
      changes: changesOf([['lb1', 0]]),
      answers: [...answersOf([['lb1', 0]], 5000), { at: 5000, host: 'lb2' }, ...answersOf([['lb1', 0]], 9980)].sort(
        (a, b) => a.at - b.at,
      ),
    };
    expect(texts(judge(observe([], { addresses: [record] }), 'ours-ours'))).toEqual([
      `${ADDRESS} was answered by lb2, which does not have it`,
    ]);
  });

  test('each address has its own expectation', () => {
    const addresses = [
      { address: 'A', changes: changesOf([['lb1', 0]]), answers: answersOf([['lb1', 0]], 10_000) },
      { address: 'B', changes: changesOf([['lb2', 0]]), answers: answersOf([['lb2', 0]], 10_000) },
    ];
    expect(texts(judge(observe([], { addresses, phases: [phase('lb1 lb2')] }), 'ours-ours'))).toEqual([]);
    expect(texts(judge(observe([], { addresses, phases: [phase('lb2 lb2')] }), 'ours-ours'))).toEqual([
      'A is with lb1 in the end, expected: lb2',
    ]);
  });

  test.each([
    [[], '-', true],
    [['lb1'], '-', false],
    [['lb1'], '?', true],
    [['lb1', 'lb2'], '?', false],
    [[], '?', false],
    [['lb2', 'lb1'], 'lb1+lb2', true],
    [['lb1'], 'lb1+lb2', false],
    [['lb1', 'lb2'], '*', true],
  ])('owners %j against %s: %s', (owners, word, expected) => {
    expect(ownersMatch(owners, word)).toBe(expected);
  });
});

describe('a known behaviour', () => {
  const allow: readonly Allowance[] = [
    { rule: 'double', upTo: 3000, pairings: ['genuine-genuine'], because: 'heartbeat reference 5.6' },
  ];
  const owned: readonly Owned[] = [
    ['lb1', 0],
    ['lb2', 2000, 4000],
  ];
  const judged = (pairing: 'genuine-genuine' | 'ours-ours', allowed = allow): Verdict =>
    judge(observe(owned, { phases: [phase('lb1', { allow: allowed })] }), pairing);

  test('of these implementations is told with its reference and is no violation', () => {
    expect(judged('genuine-genuine')).toMatchObject({
      violations: [],
      known: [{ because: 'heartbeat reference 5.6' }],
    });
  });

  test('excuses no other pairing, no other rule, and nothing worse', () => {
    expect(judged('ours-ours').violations).toHaveLength(1);
    expect(judged('genuine-genuine', [{ ...(allow[0] as Allowance), rule: 'gap' }]).violations).toHaveLength(1);
    expect(judged('genuine-genuine', [{ ...(allow[0] as Allowance), upTo: 1999 }]).violations).toHaveLength(1);
  });
});

describe('any history', () => {
  const ownership = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 9999 }), host: fc.constantFrom('lb1', 'lb2'), owns: fc.boolean() }),
  );
  const judgeChanges = (changes: readonly OwnershipChange[], apart: readonly Apart[], heard: Observations['heard']) =>
    judge(
      { addresses: [{ address: ADDRESS, changes, answers: [] }], control: [], heard, apart, phases: [phase('*')] },
      'ours-ours',
    );

  test('a silence never makes double ownership longer, and a silence all the time leaves none', () => {
    fc.assert(
      fc.property(ownership, fc.nat(9999), fc.nat(9999), (changes, from, healed) => {
        const heard = [{ at: healed, by: 'lb1' }];
        const without = judgeChanges(changes, [], heard).longestDouble;
        expect(judgeChanges(changes, [{ from, healed }], heard).longestDouble).toBeLessThanOrEqual(without);
        expect(judgeChanges(changes, [{ from: 0 }], heard).longestDouble).toBe(0);
      }),
    );
  });

  test('two owners are complained about exactly when they last longer than allowed', () => {
    fc.assert(
      fc.property(ownership, (changes) => {
        const verdict = judgeChanges(changes, [], []);
        const complained = texts(verdict).some((text) => text.includes('two owners'));
        expect(complained).toBe(verdict.longestDouble > LIMITS.double);
      }),
    );
  });
});
