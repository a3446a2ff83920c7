/** A cluster message: an ordered list of typed fields (heartbeat reference 3.1). */

/** Field types on the wire: 0 string, 1 binary, 2 struct, 3 list of strings, 4 compressed binary. */
export type Field =
  | { readonly type: 'string'; readonly name: string; readonly value: string }
  | { readonly type: 'binary'; readonly name: string; readonly value: Uint8Array }
  | { readonly type: 'struct'; readonly name: string; readonly value: Message }
  | { readonly type: 'list'; readonly name: string; readonly value: readonly string[] }
  | { readonly type: 'compressed'; readonly name: string; readonly value: Uint8Array };

/**
 * Immutable. Names and string values hold one byte per character (latin1), so that whatever arrives is sent on
 * unchanged.
 */
export interface Message {
  readonly fields: readonly Field[];
}

/** Makes a message of string fields in the given order. */
export const message = (fields: Readonly<Record<string, string>>): Message => ({
  fields: Object.entries(fields).map(([name, value]) => ({ type: 'string', name, value })),
});

/** The first field of that name. */
export const field = (from: Message, name: string): Field | undefined =>
  from.fields.find((candidate) => candidate.name === name);

/** The value of a string field; undefined when it is absent or of another type. */
export const text = (from: Message, name: string): string | undefined => {
  const found = field(from, name);
  return found?.type === 'string' ? found.value : undefined;
};

/** The value of a binary field; undefined when it is absent or of another type. */
export const bytes = (from: Message, name: string): Uint8Array | undefined => {
  const found = field(from, name);
  return found?.type === 'binary' ? found.value : undefined;
};

/** A copy with one more field at the end, or the field of that name replaced where it stands. */
export const withField = (from: Message, added: Field): Message =>
  from.fields.some((candidate) => candidate.name === added.name)
    ? { fields: from.fields.map((candidate) => (candidate.name === added.name ? added : candidate)) }
    : { fields: [...from.fields, added] };

/** A copy without any field of that name. */
export const withoutField = (from: Message, name: string): Message => ({
  fields: from.fields.filter((candidate) => candidate.name !== name),
});
