/** The other node: resources are an affair of exactly two (heartbeat reference 11.2, no. 10). */
import type { ClusterState, NodeState } from './state.js';

/**
 * Whether we are neither the first nor the second node of ha.cf. Those two stand in for each other; a further node runs
 * the groups of its own and touches no others. If all survivors took over, as genuine nodes do, they would do it together.
 */
export const isBystander = ({ settings }: ClusterState): boolean => settings.nodes.indexOf(settings.self) > 1;

/** The first normal node of ha.cf that is not ourselves; undefined in a cluster of one, and for a bystander. */
export const partner = (state: ClusterState): NodeState | undefined => {
  const name = state.settings.nodes.find((node) => node !== state.settings.self);
  return name === undefined || isBystander(state) ? undefined : state.nodes.get(name);
};

/** Whether a node neither died nor took its leave. */
export const present = (node: NodeState | undefined): boolean =>
  node !== undefined && node.status !== 'dead' && !node.left;

/** Normal nodes other than ourselves. */
export const others = (state: ClusterState): readonly NodeState[] =>
  [...state.nodes.values()].filter((node) => node.type === 'normal' && node.name !== state.settings.self);

/** Whether we speak the protocol of `auto_failback legacy` (heartbeat reference 6.9). */
export const isLegacy = (state: ClusterState): boolean => state.settings.autoFailback === 'legacy';
