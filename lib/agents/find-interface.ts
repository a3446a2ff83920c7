/** Decides where an address goes: interface, mask and broadcast that the argument leaves out come from the routing table. */
import type { AddressEntry } from '../platform/address-entry.js';
import type { Route } from '../platform/routes.js';
import { addressBytes, addressText } from '../platform/socket-address.js';
import type { AddressArgument } from './address-argument.js';
import { OCF } from './exit.js';
import { broadcastOf, inNetwork, parseMask } from './netmask.js';

export interface Network {
  readonly devices: readonly string[];
  readonly routes: readonly Route[];
  readonly addresses: readonly AddressEntry[];
}

export interface Placement {
  readonly device: string;
  readonly prefix: number;
  readonly broadcast?: string;
}

export type Placed = Placement | { readonly code: number; readonly reason: string };

const refuse = (code: number, reason: string): Placed => ({ code, reason });

/** The most specific route that covers all of `address/prefix`; among equals the one with the lowest metric. */
export const bestRoute = (routes: readonly Route[], address: string, prefix: number | undefined): Route | undefined =>
  routes
    .filter(
      (route) => inNetwork(address, route.network, route.prefix) && (prefix === undefined || route.prefix <= prefix),
    )
    .toSorted((one, other) => other.prefix - one.prefix || one.metric - other.metric)[0];

/**
 * Where IPaddr puts an address. It looks at all routes, also those through a router, but takes the default route only
 * when a mask is given; the broadcast address is computed.
 */
export const placeForIpaddr = (argument: AddressArgument, { devices, routes }: Network): Placed => {
  const { address, mask, device } = argument;
  if (addressBytes(address)?.length !== 4) return refuse(OCF.notConfigured, `[${address}] is not an IPv4 address`);
  const given = mask === undefined ? undefined : parseMask(mask, 32);
  if (mask !== undefined && given === undefined) return refuse(OCF.generic, `Invalid netmask specification [${mask}]`);
  if (device !== undefined && !devices.includes(device)) return refuse(OCF.generic, `unknown interface: ${device}`);
  if (argument.broadcast !== undefined && addressBytes(argument.broadcast)?.length !== 4) {
    return refuse(OCF.generic, `Invalid broadcast address [${argument.broadcast}].`);
  }
  const candidates = routes.filter((route) => device === undefined || route.device === device);
  const route = bestRoute(candidates, address, undefined);
  const prefix = given ?? route?.prefix;
  const found = device ?? route?.device;
  if (found === undefined || prefix === undefined) return refuse(OCF.generic, `No route to ${address}`);
  if (prefix === 0) return refuse(OCF.generic, `Cannot use default route w/o netmask [${address}]`);
  const broadcast = argument.broadcast ?? broadcastOf(address, prefix);
  return { device: found, prefix, ...(broadcast === undefined ? {} : { broadcast }) };
};

/** The broadcast address of the address that the device itself has in a network. */
const configuredBroadcast = (addresses: readonly AddressEntry[], route: Route): string | undefined =>
  addresses.find(
    (entry) =>
      entry.device === route.device &&
      entry.prefix === route.prefix &&
      !entry.secondary &&
      inNetwork(entry.address, route.network, route.prefix),
  )?.broadcast;

/**
 * Where IPaddr2 puts an address. It looks only at networks on a link of ours, and takes the broadcast address from our
 * own address there, so that a network without one gets none. IPv6 is ours: genuine refuses it here.
 */
export const placeForIpaddr2 = (argument: AddressArgument, network: Network): Placed => {
  const { address, mask, device } = argument;
  const { devices, routes, addresses } = network;
  const bytes = addressBytes(address);
  if (bytes === undefined) return refuse(OCF.notConfigured, `IP address [${address}] not valid.`);
  const ipv4 = bytes.length === 4;
  const given = mask === undefined ? undefined : parseMask(mask, ipv4 ? 32 : 128);
  if (device !== undefined && !devices.includes(device)) {
    return refuse(OCF.notConfigured, `Invalid interface name [${device}]`);
  }
  if (mask !== undefined && given === undefined) {
    return refuse(OCF.notConfigured, `Invalid netmask specification [${mask}].`);
  }
  const { broadcast } = argument;
  if (broadcast !== undefined && broadcast !== '+' && broadcast !== '-' && addressBytes(broadcast)?.length !== 4) {
    return refuse(OCF.notConfigured, `Invalid broadcast address [${broadcast}].`);
  }
  const onLink = routes.filter((route) => route.direct && route.prefix > 0);
  const route = bestRoute(
    onLink.filter((each) => device === undefined || each.device === device),
    address,
    given,
  );
  // The loopback network has its route in another table.
  const loopback = route === undefined && device === undefined && ipv4 && bytes[0] === 127;
  const found = device ?? route?.device ?? (loopback ? 'lo' : undefined);
  const prefix = given ?? route?.prefix ?? (loopback ? 8 : undefined);
  if (found === undefined || prefix === undefined) return refuse(OCF.generic, 'Unable to find nic or netmask.');
  const chosen = broadcast ?? (route === undefined || !ipv4 ? undefined : configuredBroadcast(addresses, route));
  const text = chosen === '+' ? broadcastOf(address, prefix) : chosen === '-' ? undefined : chosen;
  return { device: found, prefix, ...(text === undefined ? {} : { broadcast: text }) };
};

/** The first label of the form `eth0:N` that no address bears, as IPaddr labels its addresses. */
export const freeLabel = (addresses: readonly AddressEntry[], device: string): string => {
  const taken = new Set(addresses.map((entry) => entry.label));
  let number = 0;
  while (taken.has(`${device}:${number}`)) number += 1;
  return `${device}:${number}`;
};

/** Entries for an address, in any spelling of it. */
export const entriesFor = (addresses: readonly AddressEntry[], address: string): readonly AddressEntry[] => {
  const bytes = addressBytes(address);
  // Entries come in the usual spelling, so the text can be compared; a cluster may have hundreds of them.
  const usual = bytes === undefined ? undefined : addressText(bytes);
  return addresses.filter((entry) => entry.address === usual);
};
