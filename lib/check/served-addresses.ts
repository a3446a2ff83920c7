/** The addresses that the groups of haresources serve, whatever agent and spelling they are written with. */
import { type AddressArgument, parseAddressArgument } from '../agents/address-argument.js';
import { inNetwork } from '../agents/netmask.js';
import type { ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import { addressBytes, addressText } from '../platform/socket-address.js';
import type { Machine } from './machine.js';

const ADDRESS_AGENTS = ['IPaddr', 'IPaddr2', 'IPv6addr'];

/** One address, and who serves it. */
export interface ServedAddress {
  /** In the usual spelling. */
  readonly address: string;
  readonly argument: AddressArgument;
  readonly resource: ResourceSpec;
  readonly group: ResourceGroup;
}

/** The usual spelling of an address literal; undefined for anything else. */
export const usualAddress = (text: string): string | undefined => {
  const bytes = addressBytes(text);
  return bytes === undefined ? undefined : addressText(bytes);
};

/** In the order of the file; what is no address is left to the check of haresources itself. */
export const servedAddresses = (groups: readonly ResourceGroup[]): readonly ServedAddress[] =>
  groups.flatMap((group) =>
    group.resources.flatMap((resource) => {
      if (!ADDRESS_AGENTS.includes(resource.agent)) return [];
      const argument = parseAddressArgument(resource.args[0] ?? '');
      const address = usualAddress(argument.address);
      return address === undefined ? [] : [{ address, argument, resource, group }];
    }),
  );

/** Whether an address is one of this machine now, served ones included. */
export const isOwnAddress = ({ addresses }: Pick<Machine, 'addresses'>, address: string): boolean =>
  inNetwork(address, '127.0.0.0', 8) ||
  inNetwork(address, '::1', 128) ||
  addresses.some((entry) => entry.address === usualAddress(address));
