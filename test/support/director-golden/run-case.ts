/** Replays a recorded case in private network, mount, pid and uts namespaces. */
import { createKernel } from './kernel.js';
import { inNamespace } from './namespace.js';
import type { Order, Outcome } from './replay.js';
import type { RecordedCase } from './scenario.js';

/** A case that hangs is ended. */
const LONGEST_CASE = 100_000;

const change = /^(?:\/run\/cap\/ipvsadm\.real) (-[AEDade] .*)$/;

/** Changes that a step makes to the table by hand. */
const byHand = (command: string | undefined): readonly (readonly string[])[] =>
  (command ?? '').split(';').flatMap((part) => {
    const words = change.exec(part.trim())?.[1];
    return words === undefined ? [] : [words.split(' ')];
  });

/** The table after each step, worked out from the commands that were recorded. */
export const recordedTables = ({ scenario, calls }: RecordedCase): readonly (readonly string[])[] => {
  const kernel = createKernel();
  return scenario.steps.map((step, index) => {
    for (const argv of byHand(step.sh)) kernel.run(argv, '');
    for (const call of calls) if (call.step === index + 1) kernel.run(call.argv, '');
    return kernel.lines();
  });
};

export interface ReplayOptions {
  readonly program: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly expected?: readonly (readonly string[])[];
  readonly longestPause?: number;
}

/** Rejects when the case could not be played to its end. */
export const runCase = async (recorded: RecordedCase, options: ReplayOptions): Promise<Outcome> => {
  const order: Order = {
    scenario: recorded.scenario,
    config: recorded.config,
    program: options.program,
    env: { ...recorded.scenario.env, ...options.env },
    expected: options.expected ?? recordedTables(recorded),
    longestPause: options.longestPause ?? 1500,
  };
  return (await inNamespace('replay.js', order, LONGEST_CASE)) as Outcome;
};
