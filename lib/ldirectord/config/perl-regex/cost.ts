/** How long a search may take at worst, so that an expensive one can be given a limit. */
import { childrenOf, type Node } from './pattern.js';

/** Whether a node matches in one way only wherever it is tried: nothing in it can be given back and tried anew. */
const isRigid = (node: Node): boolean => {
  switch (node.kind) {
    case 'choice':
    case 'reference':
      return false;
    case 'repeat':
      return node.min === node.max && isRigid(node.body);
    default:
      return childrenOf(node).every(isRigid);
  }
};

/**
 * The power of the text's length that bounds the steps of trying a node at one place: each repeat of variable length can
 * multiply them by the length. Infinity: they may grow exponentially, or nothing is known.
 */
export const searchDegree = (node: Node): number => {
  switch (node.kind) {
    case 'reference':
      return Number.POSITIVE_INFINITY;
    case 'repeat':
      if (node.min === node.max) return isRigid(node.body) ? 0 : Number.POSITIVE_INFINITY;
      return isRigid(node.body) ? 1 : Number.POSITIVE_INFINITY;
    case 'choice':
      return Math.max(...node.branches.map(searchDegree));
    default:
      return childrenOf(node).reduce((sum, child) => sum + searchDegree(child), 0);
  }
};
