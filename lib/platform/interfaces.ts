/** The addresses of a network device as the kernel has them now, carrier or not. */
import { readFileSync } from 'node:fs';
import type { AddressEntry } from './address-entry.js';
import { readAddresses } from './addresses.js';

export interface InterfaceAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** As configured, or computed from address and prefix where none is. */
  readonly broadcast: string;
}

/** The broadcast address of a network, e.g. `10.0.0.255` for 10.0.0.11/24. */
export const broadcastOf = (address: string, prefixLength: number): string => {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefixLength);
  const last = Math.floor(number / size) * size + size - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.');
};

/** The kernel's number of a device, or undefined when there is no such device. A recreated device has a new one. */
export const interfaceIndex = (device: string): number | undefined => {
  // An alias such as eth0:0 is an address label on eth0.
  const name = device.replace(/:.*$/, '');
  if (!/^[^/\s]+$/.test(name) || name === '.' || name === '..') return undefined;
  try {
    return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1'));
  } catch {
    return undefined;
  }
};

/** Picks the addresses of one device; an alias such as eth0:0 is a label on its device. */
export const addressesOf = (entries: readonly AddressEntry[], device: string): readonly InterfaceAddress[] =>
  entries
    .filter((entry) => entry.family === 'ipv4')
    .filter((entry) => (device.includes(':') ? entry.label === device : entry.device === device))
    .map((entry) => {
      // 0.0.0.0 is what some tools leave behind where no broadcast address is set.
      const given = entry.broadcast === '0.0.0.0' ? undefined : entry.broadcast;
      return {
        address: entry.address,
        prefixLength: entry.prefix,
        broadcast: given ?? broadcastOf(entry.address, entry.prefix),
      };
    });

/** The IPv4 addresses of a device, primary first; empty when it has none or does not exist. Never rejects. */
export const interfaceAddresses = async (device: string): Promise<readonly InterfaceAddress[]> => {
  const entries = await readAddresses();
  return typeof entries === 'string' ? [] : addressesOf(entries, device);
};

/**
 * The IPv6 addresses of a device that may be used, those of the link last and with their zone; empty when it has none.
 * Never rejects.
 */
export const interfaceAddresses6 = async (device: string): Promise<readonly string[]> => {
  const entries = await readAddresses();
  return typeof entries === 'string' ? [] : addresses6Of(entries, device);
};

/** Picks the usable IPv6 addresses of one device: `fd00::11`, and `fe80::1%eth0` after all others. */
export const addresses6Of = (entries: readonly AddressEntry[], device: string): readonly string[] => {
  const usable = entries
    .filter((entry) => entry.family === 'ipv6' && entry.device === device && !entry.tentative && !entry.duplicate)
    .map(({ address }) => address);
  const isLocal = (address: string): boolean => /^fe[89ab]/i.test(address);
  return [
    ...usable.filter((address) => !isLocal(address)),
    ...usable.filter(isLocal).map((address) => `${address}%${device}`),
  ];
};
