/** The kernel's routing tables and devices, read from /proc/net without starting a process. */
import { readFileSync } from 'node:fs';
import { addressText, type IpFamily } from './socket-address.js';
import { turnMemory } from './turn-memory.js';

export interface Route {
  readonly device: string;
  readonly network: string;
  readonly prefix: number;
  /** Whether the network is on the device's own link, not behind a router. */
  readonly direct: boolean;
  readonly metric: number;
}

const UP = 0x1;
const GATEWAY = 0x2;
const REJECT = 0x200;
/** IPv6 lists the routes to our own addresses together with the others. */
const LOCAL = 0x80000000;
const ANYCAST = 0x100000;

/** The kernel prints IPv4 addresses as the machine word that they are in memory: the bytes come in reverse order. */
const wordBytes = (hex: string): Buffer => Buffer.from(hex, 'hex').reverse();

const ones = (mask: Buffer): number => {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const length = bits.indexOf('0');
  return length < 0 ? bits.length : length;
};

/** Reads the text of /proc/net/route (the main table). */
export const parseIpv4Routes = (text: string): readonly Route[] =>
  text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, gateway, flagText, , , metric, mask] = line.trim().split(/\s+/);
      if (device === undefined || destination?.length !== 8 || mask?.length !== 8) return [];
      const flags = Number.parseInt(flagText ?? '0', 16);
      if ((flags & UP) === 0 || (flags & REJECT) !== 0) return [];
      const direct = (flags & GATEWAY) === 0 && gateway === '00000000';
      const network = addressText(wordBytes(destination));
      return [{ device, network, prefix: ones(wordBytes(mask)), direct, metric: Number(metric) }];
    });

/** Reads the text of /proc/net/ipv6_route, without the routes to our own addresses. */
export const parseIpv6Routes = (text: string): readonly Route[] =>
  text.split('\n').flatMap((line) => {
    const [destination, prefix, , , nextHop, metric, , , flagText, device] = line.trim().split(/\s+/);
    if (device === undefined || destination?.length !== 32 || device === 'lo') return [];
    const flags = Number.parseInt(flagText ?? '0', 16);
    if ((flags & UP) === 0 || (flags & (REJECT | LOCAL | ANYCAST)) !== 0) return [];
    const direct = (flags & GATEWAY) === 0 && /^0+$/.test(nextHop ?? '');
    const network = addressText(Buffer.from(destination, 'hex'));
    const length = Number.parseInt(prefix ?? '0', 16);
    return [{ device, network, prefix: length, direct, metric: Number.parseInt(metric ?? '0', 16) }];
  });

/** Reads the device names from the text of /proc/net/dev. */
export const parseDevices = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // a kernel without this protocol
  }
};

const ipv4Routes = turnMemory<readonly Route[]>();
const ipv6Routes = turnMemory<readonly Route[]>();
const devices = turnMemory<readonly string[]>();

/** To be called when something has been changed that the tables depend on. */
export const forgetRoutes = (): void => {
  ipv4Routes.forget();
  ipv6Routes.forget();
};

/** The routes of a family; multicast ones left out. */
export const readRoutes = (family: IpFamily): readonly Route[] =>
  family === 'ipv4'
    ? ipv4Routes.get(() => parseIpv4Routes(readText('/proc/net/route')))
    : ipv6Routes.get(() =>
        parseIpv6Routes(readText('/proc/net/ipv6_route')).filter(({ network }) => !network.startsWith('ff')),
      );

/** The names of all network devices, up or not. */
export const readDevices = (): readonly string[] => devices.get(() => parseDevices(readText('/proc/net/dev')));
