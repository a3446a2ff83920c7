/** Groups what has happened into incidents: each begins with something bad and ends when it is quiet again. Pure. */

import type { HaEvent } from '../../events/event.js';
import { happeningText, isBad } from '../../events/event-text.js';
import { type AddressAccount, createAccounts } from '../../rehearsal/account.js';
import { millis } from '../../time.js';
import { causesOf } from './causes.js';
import { type Change, holderChanges } from './holders.js';
import type { Merged, Moment } from './merge.js';

/** It is quiet when nothing has happened for so long, in milliseconds. */
export const QUIET = 60_000;

/** One step of the way from the trouble to the end of it. */
export interface Milestone {
  readonly name: string;
  readonly at: number;
}

export interface AddressStory extends AddressAccount {
  /** Who answered before it began. */
  readonly from: readonly string[];
}

export interface Entry extends Moment {
  /** The place in the incident of the entry that led to it; null: nothing here did. */
  readonly because: number | null;
}

export interface Incident {
  /** The first entry is the bad event that began it. */
  readonly entries: readonly Entry[];
  readonly begin: number;
  readonly end: number;
  readonly milestones: readonly Milestone[];
  /** The addresses whose holder has changed. */
  readonly addresses: readonly AddressStory[];
  /** One sentence. */
  readonly summary: string;
}

/** What begins an incident: something is bad, or somebody moves resources. What a shadow would have done is neither. */
const begins = (event: HaEvent): boolean =>
  (isBad(event) && event.type !== 'difference') ||
  (event.type === 'daemon' && event.change === 'stopping') ||
  (event.type === 'standby' && event.from === 'not') ||
  (event.type === 'job' && event.step === 'begun' && event.cause?.endsWith(' is dead') === true);

/** The first and the last place of each incident. */
const stretches = (moments: readonly Moment[]): readonly (readonly [number, number])[] => {
  const found: [number, number][] = [];
  for (const [index, { event, at }] of moments.entries()) {
    const open = found.at(-1);
    const last = open === undefined ? undefined : moments[open[1]];
    const goesOn = last !== undefined && open?.[1] === index - 1 && at - last.at <= QUIET;
    if (goesOn && open !== undefined) open[1] = index;
    else if (begins(event)) found.push([index, index]);
  }
  return found;
};

/** The steps that are looked for, each after the one before. */
const STEPS: readonly { readonly name: (event: HaEvent) => string; readonly is: (event: HaEvent) => boolean }[] = [
  { name: () => 'late', is: ({ type }) => type === 'late' },
  { name: () => 'link dead', is: (event) => event.type === 'link' && event.to === 'dead' },
  {
    name: (event) => (event.type === 'node' ? `${event.name} dead` : event.type === 'standby' ? 'hand-over' : 'stop'),
    is: (event) =>
      (event.type === 'node' && event.to === 'dead') ||
      (event.type === 'standby' && event.from === 'not') ||
      (event.type === 'daemon' && event.change === 'stopping' && event.program === 'heartbeat'),
  },
  {
    name: ({ node }) => `${node} takes over`,
    is: (event) =>
      event.type === 'job' &&
      event.step === 'begun' &&
      /( is dead|^a hand-over was asked for|^no node had them)$/.test(event.cause ?? ''),
  },
  { name: () => 'first announcement', is: ({ type }) => type === 'announcement' },
  { name: () => 'first check', is: ({ type }) => type === 'check' },
  { name: () => 'table', is: ({ type }) => type === 'table' },
];

const milestonesOf = (entries: readonly Moment[]): readonly Milestone[] => {
  let from = 0;
  return STEPS.flatMap(({ name, is }) => {
    const place = entries.findIndex(({ event }, index) => index >= from && is(event));
    const entry = entries[place];
    if (entry === undefined) return [];
    from = place;
    return [{ name: name(entry.event), at: entry.at }];
  });
};

const storyOf = (address: string, changes: readonly Change[], end: number): AddressStory | undefined => {
  const [first] = changes;
  if (first === undefined) return undefined;
  const accounts = createAccounts([address]);
  accounts.note(address, millis(first.at), first.before);
  for (const { at, after } of changes) accounts.note(address, millis(at), after);
  const last = changes.at(-1)?.at ?? end;
  const [account] = accounts.close(millis(Math.max(end, last)));
  return account === undefined ? undefined : { ...account, from: first.before };
};

/** `1.046 s`. */
export const secondsText = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(3)} s`;

const names = (machines: readonly string[]): string => (machines.length === 0 ? 'nobody' : machines.join(' and '));

const addressText = ({ address, from, owners, outage, double }: AddressStory): string => {
  // What was first taken here had no holder before that is known of.
  if (from.length === 0 && outage === 0) return `${address} came to ${names(owners)}`;
  const moved = `(${names(from)} -> ${names(owners)})`;
  const gap = outage > 0 ? `was without an answer for ${secondsText(outage)}` : 'always had an answer';
  const still = owners.length === 0 ? ' and still is' : '';
  const twice = double > 0 ? `, and two machines answered for ${secondsText(double)}` : '';
  return `${address} ${gap}${still} ${moved}${twice}`;
};

const summaryOf = (entries: readonly Moment[], addresses: readonly AddressStory[]): string => {
  // A link that dies a moment before its node is not what it was about.
  const death = entries.find(({ event }) => event.type === 'node' && event.to === 'dead');
  const main = (death ?? entries[0])?.event;
  const head = main === undefined ? '' : `${main.node}: ${happeningText(main)}`;
  return [head, ...addresses.map(addressText)].join('; ');
};

/** The incidents of a timeline, oldest first. */
export const incidentsOf = (merged: Merged): readonly Incident[] => {
  const { moments } = merged;
  const causes = causesOf(merged);
  const changes = holderChanges(moments);
  return stretches(moments).map(([first, last]) => {
    const some = moments.slice(first, last + 1);
    const entries = some.map((moment, index): Entry => {
      const because = causes[first + index];
      return { ...moment, because: because === undefined || because < first ? null : because - first };
    });
    const begin = some[0]?.at ?? 0;
    const end = some.at(-1)?.at ?? begin;
    const inside = changes.filter(({ moment }) => moment >= first && moment <= last);
    const addresses = [...new Set(inside.map(({ address }) => address))].flatMap(
      (address) =>
        storyOf(
          address,
          inside.filter((change) => change.address === address),
          end,
        ) ?? [],
    );
    return { entries, begin, end, milestones: milestonesOf(some), addresses, summary: summaryOf(some, addresses) };
  });
};
