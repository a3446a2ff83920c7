/** The results of a matrix as a table for people, and as data for machines. Pure. */
import type { Result } from './matrix.js';
import { type Finding, secondsText } from './verdict.js';

/** How a run ended: `known` broke a rule where the reference says that these implementations do. */
export type Grade = 'ok' | 'known' | 'failed' | 'broken';

export const gradeOf = (result: Result): Grade => {
  if ('broken' in result) return 'broken';
  if (result.violations.length > 0) return 'failed';
  return result.known.length > 0 ? 'known' : 'ok';
};

/** Whether the whole matrix is as it should be. */
export const allGood = (results: readonly Result[]): boolean =>
  results.length > 0 && results.every((result) => ['ok', 'known'].includes(gradeOf(result)));

export type Paint = (text: string, grade: Grade | 'heading') => string;

const nameOf = (result: Result): string => ('broken' in result ? result.scenario.name : result.scenario);

const figures = (result: Result): readonly [string, string, string] =>
  'broken' in result
    ? ['', '', '']
    : [
        secondsText(result.longestGap),
        result.longestDouble === 0 ? '-' : secondsText(result.longestDouble),
        `${Math.round(result.duration / 1000)} s`,
      ];

const findingLine = ({ step, text, because }: Finding): string =>
  `    ${step}: ${text}${because === undefined ? '' : ` (${because})`}`;

/** What was found in one run, one line each; empty when all is well. */
export const findingLines = (result: Result): readonly string[] =>
  'broken' in result
    ? [`    the lab broke: ${result.broken}`]
    : [...result.violations, ...result.known].map(findingLine);

/** A row for each run, with what was found below it. */
export const tableText = (results: readonly Result[], paint: Paint): string => {
  const width = Math.max(8, ...results.map((result) => nameOf(result).length));
  const heading = `${'scenario'.padEnd(width)}  ${'lb1-lb2'.padEnd(15)}  ${'result'.padEnd(6)}  ${'longest gap'.padStart(11)}  ${'two owners'.padStart(10)}  ${'took'.padStart(5)}`;
  const rows = results.flatMap((result) => {
    const grade = gradeOf(result);
    const [gap, double, took] = figures(result);
    return [
      `${nameOf(result).padEnd(width)}  ${result.pairing.padEnd(15)}  ${paint(grade.padEnd(6), grade)}  ${gap.padStart(11)}  ${double.padStart(10)}  ${took.padStart(5)}`,
      ...findingLines(result),
    ];
  });
  return [paint(heading, 'heading'), ...rows, ''].join('\n');
};

/** The results without the observations behind them. */
export const resultsForMachines = (results: readonly Result[]): readonly object[] =>
  results.map((result) => {
    const { pairing } = result;
    const common = { scenario: nameOf(result), pairing, result: gradeOf(result) };
    if ('broken' in result) return { ...common, broken: result.broken };
    const { longestGap, longestDouble, duration, violations, known } = result;
    return { ...common, longestGap, longestDouble, duration: Math.round(duration), violations, known };
  });
