/**
 * The names of addresses, from /etc/hosts and name servers, looked up in the background and kept, so that nobody ever waits
 * for them. The system's resolver would block a thread for each.
 */
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { Millis } from '../time.js';
import { namesInHosts } from './hosts-file.js';

export interface HostNamesOptions {
  /** For one question to one name server; asked twice. */
  readonly timeout: Millis;
  /** Questions that are under way at a time. */
  readonly atOnce: number;
  /** Called when the names of some addresses have changed. */
  readonly onNews: () => void;
}

export interface HostNames {
  /** What is known now; empty: nothing (yet). */
  readonly of: (address: string) => readonly string[];
  /** Asks anew for all of them, unless an earlier call is still at work; resolves when all are answered or given up. */
  readonly refresh: (addresses: Iterable<string>) => Promise<void>;
  /** Gives up what is under way. */
  readonly stop: () => void;
}

export const createHostNames = ({ timeout, atOnce, onNews }: HostNamesOptions): HostNames => {
  const known = new Map<string, readonly string[]>();
  let resolver: Resolver | undefined;
  let work: Promise<void> | undefined;
  let stopped = false;

  const learn = (address: string, names: readonly string[]): void => {
    const isNews = names.join(' ') !== (known.get(address) ?? []).join(' ');
    known.set(address, names);
    if (isNews && !stopped) onNews();
  };

  const ask = async (from: Resolver, address: string): Promise<void> => {
    try {
      learn(address, await from.reverse(address));
    } catch {
      // Without an answer the last one stays good.
    }
  };

  const askAll = async (from: Resolver, addresses: readonly string[]): Promise<void> => {
    const hosts = namesInHosts(await readFile('/etc/hosts', 'utf8').catch(() => ''));
    const others: string[] = [];
    for (const address of addresses) {
      const names = hosts.get(address);
      if (names === undefined) others.push(address);
      else learn(address, names);
    }
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < others.length && !stopped) {
        const address = others[next] ?? '';
        next += 1;
        await ask(from, address);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    for (const address of known.keys()) if (!addresses.includes(address)) known.delete(address);
  };

  return {
    of: (address) => known.get(address) ?? [],
    refresh: (addresses) => {
      if (stopped) return Promise.resolve();
      if (work !== undefined) return work;
      // A new one each time reads /etc/resolv.conf as it is now.
      resolver = new Resolver({ timeout, tries: 2 });
      work = askAll(resolver, [...new Set(addresses)]).finally(() => {
        work = undefined;
      });
      return work;
    },
    stop: () => {
      stopped = true;
      resolver?.cancel();
    },
  };
};
