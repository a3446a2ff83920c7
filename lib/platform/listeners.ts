/** Who waits for TCP connections on this machine, from /proc/net/tcp and /proc/net/tcp6. */
import { addressText } from './socket-address.js';

export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
}

/** The state of a socket that waits for connections, as the kernel writes it. */
const LISTEN = '0A';

/** The kernel prints addresses as words of the machine: in each of four bytes the order is reversed. */
const addressIn = (hex: string): string => {
  const bytes = Buffer.from(hex, 'hex');
  for (let offset = 0; offset + 4 <= bytes.length; offset += 4) bytes.subarray(offset, offset + 4).reverse();
  return addressText(bytes);
};

/** Reads such a file; what is no line of it is passed over. */
export const parseListeners = (text: string): readonly ListeningSocket[] =>
  text.split('\n').flatMap((line) => {
    const [, address = '', port = '', state] =
      /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    return state === LISTEN ? [{ address: addressIn(address), port: Number.parseInt(port, 16) }] : [];
  });
