/** A long list of which single items are replaced without copying all of it: ten thousand servers come up one by one. */

const LENGTH = 128;

/** The items in pieces of 128; `undefined` nowhere but beyond the end. */
export type Chunks<T> = readonly (readonly T[])[];

export const chunksOf = <T>(items: readonly T[]): Chunks<T> =>
  Array.from({ length: Math.ceil(items.length / LENGTH) }, (_, index) =>
    items.slice(index * LENGTH, (index + 1) * LENGTH),
  );

export const itemAt = <T>(chunks: Chunks<T>, index: number): T | undefined =>
  chunks[Math.floor(index / LENGTH)]?.[index % LENGTH];

/** The same list with another item at `index`, which must be within it. */
export const withItem = <T>(chunks: Chunks<T>, index: number, item: T): Chunks<T> => {
  const at = Math.floor(index / LENGTH);
  return chunks.with(at, (chunks[at] ?? []).with(index % LENGTH, item));
};
