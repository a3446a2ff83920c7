/** IPv6addr: a further IPv6 address, on the interface that has an address in the same network. */
import type { AddressEntry } from '../platform/address-entry.js';
import { addAddress, bringUp, deleteAddress, readAddresses } from '../platform/addresses.js';
import { readDevices } from '../platform/routes.js';
import { addressBytes } from '../platform/socket-address.js';
import type { Agent, AgentContext, Verb } from './agent.js';
import type { Announcer } from './announcer.js';
import { OCF, wrapped } from './exit.js';
import { entriesFor } from './find-interface.js';
import { inNetwork, parseMask } from './netmask.js';

const isLinkLocal = (address: string): boolean => inNetwork(address, 'fe80::', 10);

/** What of the argument is needed, once it has been found good. */
export interface Ipv6Request {
  readonly address: string;
  readonly prefix: number | undefined;
  readonly device: string | undefined;
}

/** The request in `address[/[prefix][/interface]]`, or what is wrong with it. */
export const ipv6Request = (argument: string): Ipv6Request | string => {
  const [address = '', mask = '', ...rest] = argument.split('/');
  if (addressBytes(address)?.length !== 16) return `Invalid IPv6 address [${address}]`;
  const isOpen = mask === '' || mask === '0';
  const prefix = isOpen ? undefined : parseMask(mask, 128);
  if (prefix === undefined && !isOpen) return `Invalid prefix_len [${mask}], should be an integer in [0, 128]`;
  return { address, prefix, device: rest.find((part) => part !== '') };
};

/** Whether an entry may decide about the request: addresses of the link only count for an interface that is named. */
const counts = ({ prefix, device }: Ipv6Request, entry: AddressEntry): boolean =>
  entry.family === 'ipv6' &&
  (prefix === undefined || entry.prefix === prefix) &&
  (device === undefined ? !isLinkLocal(entry.address) && entry.device !== 'lo' : entry.device === device);

/** The entries that are this resource. */
export const ipv6Entries = (request: Ipv6Request, addresses: readonly AddressEntry[]): readonly AddressEntry[] =>
  entriesFor(addresses, request.address).filter((entry) => counts(request, entry));

/**
 * Where the address goes: where another one of its network is, with that one's prefix, or where the argument says it in full.
 * Undefined when there is no such place.
 */
export const placeForIpv6addr = (
  request: Ipv6Request,
  addresses: readonly AddressEntry[],
): { readonly device: string; readonly prefix: number } | undefined => {
  const { address, prefix, device } = request;
  const neighbour = addresses.find(
    (entry) => counts(request, entry) && inNetwork(address, entry.address, entry.prefix),
  );
  if (neighbour !== undefined) return { device: neighbour.device, prefix: neighbour.prefix };
  return device === undefined || prefix === undefined ? undefined : { device, prefix };
};

const start = async (
  request: Ipv6Request,
  addresses: readonly AddressEntry[],
  { log }: AgentContext,
  announcer: Announcer,
): Promise<number> => {
  if (ipv6Entries(request, addresses).length > 0) return OCF.success;
  const { address } = request;
  const placed = placeForIpv6addr(request, addresses);
  if (placed === undefined || !readDevices().includes(placed.device)) {
    log('ERROR', `no interface has an address in the network of ${address}, and interface and prefix are not given`);
    return OCF.generic;
  }
  const { device, prefix } = placed;
  await announcer.probe({ device, address }, log);
  const failed = (await addAddress(device, { address, prefix })) ?? (await bringUp(device));
  if (failed !== undefined) {
    log('ERROR', `failed to assign the address to ${device}: ${failed}`);
    return OCF.generic;
  }
  announcer.start({ device, address }, log);
  return OCF.success;
};

const stop = async (
  request: Ipv6Request,
  addresses: readonly AddressEntry[],
  { log }: AgentContext,
  announcer: Announcer,
): Promise<number> => {
  const { address } = request;
  for (const { device, prefix } of ipv6Entries(request, addresses)) {
    announcer.stop({ device, address });
    const failed = await deleteAddress(device, { address, prefix });
    if (failed !== undefined) {
      log('ERROR', `failed to remove ${address} from ${device}: ${failed}`);
      return OCF.generic;
    }
  }
  return OCF.success;
};

const perform = async (verb: Verb, argument: string, context: AgentContext, announcer: Announcer): Promise<number> => {
  const request = ipv6Request(argument);
  if (typeof request === 'string') {
    context.log('ERROR', request);
    // What cannot have been started is stopped.
    return verb === 'stop' ? OCF.success : OCF.arguments;
  }
  const addresses = await readAddresses();
  if (typeof addresses === 'string') {
    context.log('ERROR', `The addresses of this machine cannot be read: ${addresses}`);
    return OCF.generic;
  }
  if (verb === 'start') return start(request, addresses, context, announcer);
  if (verb === 'stop') return stop(request, addresses, context, announcer);
  return ipv6Entries(request, addresses).length > 0 ? OCF.success : OCF.notRunning;
};

export const createIpv6addr = (announcer: Announcer): Agent => ({
  name: 'IPv6addr',
  // haresources cuts an IPv6 address at its "::"; the parts are one argument.
  run: async (verb, args, context) => wrapped(verb, await perform(verb, args.join('::'), context, announcer)),
});
