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

const verdict = ({ ours, budget }: BenchRow): string =>
  budget === undefined ? '' : ours <= budget ? 'within' : 'OVER';

const HEAD = ['what', 'ours', 'genuine', 'unit', 'genuine/ours', 'budget', ''];

/** The rows as a table for people: figures side by side, how many times the genuine one is slower, and the verdict. */
export const printRows = (rows: readonly BenchRow[]): string => {
  const cells = rows.map((row) => [
    row.what,
    number(row.ours),
    number(row.genuine),
    row.unit,
    row.genuine === undefined ? '' : `${(row.genuine / row.ours).toFixed(1)}x`,
    row.budget === undefined ? '' : number(row.budget),
    verdict(row),
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [HEAD, ...cells].map(line).join('\n');
};
