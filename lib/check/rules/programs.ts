/** Programs that the files name: ldirectord and the monitors run them only when it matters, so their absence is told of now. */
import type { Diagnostic, Position } from '../../config/diagnostic.js';
import type { SuiteConfig } from '../../config/suite.js';
import type { DirectorConfig } from '../../ldirectord/config/model.js';
import { splitCommandLine } from '../../ldirectord/shell-line.js';
import type { Facts, Rule } from '../facts.js';
import { directorDirective, found } from '../finding.js';

/** A program that a directive names. */
interface Named {
  readonly program: string;
  readonly directive: string;
  /** The virtual that has the directive; undefined: the whole file. */
  readonly at: Position | undefined;
  /** A script that an interpreter reads need not be executable. */
  readonly isScript?: boolean;
}

/** The first word of a line; undefined when only a shell can tell. */
const firstWord = (line: string): string | undefined => {
  const split = splitCommandLine(line);
  return split.kind === 'words' ? split.words[0] : undefined;
};

/** Every program that an ldirectord.cf names. */
export const programsOf = ({ virtuals, callback }: DirectorConfig): readonly Named[] => [
  ...virtuals.flatMap(({ at, checkType: { kind }, checkCommand, fallbackCommand }): readonly Named[] => {
    const fallback = fallbackCommand === undefined ? undefined : firstWord(fallbackCommand);
    return [
      ...(kind === 'external' ? [{ program: checkCommand, directive: 'checkcommand', at }] : []),
      ...(kind === 'external-perl' ? [{ program: checkCommand, directive: 'checkcommand', at, isScript: true }] : []),
      ...(fallback === undefined ? [] : [{ program: fallback, directive: 'fallbackcommand', at }]),
    ];
  }),
  ...(callback === undefined ? [] : [{ program: callback, directive: 'callback', at: undefined }]),
];

/** Every program that the monitors of ha-suite.ini run. */
export const programsOfMonitors = ({ monitors }: SuiteConfig): readonly string[] =>
  monitors.flatMap(({ probe }) => (probe.kind === 'command' ? (probe.argv[0] ?? []) : []));

const CONSEQUENCE: Readonly<Record<string, string>> = {
  checkcommand: 'the check fails each time, and all real servers of this virtual stay out of the table.',
  fallbackcommand: 'what is to happen when all real servers are down does not happen.',
  callback: 'a changed file is not copied to the other node, which then serves something else.',
};

/** What is wrong with a program; undefined: nothing. */
const problemOf = (program: string, isScript: boolean, { machine }: Facts): string | undefined => {
  const status = machine.files.get(program);
  if (status === undefined) return `there is no ${program}`;
  if (status.kind !== 'file') return `${program} is not a file`;
  return isScript || status.executable ? undefined : `${program} is not executable`;
};

const fixFor = (problem: string, program: string): string =>
  problem.endsWith('not executable') ? `chmod 755 ${program}` : 'install it on both nodes, or correct the path.';

/** Programs of ldirectord.cf. */
export const programsOfDirectors: Rule = (facts) =>
  facts.directors.flatMap(({ path, config }) =>
    programsOf(config).flatMap(({ program, directive, at, isScript = false }): readonly Diagnostic[] => {
      const problem = problemOf(program, isScript, facts);
      if (problem === undefined) return [];
      const under = directorDirective(facts, at ?? { file: path, line: 1, column: 1 }, directive);
      return [
        found(facts, directive === 'checkcommand' ? 'error' : 'warning', under, {
          code: 'check/no-program',
          message: `${directive}: ${problem}`,
          why: CONSEQUENCE[directive] ?? 'it is not run.',
          fix: fixFor(problem, program),
        }),
      ];
    }),
  );

/** Programs of monitors. */
export const programsOfSuite: Rule = (facts) => {
  const { path, config } = facts.suite;
  const lines = facts.sources.get(path)?.lines ?? [];
  return programsOfMonitors(config).flatMap((program) => {
    const problem = problemOf(program, false, facts);
    if (problem === undefined) return [];
    const index = Math.max(
      0,
      lines.findIndex((line) => /^\s*command\s*=/.test(line) && line.includes(program)),
    );
    const column = Math.max(0, (lines[index] ?? '').indexOf(program)) + 1;
    return [
      found(
        facts,
        'error',
        { value: program, at: { file: path, line: index + 1, column } },
        {
          code: 'check/no-program',
          message: `command: ${problem}`,
          why: 'the monitor fails each time, and the node hands over its resources without need.',
          fix: fixFor(problem, program),
        },
      ),
    ];
  });
};
