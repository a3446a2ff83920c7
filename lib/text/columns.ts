/** Rows as aligned columns. */

/** Each cell as wide as the widest of its column; nothing stands at the end of a line. `between` separates columns. */
export const columns = (rows: readonly (readonly string[])[], between = '  '): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(between)
      .trimEnd(),
  );
};
