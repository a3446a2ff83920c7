/** IPaddr: an IPv4 address as a labelled alias of an interface, e.g. eth0:0. */

import type { AddressEntry } from '../platform/address-entry.js';
import { addAddress, bringUp, deleteAddress, readAddresses } from '../platform/addresses.js';
import { readDevices, readRoutes } from '../platform/routes.js';
import { type AddressArgument, parseAddressArgument } from './address-argument.js';
import type { Agent, AgentContext } from './agent.js';
import type { Announcer } from './announcer.js';
import { OCF, wrapped } from './exit.js';
import { entriesFor, freeLabel, placeForIpaddr } from './find-interface.js';

/** Only labelled addresses count, as in genuine: a plain one was not put there by this agent. */
const aliases = (addresses: readonly AddressEntry[], { address }: AddressArgument): readonly AddressEntry[] =>
  entriesFor(addresses, address).filter((entry) => entry.label?.includes(':'));

const status = (addresses: readonly AddressEntry[], argument: AddressArgument, { log }: AgentContext): number => {
  const [entry] = aliases(addresses, argument);
  if (entry === undefined) return OCF.notRunning;
  if (argument.device === undefined || argument.device === entry.device) return OCF.success;
  const { address, device } = argument;
  log('ERROR', `${address} is running an interface (${entry.device}) instead of the configured one (${device})`);
  return OCF.generic;
};

const start = async (
  addresses: readonly AddressEntry[],
  argument: AddressArgument,
  context: AgentContext,
  announcer: Announcer,
): Promise<number> => {
  const { log } = context;
  const network = { addresses, devices: readDevices(), routes: readRoutes('ipv4') };
  const placed = placeForIpaddr(argument, network);
  if ('code' in placed) {
    log('ERROR', placed.reason);
    return placed.code;
  }
  if (status(addresses, argument, context) === OCF.success) return OCF.success;
  const { address } = argument;
  const { device, ...change } = placed;
  const label = freeLabel(addresses, device);
  await announcer.probe({ device, address }, log);
  const failed = (await addAddress(device, { address, label, ...change })) ?? (await bringUp(device));
  if (failed !== undefined) {
    log('ERROR', `Could not add ${address} to ${device}: ${failed}`);
    return OCF.generic;
  }
  announcer.start({ device, address }, log);
  return OCF.success;
};

const stop = async (
  addresses: readonly AddressEntry[],
  argument: AddressArgument,
  { log }: AgentContext,
  announcer: Announcer,
): Promise<number> => {
  const { address } = argument;
  for (const { device, prefix } of aliases(addresses, argument)) {
    announcer.stop({ device, address });
    const failed = await deleteAddress(device, { address, prefix });
    if (failed !== undefined) {
      log('WARN', `IP Address ${address} NOT released: ${failed}`);
      return OCF.generic;
    }
  }
  return OCF.success;
};

export const createIpaddr = (announcer: Announcer): Agent => ({
  name: 'IPaddr',
  run: async (verb, args, context) => {
    const argument = parseAddressArgument(args[0] ?? '');
    const addresses = await readAddresses();
    if (typeof addresses === 'string') {
      context.log('ERROR', `The addresses of this machine cannot be read: ${addresses}`);
      return wrapped(verb, OCF.generic);
    }
    if (verb === 'start') return wrapped(verb, await start(addresses, argument, context, announcer));
    if (verb === 'stop') return wrapped(verb, await stop(addresses, argument, context, announcer));
    return wrapped(verb, status(addresses, argument, context));
  },
});
