/** Addresses and ports as the system's resolver would read them, without asking it for what is plain to see. */
import ipaddr from 'ipaddr.js';
import type { Family } from '../../ipvs/model.js';
import type { Facts, PortProtocol } from './facts.js';

/** One part of a numeric address: decimal, 0octal or 0xhexadecimal. */
const numericPart = (part: string): number | undefined => {
  if (/^0x[0-9a-f]+$/i.test(part)) return Number.parseInt(part, 16);
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8);
  return /^[1-9][0-9]*$/.test(part) ? Number.parseInt(part, 10) : undefined;
};

/** An IPv4 address as a number, for ranges. */
export const ipv4Number = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

/** The dotted quad of a number below 2^32. */
export const ipv4Text = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/**
 * The dotted quad that the C library makes of a numeric host: one to four parts, the last one filling up
 * (`80` is 0.0.0.80, `192.168.010.1` has an octal part). Undefined: not a numeric address.
 */
export const numericIpv4 = (text: string): string | undefined => {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const numbers = parts.map(numericPart);
  const last = numbers.pop();
  if (last === undefined || last >= 256 ** (4 - numbers.length)) return undefined;
  let value = last;
  for (const [index, part] of numbers.entries()) {
    if (part === undefined || part > 255) return undefined;
    value += part * 256 ** (3 - index);
  }
  return ipv4Text(value);
};

/** The normalised text of an IPv6 address without brackets and zone, as inet_ntop writes it. */
export const normalIpv6 = (text: string): string | undefined => {
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address().toString()}` : address.toString();
};

/**
 * Resolves a host as written (`10.0.0.3`, a name, `[2001:db8::1]`) for one family.
 * Only names go to `facts`; digits and dots that are no address are never looked up.
 */
export const resolveHost = (host: string, family: Family, facts: Facts): string | undefined => {
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1];
  if (bracketed !== undefined) return family === 'ipv6' ? normalIpv6(bracketed) : undefined;
  const numeric = numericIpv4(host);
  if (numeric !== undefined || /^[0-9.]*$/.test(host)) return family === 'ipv4' ? numeric : undefined;
  return facts.host(host, family);
};

/** A port as written: a number up to 65535 or a service name. */
export const resolvePort = (port: string, protocol: PortProtocol, facts: Facts): number | undefined => {
  if (!/^[0-9]+$/.test(port)) return facts.port(port, protocol);
  const value = Number(port);
  return value <= 65535 ? value : undefined;
};

/** `address:port` as ldirectord prints it, IPv6 in brackets. */
export const hostAndPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
