/**
 * Watches from outside who has an address: the kernel's own announcements, not samples.
 *
 * One process on the switchboard hears all hosts that are plugged in there, so the changes of different hosts come in
 * their true order.
 */
import type { Host } from './host.js';
import { longestDoubleOwnership, type OwnershipChange, ownersAt } from './ownership.js';
import { until } from './until.js';

export interface AddressWatch {
  /** All changes of an address (without prefix length) so far. */
  readonly history: (address: string) => readonly OwnershipChange[];
  /** The hosts that have the address now. */
  readonly owners: (address: string) => readonly string[];
  /** The longest time in milliseconds with several owners since `from` (wall clock) until now, or until `to`. */
  readonly longestDouble: (address: string, from: number, to?: number) => number;
  readonly close: () => Promise<void>;
}

/** A change as the monitor tells it; the host is known by a number of the switchboard's own. */
export interface MonitorLine {
  readonly at: number;
  readonly hostNumber: number;
  readonly owns: boolean;
  readonly address: string;
}

/** E.g. `[2026-01-31T10:00:00.123456] [nsid 0]Deleted 2: eth0    inet 10.0.0.1/8 …`; the device name is not reliable. */
const LINE = /^\[([^\]]+)\]\s*\[nsid (\d+)\]\s*(Deleted )?\d+: \S+\s+inet6? ([0-9a-f.:]+)/;

/** What a line of `ip -o -ts monitor address all-nsid` says; undefined when it is not about an address of a host. */
export const parseMonitorLine = (line: string): MonitorLine | undefined => {
  const [, time = '', number, deleted, address] = LINE.exec(line) ?? [];
  if (address === undefined) return undefined;
  // ip prints local time without a zone; Date.parse takes it as such, and keeps milliseconds.
  return { at: Date.parse(time), hostNumber: Number(number), owns: deleted === undefined, address };
};

/** The kernel's number of each host, by the name of its port: `3: LB1-eth0@if2: … link-netnsid 0`. */
export const parseHostNumbers = (listing: string): ReadonlyMap<string, number> =>
  new Map(
    [...listing.matchAll(/^\d+: ([^\s@]+)@.* link-netnsid (\d+)/gm)].map(([, port = '', number]) => [
      port,
      Number(number),
    ]),
  );

/** An address that nothing else uses: it comes and goes on each host until the monitor has told of it. */
const TRIAL = '127.99.99.99';

/** Resolves when a change on that host is seen (with the time it took): a monitor that is not listening yet misses what happens. */
const untilSeen = (host: Host, seen: () => boolean): Promise<number> =>
  until(
    `changes of addresses on ${host.name} are seen`,
    async () => {
      await host.get(['ip', 'address', 'add', `${TRIAL}/32`, 'dev', 'lo']);
      await host.get(['ip', 'address', 'del', `${TRIAL}/32`, 'dev', 'lo']);
      return seen();
    },
    30_000,
  );

/** Starts watching all addresses of hosts that are plugged into one lab; what is there already counts from now on. */
export const watchAddresses = async (hosts: readonly Host[]): Promise<AddressWatch> => {
  const histories = new Map<string, OwnershipChange[]>();
  const add = (address: string, change: OwnershipChange): void => {
    histories.set(address, [...(histories.get(address) ?? []), change]);
  };
  const switchboard = hosts[0]?.plugs[0]?.switchboard;
  if (switchboard === undefined) throw new Error('a host without any interface cannot be watched');
  const numbers = parseHostNumbers(await switchboard.get(['ip', '-o', 'link', 'show']));
  const names = new Map(hosts.flatMap((host) => host.plugs.map(({ port }) => [numbers.get(port), host.name])));
  const monitor = switchboard.start(['ip', '-o', '-ts', 'monitor', 'address', 'all-nsid']);
  monitor.onLine((line) => {
    const change = parseMonitorLine(line);
    const host = names.get(change?.hostNumber);
    if (change !== undefined && host !== undefined) add(change.address, { at: change.at, owns: change.owns, host });
  });
  const seen = (name: string): boolean => (histories.get(TRIAL) ?? []).some(({ host }) => host === name);
  await Promise.all(hosts.map((host) => untilSeen(host, () => seen(host.name))));
  histories.delete(TRIAL);
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
    close: () => monitor.stop('SIGKILL'),
  };
};
