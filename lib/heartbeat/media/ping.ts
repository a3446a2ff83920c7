/** Ping nodes: an echo request with a signed status inside for every own status, the reply fed back as that node's status. */
import type { Log } from '../../log.js';
import type { EchoReply, EchoSocket } from '../../platform/icmp.js';
import type { AuthKeys } from '../config/model.js';
import { type Message, message, text } from '../wire/message.js';
import { decodePacket, encodePacket } from '../wire/packet.js';
import { emptyPingWindow, noteReply, type PingWindow } from './ping-window.js';
import { LOUD, sendFailed, sendRecovered } from './send-errors.js';

/** A ping node: one host, or a group of which one answer is enough (heartbeat reference 10). */
export interface PingNode {
  readonly kind: 'ping' | 'ping6' | 'ping_group';
  readonly name: string;
  /** Address literals; more than one only in a group. */
  readonly addresses: readonly string[];
}

/** The payload that is expected back: `ts` is that of the own status it was sent for (heartbeat reference 10). */
export const pingStatus = ({ kind, name }: Pick<PingNode, 'kind' | 'name'>, ts: string): Message =>
  message({ t: 'NS_st', st: 'ping', info: kind, src: name, ts });

/** The echo id: the pid, byte-swapped as genuine puts it on the wire of a little-endian machine. */
export const echoId = (pid: number): number => ((pid & 0xff) << 8) | ((pid >> 8) & 0xff);

/** `Operation not permitted` for `EPERM (operation not permitted)`. */
const systemWords = (refusal: string): string => {
  const words = /^E[A-Z0-9]+ \((.*)\)$/.exec(refusal)?.[1] ?? refusal;
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Genuine reads no longer payload (heartbeat reference 3.8). */
const MAX_PAYLOAD = 5119;

/**
 * The node that an echo reply is about and its status, or undefined when it is not one of ours: wrong id, no valid
 * signature, not about a ping node we know. Who answers does not matter, except for a group: there it must be one of
 * its members (heartbeat reference 10).
 */
export const readPingReply = (
  reply: { readonly id: number; readonly payload: Uint8Array; readonly from: string },
  id: number,
  nodes: readonly PingNode[],
  keys: AuthKeys,
): { readonly node: PingNode; readonly status: Message } | undefined => {
  if (reply.id !== id) return undefined;
  const decoded = decodePacket(reply.payload, keys);
  if (!decoded.ok || text(decoded.message, 't') !== 'NS_st') return undefined;
  const node = nodes.find(({ name }) => name === text(decoded.message, 'src'));
  if (node === undefined || text(decoded.message, 'info') !== node.kind) return undefined;
  if (node.kind === 'ping_group' && !node.addresses.includes(reply.from)) return undefined;
  return { node, status: decoded.message };
};

export interface PingOptions {
  readonly nodes: readonly PingNode[];
  /** Undefined: the system gave none, and nodes of that family stay silent. */
  readonly sockets: { readonly ipv4: EchoSocket | undefined; readonly ipv6: EchoSocket | undefined };
  readonly pid: number;
  readonly keys: () => AuthKeys;
  readonly format: 'classic' | 'netstring';
  readonly log: Log;
  readonly onStatus: (status: Message, node: string) => void;
}

export interface Pinger {
  /** To be called for every own status message that is sent, with its `ts`. */
  readonly ping: (ts: string) => void;
  readonly close: () => void;
}

/** Starts listening for replies on the sockets. */
export const createPinger = (options: PingOptions): Pinger => {
  const { sockets, nodes } = options;
  const id = echoId(options.pid);
  const failures = new Map<string, number>();
  const windows = new Map<string, PingWindow>();
  let sequence = 0;

  const heard = (family: 'ipv4' | 'ipv6') => (reply: EchoReply) => {
    const asked = nodes.filter(({ kind }) => (kind === 'ping6') === (family === 'ipv6'));
    const read = readPingReply(reply, id, asked, options.keys());
    if (read === undefined) return;
    if (read.node.kind === 'ping_group') {
      const noted = noteReply(windows.get(read.node.name) ?? emptyPingWindow, reply.sequence);
      windows.set(read.node.name, noted.window);
      if (!noted.fresh) return;
    }
    options.onStatus(read.status, read.node.name);
  };
  sockets.ipv4?.onReply(heard('ipv4'));
  sockets.ipv6?.onReply(heard('ipv6'));

  const count = ({ kind, name }: PingNode, refused: string | undefined): void => {
    const refusal = refused === undefined ? undefined : systemWords(refused);
    const before = failures.get(name) ?? 0;
    const title = `${kind} ${name}`;
    if (refusal !== undefined && before < LOUD) {
      options.log('ERROR', `glib: Error sending packet: ${refusal}`);
      options.log('info', `glib: euid=${process.geteuid?.()} egid=${process.getegid?.()}`);
    }
    const said = refusal === undefined ? sendRecovered(title, before) : sendFailed(title, before + 1, refusal);
    for (const { priority, text: line } of said) options.log(priority, line);
    failures.set(name, refusal === undefined ? 0 : before + 1);
  };

  const ask = (node: PingNode, ts: string): void => {
    const socket = node.kind === 'ping6' ? sockets.ipv6 : sockets.ipv4;
    if (socket === undefined) return;
    const payload = encodePacket(pingStatus(node, ts), options.keys().sign, options.format);
    if (payload.length > MAX_PAYLOAD) {
      count(node, 'Message too long');
      return;
    }
    const refusals = node.addresses.map((address) => socket.send(address, { id, sequence, payload }));
    // A group is reachable as long as one member can be asked.
    count(node, refusals.includes(undefined) ? undefined : refusals[0]);
  };

  return {
    ping: (ts) => {
      for (const node of nodes) ask(node, ts);
      sequence = (sequence + 1) & 0xffff;
    },
    close: () => {
      sockets.ipv4?.close();
      sockets.ipv6?.close();
    },
  };
};
