/** Takes away what a search does not need: `.*OK.*` is found exactly where `OK` is found. */
import { childrenOf, type Node } from './pattern.js';

const hasReference = (node: Node): boolean => node.kind === 'reference' || childrenOf(node).some(hasReference);

/** A repeat at either end of a pattern need not match more often than it must; undefined: not at all. */
const leastOf = (node: Node): Node | undefined => {
  // A possessive repeat takes all it can and leaves nothing to what follows, so its length matters.
  if (node.kind !== 'repeat' || node.mode === 'possessive' || node.body.kind !== 'bytes') return node;
  return node.min === 0 ? undefined : { ...node, max: node.min };
};

const trimEnd = (parts: readonly Node[]): readonly Node[] => {
  const last = parts.at(-1);
  if (last === undefined) return parts;
  const least = leastOf(last);
  return least === undefined ? trimEnd(parts.slice(0, -1)) : [...parts.slice(0, -1), least];
};

const trimmed = (node: Node): Node => {
  if (node.kind === 'choice') return { ...node, branches: node.branches.map(trimmed) };
  if (node.kind !== 'sequence') return node;
  const fromEnd = trimEnd(node.parts);
  return { ...node, parts: trimEnd(fromEnd.toReversed()).toReversed() };
};

/** The same pattern as far as a search is concerned that only asks whether there is a match. */
export const trimForSearch = (node: Node): Node => (hasReference(node) ? node : trimmed(node));
