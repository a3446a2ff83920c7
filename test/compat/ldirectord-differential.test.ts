/**
 * Generated configurations in generated worlds, played against the genuine ldirectord and ours at once: the same tables
 * when both have come to rest, the same changes, log lines, answers on the command line and calls of scripts.
 *
 * HA_SUITE_DIFFERENTIAL_SEED, _RUNS and _EVENTS (most things that happen in a case) choose other cases; a failure names
 * what it takes to play its case again, HA_SUITE_DIFFERENTIAL_ONLY its number. A case that differs is played a second time,
 * with the machine to itself: a check that came too late on a busy machine is no difference.
 */
import { existsSync } from 'node:fs';
import type { CaseResult } from '../support/director-differential/lane.js';
import { playCases } from '../support/director-differential/run-lanes.js';
import { generateCases, type WorldCase } from '../support/director-differential/world.js';

const GENUINE = '/usr/sbin/ldirectord';
const setting = (name: string, otherwise: number): number =>
  Number(process.env[`HA_SUITE_DIFFERENTIAL_${name}`] ?? otherwise);
const SEED = setting('SEED', 4);
const RUNS = setting('RUNS', 100);
const EVENTS = setting('EVENTS', 2);
const ONLY = setting('ONLY', -1);
const LANES = 10;
/** Each case gets minutes, although most take seconds. */
const LONGEST = 60_000 * (10 + RUNS);

const generated = generateCases(SEED, RUNS, EVENTS);
const cases = ONLY >= 0 ? generated.slice(ONLY, ONLY + 1) : generated;

const playTwiceIfNeeded = async (): Promise<readonly CaseResult[]> => {
  const first = await playCases(cases, LANES);
  const results: CaseResult[] = [];
  for (const result of first) {
    const world = cases[result.index];
    const again = result.trouble === undefined || world === undefined ? [] : await playCases([world], 1);
    results.push(again[0] === undefined ? result : { ...again[0], index: result.index });
  }
  return results;
};

const story = (world: WorldCase | undefined): string =>
  JSON.stringify({ before: world?.before, events: world?.events }, null, 1);

describe('generated configurations', () => {
  let results: readonly CaseResult[] = [];

  beforeAll(async () => {
    expect(existsSync(GENUINE)).toBe(true);
    expect(process.getuid?.()).toBe(0);
    results = await playTwiceIfNeeded();
  }, LONGEST);

  test.each(cases.map((_, index) => (ONLY >= 0 ? ONLY : index)))(`seed ${SEED}, case %i`, (number) => {
    const index = ONLY >= 0 ? 0 : number;
    const trouble = results[index]?.trouble;
    const again = `HA_SUITE_DIFFERENTIAL_SEED=${SEED} _RUNS=${RUNS} _EVENTS=${EVENTS} _ONLY=${number}`;
    const found =
      trouble === undefined
        ? undefined
        : {
            again,
            step: trouble.step,
            differences: trouble.differences,
            config: cases[index]?.config,
            story: story(cases[index]),
          };
    expect(found).toBeUndefined();
    expect(results[index]?.steps).toBe(expectedSteps(cases[index]));
  });
});

/** Start, what happens, stop; two for what is told in two steps. */
const expectedSteps = (world: WorldCase | undefined): number => 2 + (world?.events ?? []).length;

describe('the run itself', () => {
  const sample = generated.slice(0, 3);

  test(
    'genuine beside genuine: no difference, and no rule is needed',
    async () => {
      const results = await playCases(sample, 3, { ours: [GENUINE] });
      expect(results.map(({ trouble, used }) => ({ trouble, used }))).toEqual(
        sample.map(() => ({ trouble: undefined, used: [] })),
      );
    },
    LONGEST,
  );

  test(
    'a program that forwards otherwise is found out',
    async () => {
      const world = generated.find(({ config }) => / masq/.test(config.split('virtual=10.9.9.9')[0] ?? ''));
      const liar = `sed -i '/pulse/!s/masq/ipip/' /etc/ha.d/test.cf; exec ${GENUINE} "$@"`;
      const results = await playCases(world === undefined ? [] : [world], 1, {
        ours: ['/bin/sh', '-c', liar, 'ldirectord'],
      });
      expect(results.map(({ trouble }) => trouble?.step)).toEqual(['start']);
      expect(results[0]?.trouble?.differences.map(({ what }) => what)).toContain('table');
    },
    LONGEST,
  );
});
