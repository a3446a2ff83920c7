/** Announces the addresses of resource groups that are up here once more, whoever has brought them up. */
import type { ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import type { Log } from '../log.js';
import type { AddressEntry } from '../platform/address-entry.js';
import { readAddresses } from '../platform/addresses.js';
import { type AnnounceTarget, announce } from '../platform/announce.js';
import { parseAddressArgument } from './address-argument.js';
import type { AnnounceSettings } from './announcer.js';
import { entriesFor } from './find-interface.js';
import { parseSendArpArgument, sendArpMark } from './send-arp.js';
import { isMarked } from './start-mark.js';

/** Scripts whose first argument is an address that is up while they run. */
const ADDRESS_AGENTS: readonly string[] = ['IPaddr', 'IPaddr2', 'IPv6addr'];

/** Whether a resource is an address. */
export const isAddress = ({ agent }: Pick<ResourceSpec, 'agent'>): boolean => ADDRESS_AGENTS.includes(agent);

/** The addresses of these groups, as they are written. */
export const groupAddresses = (groups: readonly ResourceGroup[]): readonly string[] =>
  groups
    .flatMap(({ resources }) => resources)
    .filter(isAddress)
    .map(({ args }) => parseAddressArgument(args.join('::')).address);

/** Which addresses of these groups are on which interfaces now, the loopback device left aside. */
export const heldTargets = (
  groups: readonly ResourceGroup[],
  addresses: readonly AddressEntry[],
): readonly AnnounceTarget[] =>
  groupAddresses(groups)
    .flatMap((address) => entriesFor(addresses, address))
    .filter(({ device, tentative }) => device !== 'lo' && !tentative)
    .map(({ device, address }) => ({ device, address }));

/** What the SendArp resources of these groups announce while they run. */
export const sendArpTargets = (groups: readonly ResourceGroup[]): readonly AnnounceTarget[] =>
  groups
    .flatMap(({ resources }) => resources)
    .filter(({ agent }) => agent === 'SendArp')
    .flatMap(({ args }) => parseSendArpArgument(args.join('::')) ?? []);

/** Announces what of these groups is up here; never rejects. */
export const announceHeld = async (
  groups: readonly ResourceGroup[],
  settings: AnnounceSettings,
  log: Log,
): Promise<void> => {
  const addresses = await readAddresses();
  if (typeof addresses === 'string') {
    log('WARN', `Addresses are not announced again, they cannot be read: ${addresses}`);
    return;
  }
  for (const target of heldTargets(groups, addresses)) announce(target, { ...settings, log });
  const context = { log, signal: new AbortController().signal };
  for (const target of sendArpTargets(groups)) {
    if (await isMarked(sendArpMark(target.address), context)) announce(target, { ...settings, log });
  }
};
