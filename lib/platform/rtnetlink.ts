/** The kernel's binary messages about interface addresses (rtnetlink(7)): requests to bytes, answers to entries. */
import type { AddressEntry } from './address-entry.js';
import { addressBytes, addressText } from './socket-address.js';

// linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP = 0x300;
const NLM_F_CREATE_EXCL = 0x600;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_CACHEINFO = 6;
const IFA_FLAGS = 8;
const IFA_F_SECONDARY = 0x01;
const IFA_F_NODAD = 0x02;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;
const FOR_EVER = 0xffff_ffff;
const SCOPE_GLOBAL = 0;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;
const AF_INET = 2;
const AF_INET6 = 10;
const HEADER = 16;
const ADDRESS_HEADER = 8;

const align = (length: number): number => (length + 3) & ~3;

const attribute = (type: number, value: Uint8Array): Buffer => {
  const encoded = Buffer.alloc(align(4 + value.length));
  encoded.writeUInt16LE(4 + value.length, 0);
  encoded.writeUInt16LE(type, 2);
  encoded.set(value, 4);
  return encoded;
};

const message = (type: number, flags: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(HEADER);
  head.writeUInt32LE(HEADER + body.length, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(flags, 6);
  head.writeUInt32LE(1, 8);
  return Buffer.concat([head, body]);
};

const addressHeader = (family: number, prefix: number, scope: number, index: number): Buffer => {
  const head = Buffer.alloc(ADDRESS_HEADER);
  head.writeUInt8(family, 0);
  head.writeUInt8(prefix, 1);
  head.writeUInt8(scope, 3);
  head.writeUInt32LE(index, 4);
  return head;
};

/** The scope that `ip addr add` chooses by itself. */
const defaultScope = (bytes: Uint8Array): number => {
  if (bytes.length === 4) return bytes[0] === 127 ? SCOPE_HOST : SCOPE_GLOBAL;
  return bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80 ? SCOPE_LINK : SCOPE_GLOBAL;
};

export interface AddressChange {
  readonly address: string;
  readonly prefix: number;
  readonly broadcast?: string;
  readonly label?: string;
}

/**
 * Whether an address stands for itself alone: a virtual address of IPv6. The kernel would prefer it as the source of whatever
 * this machine sends into its network, also of checks of web servers that have it as well (direct routing) and answer
 * themselves. It is added with a preferred lifetime of 0, which is what keepalived does and as IPv4 has it for every second
 * address of a network.
 */
export const standsAlone = ({ address, prefix }: Pick<AddressChange, 'address' | 'prefix'>): boolean =>
  prefix === 128 && address.includes(':');

/** Lifetimes of an address that is there for ever and never chosen as a source (struct ifa_cacheinfo). */
const neverSource = (): Buffer => {
  const lifetimes = Buffer.alloc(16);
  lifetimes.writeUInt32LE(FOR_EVER, 4);
  return attribute(IFA_CACHEINFO, lifetimes);
};

/** Asks for all addresses of all interfaces. */
export const encodeAddressDump = (): Buffer =>
  message(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, addressHeader(0, 0, 0, 0));

/**
 * Adds or deletes one address; undefined when it is no address literal. A new IPv6 address is usable at once: duplicate
 * address detection would keep it silent for a second or two after a takeover.
 */
export const encodeAddressChange = (
  action: 'add' | 'delete',
  index: number,
  change: AddressChange,
): Buffer | undefined => {
  const bytes = addressBytes(change.address);
  if (bytes === undefined) return undefined;
  const ipv4 = bytes.length === 4;
  const broadcast = change.broadcast === undefined ? undefined : addressBytes(change.broadcast);
  const parts = [
    addressHeader(ipv4 ? AF_INET : AF_INET6, change.prefix, defaultScope(bytes), index),
    attribute(IFA_LOCAL, bytes),
    attribute(IFA_ADDRESS, bytes),
  ];
  if (action === 'delete') return message(RTM_DELADDR, NLM_F_REQUEST | NLM_F_ACK, ...parts);
  if (ipv4 && broadcast !== undefined) parts.push(attribute(IFA_BROADCAST, broadcast));
  if (ipv4 && change.label !== undefined) parts.push(attribute(IFA_LABEL, Buffer.from(`${change.label}\0`)));
  if (!ipv4) {
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE(IFA_F_NODAD);
    parts.push(attribute(IFA_FLAGS, flags));
    if (standsAlone(change)) parts.push(neverSource());
  }
  return message(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE_EXCL, ...parts);
};

/** An entry with its interface's index in place of the name. */
export type IndexedAddress = Omit<AddressEntry, 'device'> & { readonly index: number };

export interface NetlinkAnswer {
  readonly addresses: readonly IndexedAddress[];
  /** The last part of the answer has been seen; `error` is then 0 or the negative errno. */
  readonly complete: boolean;
  readonly error: number;
}

const decodeAttributes = (body: Buffer): ReadonlyMap<number, Buffer> => {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= body.length; ) {
    const length = body.readUInt16LE(at);
    if (length < 4 || at + length > body.length) break;
    attributes.set(body.readUInt16LE(at + 2) & 0x3fff, body.subarray(at + 4, at + length));
    at += align(length);
  }
  return attributes;
};

const decodeAddress = (body: Buffer): IndexedAddress | undefined => {
  if (body.length < ADDRESS_HEADER) return undefined;
  const attributes = decodeAttributes(body.subarray(ADDRESS_HEADER));
  // On a point-to-point link IFA_ADDRESS is the peer's; IFA_LOCAL, where there is one, is always ours.
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  if (bytes === undefined || (bytes.length !== 4 && bytes.length !== 16)) return undefined;
  const flags = attributes.get(IFA_FLAGS)?.readUInt32LE(0) ?? body.readUInt8(2);
  const broadcast = attributes.get(IFA_BROADCAST);
  const label = attributes.get(IFA_LABEL);
  return {
    index: body.readUInt32LE(4),
    family: bytes.length === 4 ? 'ipv4' : 'ipv6',
    address: addressText(bytes),
    prefix: body.readUInt8(1),
    ...(broadcast === undefined ? {} : { broadcast: addressText(broadcast) }),
    ...(label === undefined ? {} : { label: label.toString('latin1').replace(/\0.*$/s, '') }),
    secondary: (flags & IFA_F_SECONDARY) !== 0 && bytes.length === 4,
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    duplicate: (flags & IFA_F_DADFAILED) !== 0,
  };
};

/** Decodes what one recv(2) on the netlink socket gave. */
export const decodeNetlink = (received: Buffer): NetlinkAnswer => {
  const addresses: IndexedAddress[] = [];
  for (let at = 0; at + HEADER <= received.length; ) {
    const length = received.readUInt32LE(at);
    if (length < HEADER || at + length > received.length) break;
    const type = received.readUInt16LE(at + 4);
    const body = received.subarray(at + HEADER, at + length);
    if (type === NLMSG_DONE) return { addresses, complete: true, error: 0 };
    if (type === NLMSG_ERROR) {
      return { addresses, complete: true, error: body.length >= 4 ? body.readInt32LE(0) : -5 };
    }
    const address = type === RTM_NEWADDR ? decodeAddress(body) : undefined;
    if (address !== undefined) addresses.push(address);
    at += align(length);
  }
  return { addresses, complete: false, error: 0 };
};
