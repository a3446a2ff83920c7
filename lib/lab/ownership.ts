/** The history of who had an address, and what follows from it: gaps without an owner, times with two. Pure. */

/** An address appeared on a host, or went away; `at` is wall clock in milliseconds. */
export interface OwnershipChange {
  readonly at: number;
  readonly host: string;
  readonly owns: boolean;
}

/** A time with a constant set of owners, from `from` (inclusive) to `to` (exclusive). */
export interface OwnershipPeriod {
  readonly from: number;
  readonly to: number;
  readonly owners: readonly string[];
}

/** Cuts the time from `from` to `to` into periods with the same owners. Changes may come in any order. */
export const ownershipPeriods = (
  changes: readonly OwnershipChange[],
  from: number,
  to: number,
): readonly OwnershipPeriod[] => {
  const owners = new Set<string>();
  const periods: OwnershipPeriod[] = [];
  let start = from;
  const closeAt = (end: number): void => {
    if (end > start) periods.push({ from: start, to: end, owners: [...owners].sort() });
    start = Math.max(start, end);
  };
  for (const { at, host, owns } of [...changes].sort((a, b) => a.at - b.at)) {
    if (at > to) break;
    if (owners.has(host) === owns) continue;
    closeAt(at);
    if (owns) owners.add(host);
    else owners.delete(host);
  }
  closeAt(to);
  return periods;
};

/** The longest uninterrupted time in milliseconds with two or more owners between two instants. */
export const longestDoubleOwnership = (changes: readonly OwnershipChange[], from: number, to: number): number => {
  const { longest } = ownershipPeriods(changes, from, to).reduce(
    (sum, period) => {
      const current = period.owners.length > 1 ? sum.current + period.to - period.from : 0;
      return { current, longest: Math.max(sum.longest, current) };
    },
    { current: 0, longest: 0 },
  );
  return longest;
};

/** Who owns the address at an instant. */
export const ownersAt = (changes: readonly OwnershipChange[], at: number): readonly string[] =>
  ownershipPeriods(changes, at - 1, at).at(-1)?.owners ?? [];
