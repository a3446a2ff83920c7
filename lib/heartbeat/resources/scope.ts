/** Which groups of haresources a job is about. */
import type { JobScope } from '../cluster/interface.js';
import type { ResourceGroup } from '../config/model.js';

/** Whether a group prefers this node (heartbeat reference 6.1): then it is local here and foreign for the peer. */
export const isLocal = (group: Pick<ResourceGroup, 'node'>, self: string): boolean =>
  group.node.toLowerCase() === self.toLowerCase();

/**
 * The groups that may ever run on this node. The first two nodes of ha.cf stand in for each other; what prefers a further
 * node runs there or nowhere, because all others would take it over at the same time (heartbeat reference 11.2, no. 10).
 */
export const groupsOfConcern = <G extends Pick<ResourceGroup, 'node'>>(
  groups: readonly G[],
  nodes: readonly string[],
  self: string,
): readonly G[] => {
  const isFurther = (name: string): boolean => nodes.indexOf(name.toLowerCase()) > 1;
  return groups.filter((group) => isLocal(group, self) || !(isFurther(self) || isFurther(group.node)));
};

/** The groups of a scope in file order. */
export const inScope = <G extends Pick<ResourceGroup, 'node'>>(
  groups: readonly G[],
  self: string,
  scope: JobScope,
): readonly G[] =>
  groups.filter((group) => scope === 'all' || scope === 'every' || isLocal(group, self) === (scope === 'local'));

/** The groups of a scope in file order; with `key` only the one whose first resource word that is (reference 6.9). */
export const groupsInScope = (
  groups: readonly ResourceGroup[],
  self: string,
  scope: JobScope,
  key?: string,
): readonly ResourceGroup[] =>
  inScope(groups, self, scope).filter((group) => key === undefined || group.resources[0]?.word === key);

/** A group as genuine log lines name it: the node and all resource words. */
export const describeGroup = ({ node, resources }: ResourceGroup): string =>
  [node, ...resources.map((resource) => resource.word)].join(' ');
