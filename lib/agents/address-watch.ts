/** Notices that somebody else has removed an address of a held resource, and decides when it is put back. Pure. */
import type { AddressEntry } from '../platform/address-entry.js';
import { type Millis, millis, seconds } from '../time.js';
import { entriesFor } from './find-interface.js';

interface Watched {
  /** As it was when it was last there. */
  readonly entry: AddressEntry;
  readonly missing: boolean;
  /** It has been said that it is put back later. */
  readonly told: boolean;
  /** How often it has been put back since it last had peace, and when the last time was. */
  readonly restored: number;
  readonly lastRestored: Millis;
}

export interface AddressWatch {
  /** Addresses of held resources that have not been seen yet; only what was there can be missed. */
  readonly awaited: readonly string[];
  readonly watched: readonly Watched[];
}

export const NOTHING_WATCHED: AddressWatch = { awaited: [], watched: [] };

export type WatchEvent =
  /** Resources with these addresses have been started. */
  | { readonly type: 'held'; readonly addresses: readonly string[] }
  /** They are about to be stopped. */
  | { readonly type: 'released'; readonly addresses: readonly string[] }
  /** All addresses of this machine. */
  | { readonly type: 'seen'; readonly entries: readonly AddressEntry[] };

export type WatchEffect =
  /** Add the address again; it is the `times`th time without peace in between. */
  | { readonly type: 'restore'; readonly entry: AddressEntry; readonly times: number }
  /** It has been removed once more, and is put back after a while. */
  | { readonly type: 'wait'; readonly entry: AddressEntry; readonly times: number; readonly pause: Millis };

export interface WatchStep {
  readonly state: AddressWatch;
  readonly effects: readonly WatchEffect[];
}

/** An address that stays so long has peace: the next removal is the first one again. */
const PEACE = seconds(60);
const LONGEST_PAUSE = seconds(60);

/** The first time at once; then a second, and twice as long each time, so that two programs that disagree do not race. */
const pauseAfter = (times: number): Millis =>
  times === 0 ? millis(0) : millis(Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(times - 1, 10)));

const isUsable = ({ device }: AddressEntry): boolean => device !== 'lo';

/** The address on its device, or else wherever an administrator has moved it. */
const present = (entries: readonly AddressEntry[], { address, device }: AddressEntry): AddressEntry | undefined => {
  const found = entriesFor(entries, address).filter(isUsable);
  return found.find((entry) => entry.device === device) ?? found[0];
};

const lookAt = (
  known: Watched,
  entries: readonly AddressEntry[],
  now: Millis,
): { readonly watched: Watched; readonly effects: readonly WatchEffect[] } => {
  const there = present(entries, known.entry);
  const { entry, restored: times, lastRestored } = known;
  if (there !== undefined) {
    const calm = times > 0 && now - lastRestored >= PEACE;
    return {
      watched: { ...known, entry: there, missing: false, told: false, restored: calm ? 0 : times },
      effects: [],
    };
  }
  const pause = millis(lastRestored + pauseAfter(times) - now);
  if (times === 0 || pause <= 0) {
    const watched = { entry, missing: true, told: false, restored: times + 1, lastRestored: now };
    return { watched, effects: [{ type: 'restore', entry, times: times + 1 }] };
  }
  const effects: readonly WatchEffect[] = known.told ? [] : [{ type: 'wait', entry, times, pause }];
  return { watched: { ...known, missing: true, told: true }, effects };
};

const seen = ({ awaited, watched }: AddressWatch, entries: readonly AddressEntry[], now: Millis): WatchStep => {
  const looks = watched.map((known) => lookAt(known, entries, now));
  const found = awaited.flatMap((address) => {
    const entry = entriesFor(entries, address).find(isUsable);
    return entry === undefined ? [] : [{ address, entry }];
  });
  const fresh = found.map(({ entry }) => ({ entry, missing: false, told: false, restored: 0, lastRestored: now }));
  return {
    state: {
      awaited: awaited.filter((address) => !found.some((one) => one.address === address)),
      watched: [...looks.map((look) => look.watched), ...fresh],
    },
    effects: looks.flatMap((look) => look.effects),
  };
};

const without = ({ awaited, watched }: AddressWatch, addresses: readonly string[]): AddressWatch => {
  const gone = new Set(watched.flatMap(({ entry }) => addresses.flatMap((one) => entriesFor([entry], one))));
  return {
    awaited: awaited.filter((address) => !addresses.includes(address)),
    watched: watched.filter(({ entry }) => !gone.has(entry)),
  };
};

/** One step; `now` is monotonic. */
export const stepWatch = (state: AddressWatch, event: WatchEvent, now: Millis): WatchStep => {
  switch (event.type) {
    case 'held': {
      const rest = without(state, event.addresses);
      return { state: { ...rest, awaited: [...rest.awaited, ...new Set(event.addresses)] }, effects: [] };
    }
    case 'released':
      return { state: without(state, event.addresses), effects: [] };
    case 'seen':
      return seen(state, event.entries, now);
  }
};

/** Whether there is anything to look at. */
export const isWatching = ({ awaited, watched }: AddressWatch): boolean => awaited.length + watched.length > 0;

/** Whether it must be looked again although nothing has changed. */
export const isUnsettled = ({ awaited, watched }: AddressWatch): boolean =>
  awaited.length > 0 || watched.some(({ missing }) => missing);

/** Whether an address is still to be there. */
export const isWatched = ({ watched }: AddressWatch, { address }: AddressEntry): boolean =>
  watched.some(({ entry }) => entry.address === address);
