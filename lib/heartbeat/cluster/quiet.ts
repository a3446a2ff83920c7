/** Most packets only say on one more link what is known already: nothing follows from them, so nothing needs to be looked at. */
import type { ClusterState, LinkState, NodeState } from './state.js';

/** Whether all members but these are the very same. */
const sameBut = <S extends object>(before: S, after: S, ...but: readonly (keyof S)[]): boolean => {
  for (const key in after) if (before[key] !== after[key] && !but.includes(key)) return false;
  return true;
};

const sameLinks = (before: readonly LinkState[], after: readonly LinkState[]): boolean =>
  before.length === after.length &&
  before.every((link, index) => {
    const other = after[index];
    return other === link || (other !== undefined && sameBut(link, other, 'heardAt'));
  });

const sameNode = (before: NodeState, after: NodeState | undefined): boolean =>
  after === before || (after !== undefined && sameBut(before, after, 'links') && sameLinks(before.links, after.links));

/** Whether nothing but the times at which links were last heard, and what is counted for the log, has changed. */
export const onlyHeardAgain = (before: ClusterState, after: ClusterState): boolean => {
  if (before === after) return true;
  if (!sameBut(before, after, 'nodes', 'counters', 'unlogged')) return false;
  if (before.nodes === after.nodes) return true;
  for (const [name, node] of before.nodes) if (!sameNode(node, after.nodes.get(name))) return false;
  return before.nodes.size === after.nodes.size;
};
