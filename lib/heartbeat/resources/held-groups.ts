/**
 * What was started here, whatever haresources says by now: a resource whose line an administrator took out or shortened
 * while it ran is stopped with the others of its node, instead of being forgotten.
 */
import type { JobScope } from '../cluster/interface.js';
import type { ResourceGroup } from '../config/model.js';
import { groupsInScope } from './scope.js';

export type HeldGroups = readonly ResourceGroup[];

const sameNode = (one: ResourceGroup, other: ResourceGroup): boolean =>
  one.node.toLowerCase() === other.node.toLowerCase();

const keyOf = ({ resources }: ResourceGroup): string => resources[0]?.word ?? '';

const without = (group: ResourceGroup, gone: ReadonlySet<string>): readonly ResourceGroup[] => {
  const resources = group.resources.filter(({ word }) => !gone.has(word));
  return resources.length === 0 ? [] : [{ ...group, resources }];
};

/** Groups are about to be started: in a group that is known its new resources stand behind the old ones. */
export const withStarted = (held: HeldGroups, started: readonly ResourceGroup[]): HeldGroups =>
  started.reduce<HeldGroups>((sum, group) => {
    const known = sum.find((one) => sameNode(one, group) && keyOf(one) === keyOf(group));
    if (known === undefined) return sum.concat(group);
    const words = new Set(known.resources.map(({ word }) => word));
    const fresh = group.resources.filter(({ word }) => !words.has(word));
    if (fresh.length === 0) return sum;
    return sum.map((one) => (one === known ? { ...one, resources: [...one.resources, ...fresh] } : one));
  }, held);

/** Groups have been stopped. */
export const withStopped = (held: HeldGroups, stopped: readonly ResourceGroup[]): HeldGroups => {
  const gone = new Set(stopped.flatMap(({ resources }) => resources.map(({ word }) => word)));
  return held.flatMap((group) => without(group, gone));
};

/** What runs here and stands nowhere in the file any more; the scope is that of the line it was started by. */
export const strayGroups = (
  held: HeldGroups,
  file: readonly ResourceGroup[],
  self: string,
  scope: JobScope,
  key?: string,
): readonly ResourceGroup[] => {
  const known = new Set(file.flatMap(({ resources }) => resources.map(({ word }) => word)));
  return groupsInScope(held, self, scope, key).flatMap((group) => without(group, known));
};

/** One line for each group, in the syntax of haresources. */
export const heldText = (held: HeldGroups): string =>
  held.map(({ node, resources }) => `${[node, ...resources.map(({ word }) => word)].join(' ')}\n`).join('');
