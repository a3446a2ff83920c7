/** Addresses as IPVS prints them: one spelling for each, so that tables can be compared as text. */
import ipaddr from 'ipaddr.js';
import type { Family, ServiceKey } from './model.js';

/** inet_ntop's spelling of an IPv6 address, which shows an embedded IPv4 address dotted. */
const ipv6Text = (address: ipaddr.IPv6): string => {
  const parts = address.parts;
  const zeros = parts.findIndex((part) => part !== 0);
  const high = parts[6] ?? 0;
  const low = parts[7] ?? 0;
  const dotted = `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  if (zeros === 5 && parts[5] === 0xffff) return `::ffff:${dotted}`;
  if (zeros === 6) return `::${dotted}`;
  return address.toRFC5952String();
};

/** The library takes `::10.0.0.1` for `::ffff:10.0.0.1`, so it gets the embedded IPv4 address as two hexadecimal groups. */
const parseIpv6 = (text: string): ipaddr.IPv6 =>
  ipaddr.IPv6.parse(
    text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: readonly string[]) => {
      const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
      return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    }),
  );

/** An IPv4 address that is in normal spelling already: by far the most frequent case, and a table has thousands. */
const NORMAL_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** The normal spelling of an address and its family, or undefined for anything that is not an address. */
export const normaliseAddress = (text: string): { readonly address: string; readonly family: Family } | undefined => {
  if (NORMAL_IPV4.test(text)) return { address: text, family: 'ipv4' };
  if (text.includes('%')) return undefined;
  try {
    // Two colons tell IPv6 from IPv4 with a port; letting the library refuse it would be slow.
    if (text.indexOf(':') !== text.lastIndexOf(':')) {
      if (!ipaddr.IPv6.isValid(text)) return undefined;
      return { address: ipv6Text(parseIpv6(text)), family: 'ipv6' };
    }
    if (text.includes(':')) return undefined;
    // inet_aton's short, octal and hexadecimal forms are addresses too (010.0.1.21 is 8.0.1.21).
    if (ipaddr.IPv4.isValid(text)) return { address: ipaddr.IPv4.parse(text).toString(), family: 'ipv4' };
  } catch {
    // isValid is not complete for overlong octets; the caller sees "not an address".
  }
  return undefined;
};

/** Whether a normalised address can be that of one machine. */
export const isUnicast = (address: string): boolean =>
  NORMAL_IPV4.test(address)
    ? !/^(?:0|22[4-9]|23\d)\./.test(address) && address !== '255.255.255.255'
    : ipaddr.isValid(address) && !['multicast', 'broadcast', 'unspecified'].includes(ipaddr.parse(address).range());

/** The family of a normalised address. */
export const familyOf = (address: string): Family => (address.includes(':') ? 'ipv6' : 'ipv4');

/** `10.0.0.1:80` or `[2001:db8::1]:80`. */
export const endpointText = (address: string, port: number | string): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const bytesOf = (address: string): readonly number[] => {
  const valid = ipaddr.isValid(address);
  const parsed = valid ? (address.includes(':') ? parseIpv6(address) : ipaddr.parse(address)).toByteArray() : [];
  // IPv4 sorts before IPv6 (`ipvsadm -L`).
  return [parsed.length, ...parsed];
};

/** Orders addresses by family and number, as `ipvsadm -L` does. */
export const compareAddresses = (left: string, right: string): number => {
  const a = bytesOf(left);
  const b = bytesOf(right);
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};

/** Text that is the same exactly for the same virtual service, e.g. `tcp 10.0.0.1:80` or `fwm 7 ipv6`. */
export const keyText = (key: ServiceKey): string =>
  key.protocol === 'fwm'
    ? `fwm ${key.mark}${key.family === 'ipv6' ? ' ipv6' : ''}`
    : `${key.protocol} ${endpointText(key.address, key.port)}`;

export const sameKey = (left: ServiceKey, right: ServiceKey): boolean => keyText(left) === keyText(right);
