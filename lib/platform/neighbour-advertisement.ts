/** Ethernet frames that announce an IPv6 address: unsolicited neighbour advertisements (RFC 4861 section 7.2.6). */
import { encodeGroupFrame } from './icmpv6-frame.js';

const ALL_NODES = Buffer.from('ff020000000000000000000000000001', 'hex');
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
  return encodeGroupFrame({ mac, from: address, group: ALL_NODES, message });
};
