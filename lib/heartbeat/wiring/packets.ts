/** Verifies and decodes what comes from the media; what must be dropped is counted and told, without flooding the log. */
import type { Log, Priority } from '../../log.js';
import type { Millis } from '../../time.js';
import type { AuthKeys } from '../config/model.js';
import type { Message } from '../wire/message.js';
import { decodePacket } from '../wire/packet.js';
import type { Refused } from '../wire/result.js';
import { type BadPackets, countBadPacket, noBadPackets } from './bad-packets.js';

export interface PacketReader {
  readonly read: (data: Uint8Array, link: string) => void;
  /** What was dropped since the start. */
  readonly bad: () => BadPackets;
}

export interface PacketReaderOptions {
  readonly keys: () => AuthKeys;
  /** `log_badpack`. */
  readonly logBadPackets: boolean;
  readonly log: Log;
  readonly mono: () => Millis;
  readonly onMessage: (message: Message, link: string) => void;
}

/** The line for a refusal, in genuine words where people look for them; never the right digest (reference 11.3). */
const complaint = (refusal: Refused, link: string): readonly [Priority, string] => {
  switch (refusal.reason) {
    case 'bad-signature':
      return ['ERROR', `authtoken does not match: ${refusal.detail}, link ${link}`];
    case 'unknown-key':
      return ['WARN', `${refusal.detail} (link ${link})`];
    default:
      return ['WARN', `bad packet on link ${link}: ${refusal.detail}`];
  }
};

/** A reader for all media of the node. */
export const createPacketReader = (options: PacketReaderOptions): PacketReader => {
  let bad = noBadPackets;
  return {
    read: (data, link) => {
      const decoded = decodePacket(data, options.keys());
      if (decoded.ok) {
        options.onMessage(decoded.message, link);
        return;
      }
      const counted = countBadPacket(bad, decoded.reason, options.mono());
      bad = counted.state;
      if (!options.logBadPackets || !counted.tell) return;
      const [priority, line] = complaint(decoded, link);
      const more = counted.silent === 0 ? '' : ` (${counted.silent} more of this kind were not logged)`;
      options.log(priority, line + more);
    },
    bad: () => bad,
  };
};
