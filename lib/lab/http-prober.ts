/** Many clients that request a page again and again and remember who answered. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstAfter, type Gap, longestGap } from './gaps.js';
import type { Host } from './host.js';

/** One request. Times are wall-clock milliseconds. */
export interface HttpSample {
  readonly begun: number;
  readonly ended: number;
  /** The address of the client, each in another /24 network of 100.64.0.0/10. */
  readonly from: string;
  /** The X-Served-By header of the answer; absent when there was none. */
  readonly by?: string;
  readonly error?: string;
}

export interface HttpProber {
  readonly samples: () => readonly HttpSample[];
  /** How many answers each server gave between two instants. */
  readonly answeredBy: (from: number, to?: number) => ReadonlyMap<string, number>;
  readonly failures: (from: number, to?: number) => number;
  readonly longestGap: (from: number, to?: number) => Gap;
  readonly firstAfter: (instant: number) => number | undefined;
  readonly stop: () => Promise<void>;
}

/** The networks the clients are in; the client host must own them, and the servers must know the way back. */
export const CLIENT_NETWORKS = '100.64.0.0/10';

const PROCESS = join(dirname(fileURLToPath(import.meta.url)), 'http-prober-process.js');

/** Lets a host answer for all client addresses. */
export const ownClientNetworks = async (client: Pick<Host, 'get'>): Promise<void> => {
  await client.get(['ip', 'route', 'add', 'local', CLIENT_NETWORKS, 'dev', 'lo']);
};

const parse = (line: string): HttpSample | undefined => {
  try {
    return JSON.parse(line) as HttpSample;
  } catch {
    return undefined;
  }
};

/** Starts requesting `http://ADDRESS:PORT/PATH` every `interval` milliseconds, each time from another network. */
export const startHttpProber = (
  client: Pick<Host, 'start'>,
  target: { readonly address: string; readonly port: number; readonly path: string },
  interval = 40,
  timeout = 500,
): HttpProber => {
  const samples: HttpSample[] = [];
  const answers: number[] = [];
  const { address, port, path } = target;
  const child = client.start([process.execPath, PROCESS, address, ...[port, path, interval, timeout].map(String)]);
  child.onLine((line) => {
    const sample = parse(line);
    if (sample === undefined) return;
    samples.push(sample);
    if (sample.by !== undefined) answers.push(sample.ended);
  });
  const within = (from: number, to = Date.now()): readonly HttpSample[] =>
    samples.filter(({ ended }) => ended >= from && ended < to);
  return {
    samples: () => samples,
    answeredBy: (from, to) => {
      const counts = new Map<string, number>();
      for (const { by } of within(from, to)) if (by !== undefined) counts.set(by, (counts.get(by) ?? 0) + 1);
      return counts;
    },
    failures: (from, to) => within(from, to).filter(({ error }) => error !== undefined).length,
    longestGap: (from, to = Date.now()) => longestGap(answers, from, to),
    firstAfter: (instant) => firstAfter(answers, instant),
    stop: () => child.stop('SIGKILL'),
  };
};
