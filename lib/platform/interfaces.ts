/** The IPv4 addresses of a network device as the kernel has them now, carrier or not. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { millis } from '../time.js';
import { findProgram, run } from './exec.js';

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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads what `ip -j -4 addr show` prints; anything unexpected counts as no addresses. */
export const parseIpAddr = (json: string, device: string): readonly InterfaceAddress[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return [];
  }
  const entries = Array.isArray(parsed) ? parsed.filter(isObject) : [];
  const infos = entries.flatMap((entry) => (Array.isArray(entry.addr_info) ? entry.addr_info.filter(isObject) : []));
  const found = infos.flatMap((info) => {
    const { local, prefixlen, broadcast, label } = info;
    if (info.family !== 'inet' || typeof local !== 'string' || typeof prefixlen !== 'number') return [];
    if (device.includes(':') && label !== device) return [];
    // 0.0.0.0 is what a system reports that has no broadcast address set.
    const given = typeof broadcast === 'string' && broadcast !== '0.0.0.0' ? broadcast : undefined;
    return [{ address: local, prefixLength: prefixlen, broadcast: given ?? broadcastOf(local, prefixlen) }];
  });
  return found;
};

/** What Node knows by itself: only devices that are up and have a carrier, and no configured broadcast address. */
const fromNode = (device: string): readonly InterfaceAddress[] =>
  (networkInterfaces()[device] ?? []).flatMap((info) => {
    const prefixLength = Number(info.cidr?.split('/')[1]);
    return info.family === 'IPv4' && Number.isInteger(prefixLength)
      ? [{ address: info.address, prefixLength, broadcast: broadcastOf(info.address, prefixLength) }]
      : [];
  });

/**
 * The IPv4 addresses of a device, primary first; empty when it has none or does not exist. Never rejects.
 *
 * iproute2 is asked first because it also knows devices without a carrier and the broadcast address as configured.
 */
export const interfaceAddresses = async (device: string): Promise<readonly InterfaceAddress[]> => {
  const ip = findProgram('ip');
  const base = device.replace(/:.*$/, '');
  if (ip !== undefined && base !== '') {
    const { code, stdout } = await run(ip, ['-j', '-4', 'addr', 'show', 'dev', base], { timeout: millis(5000) });
    const found = code === 0 ? parseIpAddr(stdout, device) : [];
    if (found.length > 0) return found;
  }
  return fromNode(device);
};
