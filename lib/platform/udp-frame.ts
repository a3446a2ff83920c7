/** UDP datagrams inside IP packets as a packet socket sees them, and the filter that has the kernel pass on nothing else. */
import { addressText } from './socket-address.js';

/** What a captured IP packet carries; `data` is a view into the packet. */
export type Captured =
  | {
      readonly kind: 'datagram';
      readonly from: string;
      readonly sourcePort: number;
      readonly port: number;
      readonly data: Buffer;
    }
  /** The first piece of a datagram that was too long for the network; its other pieces are not captured. */
  | { readonly kind: 'fragment' };

const UDP = 17;
const FRAGMENT_HEADER = 44;
const UDP_HEADER = 8;
const IPV6_HEADER = 40;
/** "More fragments" and the offset of the piece, in an IPv4 header. */
const MORE_OR_LATER = 0x3fff;

const datagramAt = (packet: Buffer, at: number, sender: Uint8Array): Captured | undefined => {
  if (packet.length < at + UDP_HEADER) return undefined;
  // Not the length of the packet: short Ethernet frames are padded.
  const end = at + packet.readUInt16BE(at + 4);
  if (end < at + UDP_HEADER || end > packet.length) return undefined;
  return {
    kind: 'datagram',
    from: addressText(sender),
    sourcePort: packet.readUInt16BE(at),
    port: packet.readUInt16BE(at + 2),
    data: packet.subarray(at + UDP_HEADER, end),
  };
};

/** Reads an IPv4 or IPv6 packet (without link header); undefined when it is no whole UDP datagram, nor a piece of one. Never throws. */
export const decodeCaptured = (packet: Buffer): Captured | undefined => {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) {
    const header = ((packet[0] ?? 0) & 0x0f) * 4;
    if (header < 20 || packet.length < header || packet[9] !== UDP) return undefined;
    if ((packet.readUInt16BE(6) & MORE_OR_LATER) !== 0) return { kind: 'fragment' };
    return datagramAt(packet, header, packet.subarray(12, 16));
  }
  if (version !== 6 || packet.length < IPV6_HEADER) return undefined;
  if (packet[6] === FRAGMENT_HEADER && packet[IPV6_HEADER] === UDP) return { kind: 'fragment' };
  return packet[6] === UDP ? datagramAt(packet, IPV6_HEADER, packet.subarray(8, 24)) : undefined;
};

// linux/filter.h, linux/bpf_common.h: what the program is made of.
const LOAD_BYTE = 0x30;
const LOAD_HALF = 0x28;
const LOAD_HALF_BEHIND_HEADER = 0x48;
const LOAD_HEADER_LENGTH = 0xb1;
const SHIFT_RIGHT = 0x74;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_ANY_BIT = 0x45;
const RETURN = 0x06;
/** So many bytes of what is passed on: all. */
const WHOLE = 0x40000;

/** `yes` and `no`: labels to go on at; without them, the next instruction. */
interface Instruction {
  readonly label?: string;
  readonly code: number;
  readonly value: number;
  readonly yes?: string;
  readonly no?: string;
}

const assembled = (program: readonly Instruction[]): Buffer => {
  const places = new Map(program.flatMap(({ label }, at) => (label === undefined ? [] : [[label, at] as const])));
  const distance = (at: number, label: string | undefined): number =>
    label === undefined ? 0 : (places.get(label) ?? at) - at - 1;
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, { code, value, yes, no }] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(distance(at, yes), at * 8 + 2);
    bytes.writeUInt8(distance(at, no), at * 8 + 3);
    bytes.writeUInt32LE(value, at * 8 + 4);
  }
  return bytes;
};

const portIs = (prefix: string, ports: readonly number[]): readonly Instruction[] => [
  ...ports.map((port): Instruction => ({ code: JUMP_IF_EQUAL, value: port, yes: `${prefix} pass` })),
  { code: RETURN, value: 0 },
  { label: `${prefix} pass`, code: RETURN, value: WHOLE },
];

/**
 * A classic BPF program (8 bytes per instruction) for a packet socket without link header: whole UDP datagrams to one of
 * these ports, and first pieces of such, over IPv4 and IPv6. A director forwards very much that nobody here wants to see.
 */
export const udpFilter = (ports: readonly number[]): Buffer =>
  assembled([
    { code: LOAD_BYTE, value: 0 },
    { code: SHIFT_RIGHT, value: 4 },
    { code: JUMP_IF_EQUAL, value: 6, yes: 'six' },
    { code: JUMP_IF_EQUAL, value: 4, no: 'drop' },
    { code: LOAD_BYTE, value: 9 },
    { code: JUMP_IF_EQUAL, value: UDP, no: 'drop' },
    { code: LOAD_HALF, value: 6 },
    { code: JUMP_IF_ANY_BIT, value: 0x1fff, yes: 'drop' },
    { code: LOAD_HEADER_LENGTH, value: 0 },
    { code: LOAD_HALF_BEHIND_HEADER, value: 2 },
    ...portIs('four', ports),
    { label: 'drop', code: RETURN, value: 0 },
    { label: 'six', code: LOAD_BYTE, value: 6 },
    { code: JUMP_IF_EQUAL, value: FRAGMENT_HEADER, yes: 'piece' },
    { code: JUMP_IF_EQUAL, value: UDP, no: 'not six' },
    { code: LOAD_HALF, value: IPV6_HEADER + 2 },
    ...portIs('six', ports),
    { label: 'piece', code: LOAD_HALF, value: IPV6_HEADER + 2 },
    { code: JUMP_IF_ANY_BIT, value: 0xfff8, yes: 'not six' },
    { code: LOAD_HALF, value: IPV6_HEADER + 8 + 2 },
    ...portIs('piece', ports),
    { label: 'not six', code: RETURN, value: 0 },
  ]);
