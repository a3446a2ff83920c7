/** The kernel's binary socket addresses (sockaddr_in, sockaddr_in6) to and from text. */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

const AF_INET = 2;
const AF_INET6 = 10;

export type IpFamily = 'ipv4' | 'ipv6';

/** The bytes of an address literal without zone: 4 or 16 of them, or undefined when it is none. */
export const addressBytes = (address: string): Buffer | undefined => {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!ipaddr.IPv6.isValid(address)) return undefined;
  return Buffer.from(ipaddr.parse(address).toByteArray());
};

/** The usual text of 4 or 16 address bytes. */
export const addressText = (bytes: Uint8Array): string =>
  bytes.length === 4 ? bytes.join('.') : ipaddr.fromByteArray([...bytes]).toString();

/** `scope` is the interface index of a link-local IPv6 address, 0 otherwise; undefined when `address` is no literal. */
export const encodeSocketAddress = (address: string, port: number, scope = 0): Buffer | undefined => {
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const encoded = Buffer.alloc(bytes.length === 4 ? 16 : 28);
  encoded.writeUInt16LE(bytes.length === 4 ? AF_INET : AF_INET6, 0);
  encoded.writeUInt16BE(port, 2);
  bytes.copy(encoded, bytes.length === 4 ? 4 : 8);
  if (bytes.length === 16) encoded.writeUInt32LE(scope, 24);
  return encoded;
};

/** The address text in a socket address that the kernel has written, or undefined for another family. */
export const decodeSocketAddress = (encoded: Buffer): string | undefined => {
  if (encoded.length < 16) return undefined;
  const family = encoded.readUInt16LE(0);
  if (family === AF_INET) return addressText(encoded.subarray(4, 8));
  return family === AF_INET6 && encoded.length >= 24 ? addressText(encoded.subarray(8, 24)) : undefined;
};
