/** A host between two nodes through which their heartbeats pass, for the delays that the kernel's own tools lack here. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from './host.js';
import { until } from './until.js';

const PROCESS = join(dirname(fileURLToPath(import.meta.url)), 'relay-process.js');
const PORT = '694';
const ORDERS = '6940';

/** What happens to each packet: delay and jitter in milliseconds, shares from 0 to 1. */
export interface Weather {
  readonly delay: number;
  /** Up to so much is added at random, so that packets overtake each other. */
  readonly jitter: number;
  readonly loss: number;
  readonly duplicate: number;
}

export const FAIR_WEATHER: Weather = { delay: 0, jitter: 0, loss: 0, duplicate: 0 };

export interface Relay {
  /** Resolves when the new weather is there. */
  readonly set: (weather: Weather) => Promise<void>;
}

/**
 * Lets a host hand on UDP port 694 between two addresses of its network. The nodes write `ucast` with the address of
 * this host: heartbeat does not look at a packet's source (heartbeat reference 11.5).
 */
export const startRelay = async (host: Host, between: readonly [string, string]): Promise<Relay> => {
  const said: string[] = [];
  const child = host.start([process.execPath, PROCESS, PORT, ORDERS, ...between]);
  child.onLine((line) => said.push(line));
  await until('the relay is ready', () => said.includes('ready'), 10_000);
  return {
    set: async (weather) => {
      const text = JSON.stringify(weather);
      const before = said.length;
      await host.get(['bash', '-c', `printf %s "$1" >/dev/udp/127.0.0.1/${ORDERS}`, 'order', text]);
      await until('the relay obeys', () => said.length > before, 5_000);
    },
  };
};
