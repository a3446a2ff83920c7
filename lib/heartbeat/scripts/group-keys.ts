/** What ResourceManager tells about the groups of haresources, and how it finds one (heartbeat reference 2.6). */
import type { ResourceGroup } from '../config/model.js';

/** A group as the scripts see it: its words with one blank behind each. */
const lineOf = ({ node, resources }: ResourceGroup): string =>
  [node, ...resources.map(({ word }) => word)].map((word) => `${word} `).join('');

/** The pattern as grep would take it; one that is none matches nothing. */
const patternOf = (source: string, flags: string): RegExp | undefined => {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
};

/** The groups of the nodes whose name matches `node`, a pattern: `.*` means all. */
const ofNodes = (groups: readonly ResourceGroup[], node: string): readonly ResourceGroup[] => {
  const pattern = patternOf(`^${node} `, 'i');
  return groups.filter((group) => pattern?.test(lineOf(group)) === true);
};

/** `listkeys NODE`: the first resource of each group, one a line. */
export const keysOf = (groups: readonly ResourceGroup[], node: string): readonly string[] =>
  ofNodes(groups, node).map(({ resources }) => resources[0]?.word ?? '');

const resourcesOf = (group: ResourceGroup): string => lineOf(group).slice(group.node.length + 1);

/** `ourkeys`: all resources of each group of `self`, with a blank behind each word. */
export const ownResources = (groups: readonly ResourceGroup[], self: string): readonly string[] =>
  ofNodes(groups, self).map(resourcesOf);

/** `otherkeys`: the same for the groups of all others. */
export const otherResources = (groups: readonly ResourceGroup[], self: string): readonly string[] => {
  const own = ofNodes(groups, self);
  return groups.filter((group) => !own.includes(group)).map(resourcesOf);
};

/**
 * The groups that `key` means: those with a resource of exactly this word, else those that it matches as a pattern, which
 * is what the shell script always makes of it.
 */
export const groupsForKey = (groups: readonly ResourceGroup[], key: string): readonly ResourceGroup[] => {
  const exact = groups.filter(({ resources }) => resources.some(({ word }) => word === key));
  if (exact.length > 0) return exact;
  const pattern = patternOf(` ${key} `, '');
  return groups.filter((group) => pattern?.test(lineOf(group)) === true);
};

/** How much of a group runs. */
export type GroupStatus = 'NONE' | 'SOME' | 'ALL';

/** `statgroup`: asks for one resource after the other, and no longer than needed. */
export const groupStatus = async <R>(
  resources: readonly R[],
  isRunning: (resource: R) => Promise<boolean>,
): Promise<GroupStatus> => {
  let status: GroupStatus | undefined;
  for (const resource of resources) {
    const found: GroupStatus = (await isRunning(resource)) ? 'ALL' : 'NONE';
    if (status !== undefined && status !== found) return 'SOME';
    status = found;
  }
  return status ?? 'NONE';
};
