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
/** Destination unreachable. */
const UNREACHABLE: Readonly<Record<IpFamily, number>> = { ipv4: 3, ipv6: 1 };
const HEADER = 8;
const IPV6_HEADER = 40;

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

/** Length of the IPv4 header at the beginning; undefined when there is none. */
const ipv4Header = (bytes: Buffer): number | undefined => {
  const first = bytes[0] ?? 0;
  const length = (first & 0x0f) * 4;
  return first >> 4 === 4 && length >= 20 ? length : undefined;
};

/** A raw IPv4 socket hands on the IP header as well, an IPv6 one does not. */
const messageOf = (family: IpFamily, packet: Uint8Array): Buffer | undefined => {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  const start = family === 'ipv4' ? ipv4Header(bytes) : 0;
  return start === undefined || bytes.length < start + HEADER ? undefined : bytes.subarray(start);
};

/** Copied, because packets are received into one buffer. */
const readEcho = (message: Buffer): Echo => ({
  id: message.readUInt16BE(4),
  sequence: message.readUInt16BE(6),
  payload: Buffer.from(message.subarray(HEADER)),
});

/** What a raw socket received, if it is an echo reply. */
export const decodeEchoReply = (family: IpFamily, packet: Uint8Array): Echo | undefined => {
  const message = messageOf(family, packet);
  return message === undefined || message[0] !== REPLY[family] || message[1] !== 0 ? undefined : readEcho(message);
};

/**
 * The echo request that a "destination unreachable" quotes, with the code of the reason; undefined for anything else.
 * Of the payload there may be less than was sent: nobody has to quote more than the first 8 bytes of a message.
 */
export const decodeUnreachable = (
  family: IpFamily,
  packet: Uint8Array,
): (Echo & { readonly code: number }) | undefined => {
  const message = messageOf(family, packet);
  if (message === undefined || message[0] !== UNREACHABLE[family]) return undefined;
  const quoted = message.subarray(HEADER);
  const start = family === 'ipv4' ? ipv4Header(quoted) : IPV6_HEADER;
  if (start === undefined || quoted.length < start + HEADER) return undefined;
  const request = quoted.subarray(start);
  return request[0] === REQUEST[family] ? { ...readEcho(request), code: message[1] ?? 0 } : undefined;
};

/** RFC 792 and RFC 4443, in the words of strerror(3) where it has some. */
const UNREACHABLE_TEXT: Readonly<Record<IpFamily, Readonly<Record<number, string>>>> = {
  ipv4: {
    0: 'Network is unreachable',
    1: 'No route to host',
    9: 'prohibited',
    10: 'prohibited',
    13: 'prohibited',
  },
  ipv6: { 0: 'Network is unreachable', 1: 'prohibited', 3: 'No route to host', 5: 'prohibited', 6: 'prohibited' },
};

/** What the code of a "destination unreachable" means. */
export const unreachableText = (family: IpFamily, code: number): string =>
  UNREACHABLE_TEXT[family][code] ?? `unreachable (code ${code})`;
