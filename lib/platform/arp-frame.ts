/** Ethernet frames about the owner of an IPv4 address: gratuitous ARP and probes (RFC 826, RFC 5227). */

const BROADCAST = Buffer.alloc(6, 0xff);
export const ETHERTYPE_ARP = 0x0806;

export type ArpOperation = 'request' | 'reply';

export interface ArpAnnouncement {
  readonly operation: ArpOperation;
  /** 6 bytes: the address of the interface, which switches learn from the frame's head. */
  readonly interfaceMac: Uint8Array;
  /** 6 bytes: the address that hosts should send to; that of the interface, except for a virtual MAC. */
  readonly ownerMac: Uint8Array;
  /** 4 bytes. */
  readonly address: Uint8Array;
}

/** The parts of every ARP frame to all hosts that differ. */
interface ArpParts {
  readonly operation: ArpOperation;
  readonly source: Uint8Array;
  readonly senderMac: Uint8Array;
  readonly sender: Uint8Array;
  readonly targetMac: Uint8Array;
  readonly target: Uint8Array;
}

const UNKNOWN_MAC = Buffer.alloc(6);
const NO_ADDRESS = Buffer.alloc(4);

const encodeArp = ({ operation, source, senderMac, sender, targetMac, target }: ArpParts): Buffer => {
  const frame = Buffer.alloc(42);
  BROADCAST.copy(frame, 0);
  frame.set(source, 6);
  frame.writeUInt16BE(ETHERTYPE_ARP, 12);
  frame.writeUInt16BE(1, 14); // Ethernet
  frame.writeUInt16BE(0x0800, 16); // IPv4
  frame.writeUInt8(6, 18);
  frame.writeUInt8(4, 19);
  frame.writeUInt16BE(operation === 'request' ? 1 : 2, 20);
  frame.set(senderMac, 22);
  frame.set(sender, 28);
  frame.set(targetMac, 32);
  frame.set(target, 38);
  return frame;
};

/**
 * A broadcast frame in which sender and target are the announced address. Some systems heed only requests, others only
 * replies, so callers send both, like the genuine send_arp.
 */
export const encodeGratuitousArp = ({ operation, interfaceMac, ownerMac, address }: ArpAnnouncement): Buffer =>
  encodeArp({
    operation,
    source: interfaceMac,
    senderMac: ownerMac,
    sender: address,
    // The target's hardware address is unknown in a request, and the owner itself in a reply.
    targetMac: operation === 'reply' ? ownerMac : UNKNOWN_MAC,
    target: address,
  });

/** Asks who has an address without telling anybody an own one, so that no host learns anything from it (RFC 5227, 1.1). */
export const encodeArpProbe = (interfaceMac: Uint8Array, address: Uint8Array): Buffer =>
  encodeArp({
    ...{ operation: 'request', source: interfaceMac, senderMac: interfaceMac, sender: NO_ADDRESS },
    ...{ targetMac: UNKNOWN_MAC, target: address },
  });

/** Whoever speaks in an ARP frame: 6 and 4 bytes; undefined for what is no ARP of Ethernet and IPv4. */
export const decodeArpSender = (frame: Buffer): { readonly mac: Buffer; readonly address: Buffer } | undefined => {
  const isArp = frame.length >= 42 && frame.readUInt16BE(12) === ETHERTYPE_ARP && frame.readUInt16BE(16) === 0x0800;
  return isArp && frame.readUInt16BE(18) === 0x0604
    ? { mac: frame.subarray(22, 28), address: frame.subarray(28, 32) }
    : undefined;
};
