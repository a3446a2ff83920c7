/** Opens the ICMP socket for the ping nodes. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Log } from '../../log.js';
import { openEchoSocket } from '../../platform/icmp.js';
import type { PingerContext } from '../daemon.js';
import { createPinger, type Pinger } from '../media/ping.js';

export interface PingerOptions extends PingerContext {
  readonly format: 'classic' | 'netstring';
  readonly log: Log;
}

/** The address of a ping node: looked up once, as genuine does. */
const resolve = async (name: string, log: Log): Promise<string | undefined> => {
  if (isIPv4(name)) return name;
  try {
    return (await lookup(name, { family: 4 })).address;
  } catch (error) {
    log('ERROR', `glib: unknown host: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
};

/** A pinger for all ping nodes; undefined, with a line in the log, when the system gives no socket. */
export const openPinger = async (options: PingerOptions): Promise<Pinger | undefined> => {
  const { log } = options;
  const socket = await openEchoSocket('ipv4');
  if (socket === undefined) {
    log('ERROR', 'ping nodes cannot be reached: no raw ICMP socket (is the package koffi installed?)');
    return undefined;
  }
  const resolved = await Promise.all(
    options.nodes.map(async ({ name, address }) => ({ name, address: await resolve(address, log) })),
  );
  const nodes = resolved.flatMap(({ name, address }) => (address === undefined ? [] : [{ name, address }]));
  log('info', 'glib: ping heartbeat started.');
  return createPinger({ ...options, nodes, socket, pid: process.pid });
};
