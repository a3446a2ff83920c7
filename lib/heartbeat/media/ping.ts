/** Ping nodes: an echo request with a signed status inside for every own status, the reply fed back as that node's status. */
import type { Log } from '../../log.js';
import type { EchoSocket } from '../../platform/icmp.js';
import type { AuthKey, AuthKeys } from '../config/model.js';
import { type Message, message, text } from '../wire/message.js';
import { decodePacket, encodePacket } from '../wire/packet.js';
import { sendFailed, sendRecovered } from './send-errors.js';

/** The payload that is expected back: `ts` is that of the own status it was sent for (heartbeat reference 10). */
export const pingStatus = (node: string, ts: string): Message =>
  message({ t: 'NS_st', st: 'ping', info: 'ping', src: node, ts });

/** The echo id: the pid, byte-swapped as genuine puts it on the wire of a little-endian machine. */
export const echoId = (pid: number): number => ((pid & 0xff) << 8) | ((pid >> 8) & 0xff);

/**
 * The message in an echo reply, or undefined when it is not one of ours: wrong id, no valid signature, or not about a
 * ping node we know. The address of the responder does not matter (heartbeat reference 10).
 */
export const readPingReply = (
  reply: { readonly id: number; readonly payload: Uint8Array },
  id: number,
  nodes: readonly string[],
  keys: AuthKeys,
): Message | undefined => {
  if (reply.id !== id) return undefined;
  const decoded = decodePacket(reply.payload, keys);
  if (!decoded.ok || text(decoded.message, 't') !== 'NS_st' || text(decoded.message, 'info') !== 'ping')
    return undefined;
  return nodes.includes(text(decoded.message, 'src') ?? '') ? decoded.message : undefined;
};

export interface PingOptions {
  /** Names of the ping nodes and the addresses they stand for. */
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly socket: EchoSocket;
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

/** Starts listening for replies on the socket. */
export const createPinger = (options: PingOptions): Pinger => {
  const id = echoId(options.pid);
  const names = options.nodes.map(({ name }) => name);
  const failures = new Map<string, number>();
  let sequence = 0;

  options.socket.onReply((reply) => {
    const status = readPingReply(reply, id, names, options.keys());
    if (status !== undefined) options.onStatus(status, text(status, 'src') ?? '');
  });

  const count = (name: string, refusal: string | undefined): void => {
    const before = failures.get(name) ?? 0;
    const title = `ping ${name}`;
    const said = refusal === undefined ? sendRecovered(title, before) : sendFailed(title, before + 1, refusal);
    for (const { priority, text: line } of said) options.log(priority, line);
    failures.set(name, refusal === undefined ? 0 : before + 1);
  };

  return {
    ping: (ts) => {
      const key: AuthKey = options.keys().sign;
      for (const { name, address } of options.nodes) {
        const payload = encodePacket(pingStatus(name, ts), key, options.format);
        count(name, options.socket.send(address, { id, sequence, payload }));
      }
      sequence = (sequence + 1) & 0xffff;
    },
    close: () => options.socket.close(),
  };
};
