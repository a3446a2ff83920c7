/** The other node: resources are an affair of exactly two (heartbeat reference 11.2, no. 10). */
import type { ClusterState, NodeState } from './state.js';

/** The first normal node of ha.cf that is not ourselves; undefined in a cluster of one. */
export const partner = (state: ClusterState): NodeState | undefined => {
  const name = state.settings.nodes.find((node) => node !== state.settings.self);
  return name === undefined ? undefined : state.nodes.get(name);
};

/** Whether a node neither died nor took its leave. */
export const present = (node: NodeState | undefined): boolean =>
  node !== undefined && node.status !== 'dead' && !node.left;

/** Normal nodes other than ourselves. */
export const others = (state: ClusterState): readonly NodeState[] =>
  [...state.nodes.values()].filter((node) => node.type === 'normal' && node.name !== state.settings.self);

/** Whether we speak the protocol of `auto_failback legacy` (heartbeat reference 6.9). */
export const isLegacy = (state: ClusterState): boolean => state.settings.autoFailback === 'legacy';
