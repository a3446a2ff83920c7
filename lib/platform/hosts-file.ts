/** The names of addresses in a file of the form of /etc/hosts (hosts(5)). */
import { isIPv4, isIPv6 } from 'node:net';
import { normalIpv6 } from '../ldirectord/config/addresses.js';

const normal = (address: string): string | undefined =>
  isIPv4(address) ? address : isIPv6(address) ? normalIpv6(address) : undefined;

/** By address (IPv6 in its normal form): canonical name and aliases in the order of the file. */
export const namesInHosts = (text: string): ReadonlyMap<string, readonly string[]> => {
  const names = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [written = '', ...found] = line
      .replace(/#.*$/, '')
      .split(/[ \t\r]+/)
      .filter((word) => word !== '');
    const address = normal(written);
    if (address === undefined || found.length === 0) continue;
    names.set(address, [...new Set([...(names.get(address) ?? []), ...found])]);
  }
  return names;
};
