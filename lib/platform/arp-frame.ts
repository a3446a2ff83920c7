/** Ethernet frames that announce an IPv4 address: gratuitous ARP (RFC 826, RFC 5227 section 3). */

const BROADCAST = Buffer.alloc(6, 0xff);
const ETHERTYPE_ARP = 0x0806;

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

/**
 * A broadcast frame in which sender and target are the announced address. Some systems heed only requests, others only
 * replies, so callers send both, like the genuine send_arp.
 */
export const encodeGratuitousArp = ({ operation, interfaceMac, ownerMac, address }: ArpAnnouncement): Buffer => {
  const frame = Buffer.alloc(42);
  BROADCAST.copy(frame, 0);
  frame.set(interfaceMac, 6);
  frame.writeUInt16BE(ETHERTYPE_ARP, 12);
  frame.writeUInt16BE(1, 14); // Ethernet
  frame.writeUInt16BE(0x0800, 16); // IPv4
  frame.writeUInt8(6, 18);
  frame.writeUInt8(4, 19);
  frame.writeUInt16BE(operation === 'request' ? 1 : 2, 20);
  frame.set(ownerMac, 22);
  frame.set(address, 28);
  // The target's hardware address is unknown in a request, and the owner itself in a reply.
  if (operation === 'reply') frame.set(ownerMac, 32);
  frame.set(address, 38);
  return frame;
};
