/** Announces the addresses of resource groups that are up here once more, whoever has brought them up. */
import type { ResourceGroup } from '../heartbeat/config/model.js';
import type { Log } from '../log.js';
import type { AddressEntry } from '../platform/address-entry.js';
import { readAddresses } from '../platform/addresses.js';
import { type AnnounceTarget, announce } from '../platform/announce.js';
import { parseAddressArgument } from './address-argument.js';
import type { AnnounceSettings } from './announcer.js';
import { entriesFor } from './find-interface.js';

/** Scripts whose first argument is an address that is up while they run. */
const ADDRESS_AGENTS: readonly string[] = ['IPaddr', 'IPaddr2', 'IPv6addr'];

/** Which addresses of these groups are on which interfaces now, the loopback device left aside. */
export const heldTargets = (
  groups: readonly ResourceGroup[],
  addresses: readonly AddressEntry[],
): readonly AnnounceTarget[] =>
  groups
    .flatMap(({ resources }) => resources)
    .filter(({ agent }) => ADDRESS_AGENTS.includes(agent))
    .flatMap(({ args }) => entriesFor(addresses, parseAddressArgument(args.join('::')).address))
    .filter(({ device, tentative }) => device !== 'lo' && !tentative)
    .map(({ device, address }) => ({ device, address }));

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
};
