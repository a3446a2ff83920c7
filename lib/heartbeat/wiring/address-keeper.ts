/** Puts addresses of held resources back that somebody else has removed, and announces them. */
import {
  isUnsettled,
  isWatched,
  isWatching,
  NOTHING_WATCHED,
  stepWatch,
  type WatchEffect,
  type WatchEvent,
} from '../../agents/address-watch.js';
import { groupAddresses } from '../../agents/announce-held.js';
import type { Announcer } from '../../agents/announcer.js';
import type { Happening } from '../../events/event.js';
import type { Log } from '../../log.js';
import { type AddressChanges, openAddressChanges } from '../../platform/address-changes.js';
import type { AddressEntry } from '../../platform/address-entry.js';
import { addAddress, deleteAddress, readAddresses } from '../../platform/addresses.js';
import { now } from '../../platform/clock.js';
import { millis } from '../../time.js';
import type { ResourceGroup } from '../config/model.js';

export interface AddressKeeper {
  /** These groups have been started. */
  readonly hold: (groups: readonly ResourceGroup[]) => void;
  /** A job is about to touch these groups: whatever happens to their addresses now is meant. */
  readonly release: (groups: readonly ResourceGroup[]) => void;
  readonly close: () => void;
}

/** How often the kernel is asked whether anything has changed. */
const LOOK_EVERY = millis(500);
/**
 * Only what has been seen can be missed, so the first look comes soon after a start; but not at once: announcing the
 * addresses goes before.
 */
const FIRST_LOOK = millis(50);
/** Where the kernel cannot be heard, a program has to be started for each look. */
const LOOK_BY_PROGRAM = millis(10_000);

const described = ({ address, prefix, device }: AddressEntry): string => `${address}/${prefix} on ${device}`;

const reason = (effect: WatchEffect): string => {
  if (effect.type === 'restore') {
    const often = effect.times === 1 ? '' : ` (for the ${effect.times}. time)`;
    return `${described(effect.entry)} has been removed by something else: it is put back and announced${often}`;
  }
  const seconds = Math.ceil(effect.pause / 1000);
  return `${described(effect.entry)} has been removed again: it is put back in ${seconds} s, somebody insists on it`;
};

/** Watches nothing yet. Never rejects. */
export const openAddressKeeper = async (
  announcer: Announcer,
  log: Log,
  tell: (happening: Happening) => void = () => {},
): Promise<AddressKeeper> => {
  const changes: AddressChanges | undefined = await openAddressChanges();
  let state = NOTHING_WATCHED;
  let timer: NodeJS.Timeout | undefined;
  let first: NodeJS.Timeout | undefined;
  let looking = false;

  const restore = async (entry: AddressEntry): Promise<void> => {
    const { device, address } = entry;
    const failed = await addAddress(device, entry);
    if (failed !== undefined) log('ERROR', `${described(entry)} cannot be put back: ${failed}`);
    else if (isWatched(state, entry)) announcer.start({ device, address }, log);
    // It was given up while ip(8) was adding it.
    else await deleteAddress(device, entry);
  };

  const feed = (event: WatchEvent): readonly WatchEffect[] => {
    const step = stepWatch(state, event, now().mono);
    state = step.state;
    return step.effects;
  };

  const look = async (): Promise<void> => {
    const heard = changes?.changed() ?? true;
    if (looking || !(heard || isUnsettled(state))) return;
    looking = true;
    try {
      const entries = await readAddresses();
      if (typeof entries === 'string') return;
      for (const effect of feed({ type: 'seen', entries })) {
        const { device, address } = effect.entry;
        log('WARN', reason(effect));
        tell({ type: 'address', change: 'lost', address, device });
        if (effect.type === 'restore') await restore(effect.entry);
      }
    } finally {
      looking = false;
    }
  };

  const watch = (event: WatchEvent): void => {
    feed(event);
    if (!isWatching(state)) {
      clearInterval(timer);
      timer = undefined;
    } else if (timer === undefined) {
      timer = setInterval(() => void look(), changes === undefined ? LOOK_BY_PROGRAM : LOOK_EVERY);
    }
  };

  return {
    hold: (groups) => {
      const addresses = groupAddresses(groups);
      if (addresses.length === 0) return;
      watch({ type: 'held', addresses });
      clearTimeout(first);
      first = setTimeout(() => void look(), FIRST_LOOK);
    },
    release: (groups) => watch({ type: 'released', addresses: groupAddresses(groups) }),
    close: () => {
      clearInterval(timer);
      clearTimeout(first);
      state = NOTHING_WATCHED;
      changes?.close();
    },
  };
};
