/** One line of a benchmark: what was measured here, beside the genuine program and the budget. */

export interface BenchRow {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** The genuine program in the same run; undefined: not measured. */
  readonly genuine: number | undefined;
  /** Upper limit of the design; undefined: none. */
  readonly budget: number | undefined;
}

/** Whether a row keeps its budget; undefined when it has none. What could not be measured is no success. */
export const withinBudget = ({ ours, budget }: BenchRow): boolean | undefined =>
  budget === undefined ? undefined : ours <= budget;

const number = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(value < 10 ? 3 : 1));

/** How many times the genuine one is slower; nothing where a zero makes that senseless. */
const ratio = ({ ours, genuine }: BenchRow): string => {
  const times = (genuine ?? Number.NaN) / ours;
  return Number.isFinite(times) ? `${times.toFixed(1)}x` : '';
};

const VERDICT = { true: 'within', false: 'OVER', undefined: '' } as const;

const HEAD = ['what', 'ours', 'genuine', 'unit', 'genuine/ours', 'budget', ''];

/** The rows as a table for people: figures side by side, how many times the genuine one is slower, and the verdict. */
export const printRows = (rows: readonly BenchRow[]): string => {
  const cells = rows.map((row) => [
    row.what,
    number(row.ours),
    number(row.genuine),
    row.unit,
    ratio(row),
    row.budget === undefined ? '' : number(row.budget),
    VERDICT[`${withinBudget(row)}`],
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [HEAD, ...cells].map(line).join('\n');
};

/** How many budgets are kept, and which are not. */
export const summary = (rows: readonly BenchRow[]): string => {
  const limited = rows.filter((row) => withinBudget(row) !== undefined);
  const missed = limited.filter((row) => withinBudget(row) === false);
  const head = `${limited.length - missed.length} of ${limited.length} budgets kept`;
  if (missed.length === 0) return head;
  return [
    `${head}; missed:`,
    ...missed.map((row) => `  ${row.what}: ${number(row.ours)} ${row.unit}, budget ${row.budget}`),
  ].join('\n');
};
