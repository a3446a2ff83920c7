/** How long each address was without an answer, and how long two machines answered for it. */
import { type Millis, millis } from '../time.js';

export interface AddressAccount {
  readonly address: string;
  /** Altogether without an answer, and the longest time at a stretch. */
  readonly outage: Millis;
  readonly longest: Millis;
  /** Altogether with two owners or more that clients reach. */
  readonly double: Millis;
  /** Who answers in the end. */
  readonly owners: readonly string[];
}

interface Open {
  since: number;
  owners: readonly string[];
  outage: number;
  longest: number;
  double: number;
  /** How long nobody has answered until now. */
  gap: number;
}

export interface Accounts {
  /** From now on these nodes answer for an address. Instants never go backwards. */
  readonly note: (address: string, at: Millis, owners: readonly string[]) => void;
  /** The accounts up to this instant, in the order of the addresses. */
  readonly close: (at: Millis) => readonly AddressAccount[];
}

const settle = (open: Open, at: number): void => {
  const time = at - open.since;
  open.since = at;
  if (open.owners.length === 0) {
    open.outage += time;
    open.gap += time;
    open.longest = Math.max(open.longest, open.gap);
    return;
  }
  open.gap = 0;
  if (open.owners.length > 1) open.double += time;
};

/** Accounts that begin when the first owners of each address are noted. */
export const createAccounts = (addresses: readonly string[]): Accounts => {
  const opened = new Map<string, Open>();
  return {
    note: (address, at, owners) => {
      const open = opened.get(address);
      if (open === undefined) opened.set(address, { since: at, owners, outage: 0, longest: 0, double: 0, gap: 0 });
      else {
        settle(open, at);
        open.owners = owners;
      }
    },
    close: (at) =>
      addresses.flatMap((address) => {
        const open = opened.get(address);
        if (open === undefined) return [];
        settle(open, at);
        const { outage, longest, double, owners } = open;
        return [{ address, outage: millis(outage), longest: millis(longest), double: millis(double), owners }];
      }),
  };
};
