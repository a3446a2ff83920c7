/** ICMP and ICMPv6 echo messages as bytes (RFC 792, RFC 4443). */
import { internetChecksum } from './internet-checksum.js';
import type { IpFamily } from './socket-address.js';

export interface Echo {
  /** 0 to 65535, like `sequence`. */
  readonly id: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

const REQUEST: Readonly<Record<IpFamily, number>> = { ipv4: 8, ipv6: 128 };
const REPLY: Readonly<Record<IpFamily, number>> = { ipv4: 0, ipv6: 129 };
const HEADER = 8;

/** An echo request. The checksum of ICMPv6 covers addresses that only the kernel knows, so the kernel fills it in. */
export const encodeEchoRequest = (family: IpFamily, { id, sequence, payload }: Echo): Buffer => {
  const packet = Buffer.alloc(HEADER + payload.length);
  packet.writeUInt8(REQUEST[family], 0);
  packet.writeUInt16BE(id & 0xffff, 4);
  packet.writeUInt16BE(sequence & 0xffff, 6);
  packet.set(payload, HEADER);
  if (family === 'ipv4') packet.writeUInt16BE(internetChecksum(packet), 2);
  return packet;
};

/** What a raw socket received, if it is an echo reply: IPv4 comes with its IP header, IPv6 without. */
export const decodeEchoReply = (family: IpFamily, packet: Uint8Array): Echo | undefined => {
  const bytes = Buffer.from(packet);
  const start = family === 'ipv4' ? ((bytes[0] ?? 0) & 0x0f) * 4 : 0;
  if (family === 'ipv4' && ((bytes[0] ?? 0) >> 4 !== 4 || start < 20)) return undefined;
  const message = bytes.subarray(start);
  if (message.length < HEADER || message[0] !== REPLY[family] || message[1] !== 0) return undefined;
  return { id: message.readUInt16BE(4), sequence: message.readUInt16BE(6), payload: message.subarray(HEADER) };
};
