/** Ethernet frames that announce an IPv6 address: unsolicited neighbour advertisements (RFC 4861 section 7.2.6). */
import { internetChecksum } from './internet-checksum.js';

const ALL_NODES_MAC = Buffer.from('333300000001', 'hex');
const ALL_NODES = Buffer.from('ff020000000000000000000000000001', 'hex');
const ETHERTYPE_IPV6 = 0x86dd;
const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
/** Hosts replace the hardware address that they remember. */
const OVERRIDE = 0x20000000;
const TARGET_LINK_LAYER_ADDRESS = 2;

/** A frame to all nodes that says: `address` (16 bytes) is now at `mac` (6 bytes). */
export const encodeNeighbourAdvertisement = (mac: Uint8Array, address: Uint8Array): Buffer => {
  const message = Buffer.alloc(32);
  message.writeUInt8(NEIGHBOUR_ADVERTISEMENT, 0);
  message.writeUInt32BE(OVERRIDE, 4);
  message.set(address, 8);
  message.writeUInt8(TARGET_LINK_LAYER_ADDRESS, 24);
  message.writeUInt8(1, 25); // in units of 8 bytes
  message.set(mac, 26);
  const pseudoHeader = Buffer.alloc(8);
  pseudoHeader.writeUInt32BE(message.length, 0);
  pseudoHeader.writeUInt8(ICMPV6, 7);
  message.writeUInt16BE(internetChecksum(address, ALL_NODES, pseudoHeader, message), 2);

  const head = Buffer.alloc(54);
  ALL_NODES_MAC.copy(head, 0);
  head.set(mac, 6);
  head.writeUInt16BE(ETHERTYPE_IPV6, 12);
  head.writeUInt8(0x60, 14);
  head.writeUInt16BE(message.length, 18);
  head.writeUInt8(ICMPV6, 20);
  head.writeUInt8(255, 21); // hop limit: receivers refuse anything that a router might have forwarded
  head.set(address, 22);
  ALL_NODES.copy(head, 38);
  return Buffer.concat([head, message]);
};
