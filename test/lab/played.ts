/** Runs of the scenario matrix as tests: several labs side by side, one test for each. */
import { playAll, type Result, type Run } from '../../lib/lab/scenario/matrix.js';
import { findingLines, gradeOf } from '../../lib/lab/scenario/report.js';
import { prepareRun } from '../../lib/platform/exec.js';

/** What a failed run has to say: the findings, then the logs. */
const story = (result: Result): string => [...findingLines(result), 'broken' in result ? '' : result.logs].join('\n');

const TITLE = 'faults';

/** Whether scripts/test.mjs wants this run, which may be about those only that have failed. */
const isWanted = ({ pairing, scenario }: Run): boolean => {
  const names = process.env.HA_SUITE_TEST_NAMES;
  return names === undefined || JSON.parse(names).includes(`${TITLE} ${pairing}: ${scenario.name}`);
};

/** A test for each run; they are played `jobs` at a time from the first test on. */
export const describeRuns = (runs: readonly Run[], jobs: number): void => {
  describe(TITLE, () => defineTests(runs, jobs));
};

const defineTests = (runs: readonly Run[], jobs: number): void => {
  const ended = new Map<Run, Result>();
  const waiting = new Map<Run, (result: Result) => void>();
  beforeAll(async () => {
    // Plays go on between two tests, when jest lets nothing be loaded.
    await prepareRun();
    void playAll(runs.filter(isWanted), jobs, {
      onVoid: ({ scenario: { name }, pairing }, outcome, why) =>
        process.stderr.write(
          `${[`${pairing}: ${name}: void: ${why}; once more`, ...findingLines(outcome)].join('\n')}\n`,
        ),
      onEnd: (run, result) => {
        ended.set(run, result);
        waiting.get(run)?.(result);
      },
    });
  });
  const resultOf = (run: Run): Promise<Result> =>
    new Promise((resolve) => {
      const result = ended.get(run);
      if (result === undefined) waiting.set(run, resolve);
      else resolve(result);
    });
  test.each(runs.map((run): [string, string, Run] => [run.pairing, run.scenario.name, run]))(
    '%s: %s',
    async (_pairing, _name, run) => {
      const result = await resultOf(run);
      if (!['ok', 'known'].includes(gradeOf(result))) throw new Error(story(result));
    },
    // A run may be void twice.
    500_000,
  );
};
