/** Ethernet frames with an ICMPv6 message of neighbour discovery to a group (RFC 4861). */
import { internetChecksum } from './internet-checksum.js';

const ETHERTYPE_IPV6 = 0x86dd;
const ICMPV6 = 58;

export interface GroupMessage {
  /** Hardware address of the sender, 6 bytes. */
  readonly mac: Uint8Array;
  /** IPv6 addresses, 16 bytes each; a multicast group is the receiver. */
  readonly from: Uint8Array;
  readonly group: Uint8Array;
  /** The message with a checksum of zero, which is filled in. */
  readonly message: Buffer;
}

/** The whole frame, Ethernet header first. */
export const encodeGroupFrame = ({ mac, from, group, message }: GroupMessage): Buffer => {
  const pseudoHeader = Buffer.alloc(8);
  pseudoHeader.writeUInt32BE(message.length, 0);
  pseudoHeader.writeUInt8(ICMPV6, 7);
  message.writeUInt16BE(internetChecksum(from, group, pseudoHeader, message), 2);
  const head = Buffer.alloc(54);
  head.writeUInt16BE(0x3333, 0); // RFC 2464 section 7: the last four bytes of the group follow
  head.set(group.subarray(12), 2);
  head.set(mac, 6);
  head.writeUInt16BE(ETHERTYPE_IPV6, 12);
  head.writeUInt8(0x60, 14);
  head.writeUInt16BE(message.length, 18);
  head.writeUInt8(ICMPV6, 20);
  head.writeUInt8(255, 21); // hop limit: receivers refuse anything that a router might have forwarded
  head.set(from, 22);
  head.set(group, 38);
  return Buffer.concat([head, message]);
};
