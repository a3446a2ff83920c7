/** Verifies and decodes what comes from the media; what must be dropped is counted and told, without flooding the log. */
import type { Log, Priority } from '../../../log.js';
import type { Millis } from '../../../time.js';
import type { AuthKeys } from '../../config/model.js';
import type { Codecs } from '../../wire/compressed.js';
import type { Message } from '../../wire/message.js';
import { decodePacket } from '../../wire/packet.js';
import { printable, type Refused } from '../../wire/result.js';
import { type BadPackets, countBadPacket, noBadPackets } from './bad-packets.js';
import { type Copies, rememberCopies } from './copies.js';

/** The first byte of `>>>`. */
const TEXT_MARK = 0x3e;

export interface PacketReader {
  /** `from` is the address the packet came from, where the medium has such a thing. */
  readonly read: (data: Uint8Array, link: string, from?: string) => void;
  /** We have sent this ourselves; a broadcast comes back to us. `message` is what the packet says, without `auth`. */
  readonly sent: (packet: Uint8Array, message: Message) => void;
  /** What was dropped since the start. */
  readonly bad: () => BadPackets;
}

export interface PacketReaderOptions {
  readonly keys: () => AuthKeys;
  /** What compressed messages are unpacked with; default: zlib alone. */
  readonly codecs?: Codecs;
  /** `log_badpack`. */
  readonly logBadPackets: boolean;
  readonly log: Log;
  readonly mono: () => Millis;
  readonly onMessage: (message: Message, link: string) => void;
}

/** Who the packet says it is from; nothing of it is verified. */
const claimedNode = (data: Uint8Array): string => {
  const start = Buffer.from(data.subarray(0, 4096)).toString('latin1');
  return printable(/(?:\(0\)|\n)src=([^,\n]*)/.exec(start)?.[1] ?? '?');
};

/** The line for a refusal, in genuine words where people look for them; never the right digest (reference 11.3). */
const complaint = (refusal: Refused, data: Uint8Array, where: string): readonly [Priority, string] => {
  switch (refusal.reason) {
    case 'bad-signature':
      return data[0] === TEXT_MARK
        ? ['WARN', `string2msg_ll: node [${claimedNode(data)}] failed authentication: ${refusal.detail}, ${where}`]
        : ['ERROR', `authtoken does not match: ${refusal.detail}, said to be of node [${claimedNode(data)}], ${where}`];
    case 'unknown-key':
      return ['WARN', `${refusal.detail} (${where})`];
    default:
      return ['WARN', `bad packet on ${where}: ${refusal.detail}`];
  }
};

/** A reader for all media of the node. */
export const createPacketReader = (options: PacketReaderOptions): PacketReader => {
  let bad = noBadPackets;
  let keys = options.keys();
  let copies = rememberCopies();
  const current = (): Copies => {
    if (keys !== options.keys()) {
      keys = options.keys();
      copies = rememberCopies();
    }
    return copies;
  };
  return {
    sent: (packet, message) => current().keep(packet, message),
    read: (data, link, from) => {
      const known = current().find(data);
      if (known !== undefined) {
        options.onMessage(known, link);
        return;
      }
      const decoded = decodePacket(data, keys, options.codecs);
      if (decoded.ok) {
        copies.keep(data, decoded.message);
        options.onMessage(decoded.message, link);
        return;
      }
      const counted = countBadPacket(bad, decoded.reason, options.mono());
      bad = counted.state;
      if (!options.logBadPackets || !counted.tell) return;
      const [priority, line] = complaint(
        decoded,
        data,
        from === undefined ? `link ${link}` : `link ${link} from ${from}`,
      );
      const more = counted.silent === 0 ? '' : ` (${counted.silent} more of this kind were not logged)`;
      options.log(priority, line + more);
    },
    bad: () => bad,
  };
};
