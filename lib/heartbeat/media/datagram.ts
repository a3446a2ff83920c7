/** What all UDP media do with one message: send the netstring form, and refuse what no datagram can hold. */
import { type Outgoing, TooLarge } from './medium.js';
import type { SocketPair } from './socket-pair.js';

/** The longest payload of a UDP datagram over IPv4 (heartbeat reference 3.8: there is no fragmentation above UDP). */
export const MAX_DATAGRAM = 65_507;

/** Sends to one fixed target. Rejects with the system's error or with a TooLarge. */
export const sendDatagram =
  (pair: SocketPair, port: number, address: string): ((packet: Outgoing) => Promise<void>) =>
  async ({ netstring }) => {
    if (netstring.length > MAX_DATAGRAM) throw new TooLarge(netstring.length, MAX_DATAGRAM);
    await pair.send(netstring, port, address);
  };
