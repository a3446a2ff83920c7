/** Asks who has an IPv6 address as duplicate address detection does (RFC 4862 section 5.4.2), and reads the answer. */
import { encodeGroupFrame } from './icmpv6-frame.js';

const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;
const UNSPECIFIED = Buffer.alloc(16);

/** The group that every host with an address listens to that ends in the same three bytes. */
const solicitedNode = (address: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('ff0200000000000000000001ff', 'hex'), address.subarray(13)]);

/** A frame from `mac` (6 bytes), without an address of its own, that the owner of `address` (16 bytes) answers to all nodes. */
export const encodeDuplicateQuestion = (mac: Uint8Array, address: Uint8Array): Buffer => {
  const message = Buffer.alloc(24);
  message.writeUInt8(NEIGHBOUR_SOLICITATION, 0);
  message.set(address, 8);
  return encodeGroupFrame({ mac, from: UNSPECIFIED, group: solicitedNode(address), message });
};

/** Whose address an ICMPv6 message advertises, and the hardware address as far as it says; undefined for other messages. */
export const decodeAdvertisement = (
  message: Buffer,
): { readonly address: Buffer; readonly mac: Buffer | undefined } | undefined => {
  if (message.length < 24 || message.readUInt8(0) !== NEIGHBOUR_ADVERTISEMENT) return undefined;
  let mac: Buffer | undefined;
  for (let at = 24; at + 8 <= message.length; ) {
    const length = message.readUInt8(at + 1) * 8;
    if (length === 0) break;
    if (message.readUInt8(at) === TARGET_LINK_LAYER_ADDRESS) mac = message.subarray(at + 2, at + 8);
    at += length;
  }
  return { address: message.subarray(8, 24), mac };
};
