/** A client that asks an address for an echo every few milliseconds and remembers when answers came. */
import { firstAfter, type Gap, longestGap } from './gaps.js';
import type { Host } from './host.js';

export interface PingProber {
  /** Wall-clock milliseconds of every answer so far, ascending. */
  readonly answers: () => readonly number[];
  /** The longest silence since `from` until now, or until `to`. */
  readonly longestGap: (from: number, to?: number) => Gap;
  /** When the first answer after `instant` came. */
  readonly firstAfter: (instant: number) => number | undefined;
  readonly stop: () => Promise<void>;
}

/** One answer as `ping -D` prints it: `[1700000000.123456] 64 bytes from 10.0.0.1: icmp_seq=5 ttl=64 time=0.05 ms`. */
const ANSWER = /^\[(\d+\.\d+)\] \d+ bytes from /;

/** Starts asking; `interval` in milliseconds. */
export const startPingProber = (client: Host, address: string, interval = 10): PingProber => {
  const answers: number[] = [];
  const ping = client.start(['ping', '-n', '-D', '-i', String(interval / 1000), address]);
  ping.onLine((line) => {
    const [, at] = ANSWER.exec(line) ?? [];
    if (at !== undefined) answers.push(Number(at) * 1000);
  });
  return {
    answers: () => answers,
    longestGap: (from, to = Date.now()) => longestGap(answers, from, to),
    firstAfter: (instant) => firstAfter(answers, instant),
    stop: () => ping.stop('SIGKILL'),
  };
};
