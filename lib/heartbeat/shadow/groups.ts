/** What can be seen from this machine of who holds a resource group: whether its addresses are here. */
import { groupAddresses } from '../../agents/announce-held.js';
import { contains, plus } from '../cluster/holdings.js';
import type { Holding } from '../cluster/interface.js';
import type { ResourceGroup } from '../config/model.js';
import { describeGroup, groupsOfConcern, isLocal } from '../resources/scope.js';

export interface WatchedGroup {
  /** As genuine log lines name it: the node and all resource words. */
  readonly name: string;
  readonly scope: 'local' | 'foreign';
  /** As written in haresources; without any it cannot be seen whether the group runs here. */
  readonly addresses: readonly string[];
}

/** The groups that may ever run on this node, in the order of the file. */
export const watchedGroups = (
  groups: readonly ResourceGroup[],
  nodes: readonly string[],
  self: string,
): readonly WatchedGroup[] =>
  groupsOfConcern(groups, nodes, self).map((group) => ({
    name: describeGroup(group),
    scope: isLocal(group, self) ? 'local' : 'foreign',
    addresses: groupAddresses([group]),
  }));

/** `partly`: some of its addresses are here and some are not. */
export type Presence = 'here' | 'partly' | 'elsewhere' | 'unknown';

/** Where a group is, as its addresses tell; `here` holds the addresses of this machine as haresources writes them. */
export const presence = ({ addresses }: WatchedGroup, here: ReadonlySet<string>): Presence => {
  const count = addresses.filter((address) => here.has(address)).length;
  if (addresses.length === 0) return 'unknown';
  return count === 0 ? 'elsewhere' : count === addresses.length ? 'here' : 'partly';
};

/** Whether this node holds the groups of that half; undefined: no address tells. */
export const holdsHalf = (
  groups: readonly WatchedGroup[],
  here: ReadonlySet<string>,
  half: WatchedGroup['scope'],
): boolean | undefined => {
  const seen = groups
    .filter(({ scope }) => scope === half)
    .map((group) => presence(group, here))
    .filter((where) => where !== 'unknown');
  return seen.length === 0 ? undefined : seen.some((where) => where !== 'elsewhere');
};

/** What two holdings say about the groups that are there: halves without any group do not matter. */
export const sameGroups = (groups: readonly WatchedGroup[], one: Holding, other: Holding): boolean =>
  groups.every(({ scope }) => contains(one, scope) === contains(other, scope));

/** The two halves together. */
export const holdingOf = (local: boolean, foreign: boolean): Holding =>
  plus(local ? 'local' : 'none', foreign ? 'foreign' : 'none');
