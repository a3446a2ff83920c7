/** A priority queue that is never changed, only replaced: taking out and putting in share nearly everything with the old one. */

/** A leftist heap: the right spine of n items has at most log2(n + 1) nodes. */
export type Heap<T> = HeapNode<T> | undefined;

interface HeapNode<T> {
  readonly item: T;
  /** Nodes on the way down to the right. */
  readonly spine: number;
  readonly left: Heap<T>;
  readonly right: Heap<T>;
}

/** Whether one item comes before another; must be a strict order. */
export type Before<T> = (one: T, other: T) => boolean;

const node = <T>(item: T, one: Heap<T>, other: Heap<T>): HeapNode<T> =>
  (one?.spine ?? 0) >= (other?.spine ?? 0)
    ? { item, spine: (other?.spine ?? 0) + 1, left: one, right: other }
    : { item, spine: (one?.spine ?? 0) + 1, left: other, right: one };

/** The items of both. */
export const merge = <T>(one: Heap<T>, other: Heap<T>, before: Before<T>): Heap<T> => {
  if (one === undefined) return other;
  if (other === undefined) return one;
  return before(other.item, one.item)
    ? node(other.item, other.left, merge(one, other.right, before))
    : node(one.item, one.left, merge(one.right, other, before));
};

export const insert = <T>(heap: Heap<T>, item: T, before: Before<T>): Heap<T> =>
  merge(heap, node(item, undefined, undefined), before);

/** All but the first item. */
export const rest = <T>(heap: Heap<T>, before: Before<T>): Heap<T> =>
  heap === undefined ? undefined : merge(heap.left, heap.right, before);

/** A heap of these items. */
export const heapOf = <T>(items: Iterable<T>, before: Before<T>): Heap<T> => {
  let heap: Heap<T>;
  for (const item of items) heap = insert(heap, item, before);
  return heap;
};

/** All items, in no particular order. Not recursive: the way down to the left may be as long as there are items. */
export const itemsOf = <T>(heap: Heap<T>): readonly T[] => {
  const items: T[] = [];
  const open = [heap];
  while (open.length > 0) {
    const next = open.pop();
    if (next === undefined) continue;
    items.push(next.item);
    open.push(next.left, next.right);
  }
  return items;
};
