/** Watches from outside who has an address: the kernel's own announcements on every host, not samples. */
import type { Host } from './host.js';
import type { Running } from './inside.js';
import { longestDoubleOwnership, type OwnershipChange, ownersAt } from './ownership.js';

export interface AddressWatch {
  /** All changes of an address (without prefix length) so far. */
  readonly history: (address: string) => readonly OwnershipChange[];
  /** The hosts that have the address now. */
  readonly owners: (address: string) => readonly string[];
  /** The longest time in milliseconds with several owners since `from` (wall clock) until now, or until `to`. */
  readonly longestDouble: (address: string, from: number, to?: number) => number;
  readonly close: () => Promise<void>;
}

/** One line of `ip -o -ts monitor address`, e.g. `[2026-01-31T10:00:00.123456] Deleted 2: eth0    inet 10.0.0.1/8 …`. */
const LINE = /^\[([^\]]+)\]\s*(Deleted )?\d+: \S+\s+inet6? ([0-9a-f.:]+)/;

/** What a line of the monitor says; undefined for everything that is not about an address. */
export const parseMonitorLine = (
  line: string,
): { readonly at: number; readonly owns: boolean; readonly address: string } | undefined => {
  const match = LINE.exec(line);
  const [, time = '', deleted, address] = match ?? [];
  if (address === undefined) return undefined;
  // ip prints local time without a zone; Date.parse takes it as such, and keeps milliseconds.
  return { at: Date.parse(time), owns: deleted === undefined, address };
};

/** Starts watching all addresses of the hosts; addresses that are there already count from now on. */
export const watchAddresses = async (hosts: readonly Host[]): Promise<AddressWatch> => {
  const histories = new Map<string, OwnershipChange[]>();
  const add = (address: string, change: OwnershipChange): void => {
    histories.set(address, [...(histories.get(address) ?? []), change]);
  };
  const monitors: Running[] = hosts.map((host) => {
    const monitor = host.start(['ip', '-o', '-ts', 'monitor', 'address']);
    monitor.onLine((line) => {
      const change = parseMonitorLine(line);
      if (change !== undefined) add(change.address, { at: change.at, owns: change.owns, host: host.name });
    });
    return monitor;
  });
  for (const host of hosts) {
    const listing = await host.get(['ip', '-o', 'address', 'show']);
    for (const [, address = ''] of listing.matchAll(/inet6? ([0-9a-f.:]+)/g)) {
      add(address, { at: Date.now(), host: host.name, owns: true });
    }
  }
  const history = (address: string): readonly OwnershipChange[] => histories.get(address) ?? [];
  return {
    history,
    owners: (address) => ownersAt(history(address), Date.now()),
    longestDouble: (address, from, to = Date.now()) => longestDoubleOwnership(history(address), from, to),
    close: async () => {
      await Promise.all(monitors.map((monitor) => monitor.stop('SIGKILL')));
    },
  };
};
