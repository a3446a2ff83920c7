/** Remembers the packets accepted last: on every further link the same bytes arrive once more and are verified already. */
import type { Message } from '../../wire/message.js';

/** With this many, copies that come late behind others are still found. */
const KEPT = 8;
/** Longer packets are rare, and not worth the memory. */
const LONGEST = 4096;

export interface Copies {
  /** What these very bytes say, when they have been accepted a moment ago. */
  readonly find: (packet: Uint8Array) => Message | undefined;
  readonly keep: (packet: Uint8Array, message: Message) => void;
}

/** An empty memory; it is valid for one set of keys. */
export const rememberCopies = (): Copies => {
  const kept: { readonly packet: Buffer; readonly message: Message }[] = [];
  let oldest = 0;
  return {
    find: (packet) => {
      for (const one of kept) {
        if (one.packet.length === packet.length && one.packet.equals(packet)) return one.message;
      }
      return undefined;
    },
    keep: (packet, message) => {
      if (packet.length > LONGEST) return;
      kept[oldest] = { packet: Buffer.from(packet), message };
      oldest = (oldest + 1) % KEPT;
    },
  };
};
