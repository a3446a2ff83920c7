/** Opens the ICMP sockets for the ping nodes. */
import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Log } from '../../log.js';
import { type EchoSocket, openEchoSocket } from '../../platform/icmp.js';
import type { PingerContext } from '../daemon-parts.js';
import { createPinger, type Pinger, type PingNode } from '../media/ping.js';
import type { PingMedium } from './settings.js';

export interface PingerOptions extends PingerContext {
  readonly format: 'classic' | 'netstring';
  readonly log: Log;
}

/** The address of a host: looked up once, as genuine does; none, after a line, when that fails. */
const resolve = async (name: string, family: 4 | 6, log: Log): Promise<readonly string[]> => {
  if (family === 4 ? isIPv4(name) : name.includes(':')) return [name];
  try {
    return [(await lookup(name, { family })).address];
  } catch (error) {
    log('ERROR', `glib: unknown host: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
};

/** What reading ha.cf has said about the members of a group is not said again. */
const unsaid: Log = () => undefined;

const nodeOf = async (medium: PingMedium, log: Log): Promise<PingNode> => {
  const { kind, name } = medium;
  const hosts = medium.kind === 'ping_group' ? medium.hosts : [medium.host];
  const addresses = await Promise.all(
    hosts.map((host) => resolve(host, kind === 'ping6' ? 6 : 4, kind === 'ping_group' ? unsaid : log)),
  );
  return { kind, name, addresses: addresses.flat() };
};

const openSocket = async (family: 'ipv4' | 'ipv6', wanted: boolean, log: Log): Promise<EchoSocket | undefined> => {
  if (!wanted) return undefined;
  const socket = await openEchoSocket(family);
  if (socket === undefined)
    log('ERROR', `${family} ping nodes cannot be reached: no raw ICMP socket (is the package koffi installed?)`);
  return socket;
};

/** A pinger for all ping nodes; what the system does not give a socket for stays silent, with a line in the log. */
export const openPinger = async (options: PingerOptions): Promise<Pinger | undefined> => {
  const { log, media } = options;
  const nodes = await Promise.all(media.map((medium) => nodeOf(medium, log)));
  const isSix = ({ kind }: PingNode): boolean => kind === 'ping6';
  const [ipv4, ipv6] = await Promise.all([
    openSocket('ipv4', !nodes.every(isSix), log),
    openSocket('ipv6', nodes.some(isSix), log),
  ]);
  if (ipv4 === undefined && ipv6 === undefined) return undefined;
  for (const node of nodes)
    if ((isSix(node) ? ipv6 : ipv4) !== undefined)
      log('info', `glib: ping ${node.kind === 'ping_group' ? 'group ' : ''}heartbeat started.`);
  return createPinger({ ...options, nodes, sockets: { ipv4, ipv6 }, pid: process.pid });
};
