/** Where two values differ for the first time, in words for people. */

export interface Difference {
  /** `nodes.lb2.status`; empty: the values as a whole. */
  readonly path: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

type Parts = ReadonlyMap<string, unknown>;

const namedParts = (value: object): Parts =>
  value instanceof Map
    ? new Map([...value].map(([key, one]) => [String(key), one]))
    : new Map(Object.entries(value).filter(([, one]) => one !== undefined));

type List = readonly unknown[] | Uint8Array;

const isList = (value: object): value is List => Array.isArray(value) || value instanceof Uint8Array;

const kindOf = (value: object): string => {
  if (isList(value)) return value instanceof Uint8Array ? 'bytes' : 'list';
  return value instanceof Map ? 'map' : 'object';
};

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const differenceOfLists = (recorded: List, replayed: List, path: string): Difference | undefined => {
  for (let at = 0; at < Math.max(recorded.length, replayed.length); at += 1) {
    const found = firstDifference(recorded[at], replayed[at], join(path, String(at)));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Undefined: they are the same. What is undefined in an object counts like what is not there. */
export const firstDifference = (recorded: unknown, replayed: unknown, path = ''): Difference | undefined => {
  if (Object.is(recorded, replayed)) return undefined;
  if (!isObject(recorded) || !isObject(replayed) || kindOf(recorded) !== kindOf(replayed))
    return { path, recorded, replayed };
  if (isList(recorded) && isList(replayed)) {
    const found = differenceOfLists(recorded, replayed, path);
    if (found !== undefined || recorded.length === replayed.length) return found;
    return { path: join(path, 'length'), recorded: recorded.length, replayed: replayed.length };
  }
  const [old, fresh] = [namedParts(recorded), namedParts(replayed)];
  for (const [name, value] of old) {
    const found = firstDifference(value, fresh.get(name), join(path, name));
    if (found !== undefined) return found;
  }
  for (const [name, value] of fresh)
    if (!old.has(name)) return { path: join(path, name), recorded: undefined, replayed: value };
  return undefined;
};
