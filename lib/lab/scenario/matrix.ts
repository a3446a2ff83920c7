/** Plays many scenarios in many pairings, several side by side: a lab mostly waits. */
import { PAIRINGS, type Pairing, type Scenario } from './model.js';
import { type Outcome, play } from './play.js';
import { whyVoid } from './verdict.js';

export interface Run {
  readonly scenario: Scenario;
  readonly pairing: Pairing;
}

/** What became of a run: the checker's outcome, or why the lab itself broke. */
export type Result = Outcome | (Run & { readonly broken: string });

/** All runs whose scenario matches the pattern (a regular expression, any case), in the given pairings. */
export const runsOf = (
  scenarios: readonly Scenario[],
  pattern: string | undefined,
  pairings: readonly Pairing[] = PAIRINGS,
): readonly Run[] => {
  const wanted = pattern === undefined ? undefined : new RegExp(pattern, 'i');
  return scenarios
    .filter(({ name }) => wanted === undefined || wanted.test(name))
    .flatMap((scenario) =>
      pairings
        .filter((pairing) => scenario.pairings?.includes(pairing) ?? true)
        .map((pairing) => ({ scenario, pairing })),
    );
};

/** How often a run is played when the machine stands still in it again and again; the last one counts in any case. */
const TRIES = 3;

/** Starts are not in step: setting up a lab is the one thing that keeps the processors busy. */
const STAGGER = 700;

export interface MatrixListener {
  readonly onStep?: (run: Run, step: string) => void;
  /** A play that was void, and why. The run is played again. */
  readonly onVoid?: (run: Run, outcome: Outcome, why: string) => void;
  readonly onEnd?: (run: Run, result: Result) => void;
}

/** Plays a run until a play counts. */
const playOut = async (run: Run, { onStep, onVoid }: MatrixListener): Promise<Outcome> => {
  for (let tries = 1; ; tries += 1) {
    const outcome = await play(run.scenario, run.pairing, (step) => onStep?.(run, step));
    const why = whyVoid(outcome);
    if (tries === TRIES || why === undefined) return outcome;
    onVoid?.(run, outcome, why);
  }
};

/** Plays the runs, `jobs` at a time; the results come in the order of the runs. */
export const playAll = async (
  runs: readonly Run[],
  jobs: number,
  listener: MatrixListener = {},
): Promise<readonly Result[]> => {
  const results = new Map<Run, Result>();
  const waiting = [...runs];
  const worker = async (number: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, number * STAGGER));
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const current = run;
      const result = await playOut(current, listener).catch(
        (error: unknown): Result => ({ ...current, broken: error instanceof Error ? error.message : String(error) }),
      );
      results.set(current, result);
      listener.onEnd?.(current, result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, (_, number) => worker(number)));
  return runs.flatMap((run) => results.get(run) ?? []);
};
