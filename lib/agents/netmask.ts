/** Masks, networks and broadcast addresses as numbers of bits, bytes and text. */
import { addressBytes, addressText } from '../platform/socket-address.js';

/** `24` or `255.255.255.0` as 24; undefined for anything that is no mask of a network. */
export const parseMask = (text: string, longest: number): number | undefined => {
  if (/^\d{1,3}$/.test(text)) {
    const bits = Number(text);
    return bits >= 1 && bits <= longest ? bits : undefined;
  }
  const bytes = text.includes(':') ? undefined : addressBytes(text);
  if (bytes === undefined || longest !== 32) return undefined;
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1+0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
};

/** Whether `address` is in the network of `network` with `prefix` bits; different families never are. */
export const inNetwork = (address: string, network: string, prefix: number): boolean => {
  const [one, other] = [addressBytes(address), addressBytes(network)];
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return [...one].every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return ((byte ^ (other[index] ?? 0)) & (0xff00 >> bits) & 0xff) === 0;
  });
};

/** The last address of an IPv4 network, e.g. 10.0.0.255 for 10.0.0.3/24. */
export const broadcastOf = (address: string, prefix: number): string | undefined => {
  const bytes = addressBytes(address);
  if (bytes?.length !== 4) return undefined;
  return addressText(bytes.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, prefix - index * 8)))));
};

/** Whether two address literals mean the same address. */
export const sameAddress = (one: string, other: string): boolean => {
  const [left, right] = [addressBytes(one), addressBytes(other)];
  return left !== undefined && right !== undefined && left.equals(right);
};
