/** IPaddr2: an address as a plain further address of an interface, for IPv4 and (unlike genuine) IPv6. */

import type { AddressEntry } from '../platform/address-entry.js';
import { addAddress, bringUp, deleteAddress, readAddresses } from '../platform/addresses.js';
import { readDevices, readRoutes } from '../platform/routes.js';
import { type AddressArgument, parseAddressArgument } from './address-argument.js';
import type { Agent, AgentContext, Verb } from './agent.js';
import type { Announcer } from './announcer.js';
import { OCF, wrapped } from './exit.js';
import { entriesFor, type Placed, placeForIpaddr2 } from './find-interface.js';
import { removeLoopback, restoreLoopback } from './loopback-conflict.js';

/** Longest interface label, IFNAMSIZ without the NUL. */
const LABEL_LIMIT = 15;

interface Situation {
  readonly argument: AddressArgument;
  readonly addresses: readonly AddressEntry[];
  readonly placed: Placed;
}

const onLoopback = (device: string): boolean => device.startsWith('lo');

/**
 * The entries that are this resource. Where the argument leaves something out and the routing table cannot fill it in any
 * more, it is the address wherever it stands (genuine would leave it there and say that it is stopped).
 */
const served = ({ argument, addresses, placed }: Situation): readonly AddressEntry[] => {
  const entries = entriesFor(addresses, argument.address);
  if ('device' in placed) {
    return entries.filter((entry) => entry.device === placed.device && entry.prefix === placed.prefix);
  }
  return entries.filter((entry) => !onLoopback(entry.device));
};

const look = async (argument: AddressArgument): Promise<Situation | string> => {
  const addresses = await readAddresses();
  if (typeof addresses === 'string') return `The addresses of this machine cannot be read: ${addresses}`;
  const routes = readRoutes(argument.address.includes(':') ? 'ipv6' : 'ipv4');
  return { argument, addresses, placed: placeForIpaddr2(argument, { addresses, routes, devices: readDevices() }) };
};

const start = async (situation: Situation, { log }: AgentContext, announcer: Announcer): Promise<number> => {
  const { argument, addresses, placed } = situation;
  if ('code' in placed) {
    log('ERROR', placed.reason);
    return placed.code;
  }
  if (served(situation).length > 0) return OCF.success;
  const { address } = argument;
  const { device, ...change } = placed;
  const label = argument.label === undefined ? {} : { label: `${device}:${argument.label}` };
  const failed =
    (onLoopback(device) ? undefined : await removeLoopback(address, entriesFor(addresses, address), log)) ??
    (await addAddress(device, { address, ...change, ...label })) ??
    (await bringUp(device));
  if (failed !== undefined) {
    log('ERROR', `Failed to add ${address} to ${device}: ${failed}`);
    return OCF.generic;
  }
  if (!onLoopback(device)) announcer.start({ device, address }, log);
  return OCF.success;
};

const stop = async (situation: Situation, { log }: AgentContext, announcer: Announcer): Promise<number> => {
  const { address } = situation.argument;
  const entries = served(situation);
  for (const { device, prefix } of entries) {
    announcer.stop({ device, address });
    const failed = await deleteAddress(device, { address, prefix });
    if (failed !== undefined) {
      log('ERROR', `Unable to remove IP ${address} from interface ${device}: ${failed}`);
      return OCF.generic;
    }
  }
  const failed = entries.length === 0 ? undefined : await restoreLoopback(address, log);
  if (failed === undefined) return OCF.success;
  log('ERROR', `Unable to restore ${address}: ${failed}`);
  return OCF.generic;
};

/** What is wrong with the argument before anything is looked at, as an exit code. */
const refusal = (verb: Verb, { address, device, label }: AddressArgument): number | undefined => {
  if (address === '') return verb === 'stop' ? OCF.success : OCF.notConfigured;
  if (label !== undefined && `${device}:${label}`.length > LABEL_LIMIT) return OCF.notConfigured;
  return undefined;
};

export const createIpaddr2 = (announcer: Announcer): Agent => ({
  name: 'IPaddr2',
  run: async (verb, args, context) => {
    // haresources cuts an IPv6 address at its "::"; the parts are one argument.
    const argument = parseAddressArgument(args.join('::'));
    const refused = refusal(verb, argument);
    if (refused !== undefined) return wrapped(verb, refused);
    const situation = await look(argument);
    if (typeof situation === 'string') {
      context.log('ERROR', situation);
      return wrapped(verb, OCF.generic);
    }
    if (verb === 'start') return wrapped(verb, await start(situation, context, announcer));
    if (verb === 'stop') return wrapped(verb, await stop(situation, context, announcer));
    return wrapped(verb, served(situation).length > 0 ? OCF.success : OCF.notRunning);
  },
});
