/** One line of a benchmark: what was measured here, beside the genuine program and the budget. */

export interface BenchRow {
  readonly what: string;
  readonly unit: 's' | 'ms' | '%' | 'MiB';
  readonly ours: number;
  /** The genuine program in the same run; undefined: not measured. */
  readonly genuine: number | undefined;
  /** Upper limit of the design; undefined: none. */
  readonly budget: number | undefined;
}

const number = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(value < 10 ? 3 : 1));

/** The rows as a table for people. */
export const printRows = (rows: readonly BenchRow[]): string =>
  rows
    .map(({ what, unit, ours, genuine, budget }) => {
      const ratio = genuine === undefined ? '' : `  ${(genuine / ours).toFixed(1)}x`;
      const verdict = budget === undefined ? '' : ours <= budget ? '  within' : '  OVER';
      return `${what}: ours ${number(ours)} ${unit}, genuine ${number(genuine)}${ratio}, budget ${number(budget)}${verdict}`;
    })
    .join('\n');
