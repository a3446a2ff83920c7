/** Instants as they are said on the command line. */

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The wall-clock instant, in milliseconds, of `90s`, `15m`, `2h`, `3d` (so long before `now`), or of a date and time such as
 * `2026-11-27 20:15`; undefined: it cannot be understood.
 */
export const sinceInstant = (text: string, now: number): number | undefined => {
  const [, number, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (number !== undefined) return now - Number(number) * (UNITS[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};
