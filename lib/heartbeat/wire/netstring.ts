/** The netstring form: `###`, one `<length>:(<type>)NAME=VALUE,` per field, `%%%` (heartbeat reference 3.3). */

import { messageProblem, TYPE_DIGIT } from './field-rules.js';
import { MAX_DEPTH } from './limits.js';
import { encodeList, listField } from './list.js';
import type { Field, Message } from './message.js';
import { printable } from './result.js';

export const NETSTRING_START = '###\n';
export const NETSTRING_END = '%%%\n';

/** Its length, a colon, the bytes and a comma. */
export const netstring = (bytes: string): string => `${bytes.length}:${bytes},`;

const encodeValue = (field: Field): string => {
  switch (field.type) {
    case 'string':
      return field.value;
    case 'binary':
    case 'compressed':
      return Buffer.from(field.value).toString('latin1');
    case 'list':
      return encodeList(field.value);
    case 'struct':
      return encodeFields(field.value);
  }
};

const encodeFields = (message: Message): string =>
  NETSTRING_START +
  message.fields.map((field) => netstring(`(${TYPE_DIGIT[field.type]})${field.name}=${encodeValue(field)}`)).join('') +
  NETSTRING_END;

/**
 * The message without a trailer, one byte per character: what a trailer signs.
 *
 * @throws RangeError when the message cannot be carried (a bug of the caller: no decoder returns such a message).
 */
export const netstringBody = (message: Message): string => {
  const problem = messageProblem(message);
  if (problem !== undefined) throw new RangeError(`message cannot be encoded: ${problem}`);
  return encodeFields(message);
};

/** The netstring that starts at `at`, and where the next one starts; undefined when none does. */
const takeNetstring = (data: string, at: number): { readonly body: string; readonly next: number } | undefined => {
  const prefix = /^(0|[1-9]\d{0,6}):/.exec(data.slice(at, at + 8));
  if (prefix?.[1] === undefined) return undefined;
  const start = at + prefix[0].length;
  const end = start + Number(prefix[1]);
  return data[end] === ',' ? { body: data.slice(start, end), next: end + 1 } : undefined;
};

/**
 * Where everything stands, from the length prefixes alone: nothing inside a field is looked at, because it is not
 * authenticated yet (heartbeat reference 11.5).
 */
export interface NetstringLayout {
  readonly fields: readonly string[];
  /** Number of bytes up to and including the newline of `%%%`: what the trailer signs. */
  readonly signedLength: number;
  /** `<index> <digest>`; undefined when nothing follows the message. */
  readonly trailer: string | undefined;
}

/** Walks over the length prefixes; undefined when they do not lead to `%%%`. Bytes behind the trailer are ignored. */
export const netstringLayout = (data: string): NetstringLayout | undefined => {
  if (!data.startsWith(NETSTRING_START)) return undefined;
  const fields: string[] = [];
  let at = NETSTRING_START.length;
  while (!data.startsWith(NETSTRING_END, at)) {
    const taken = takeNetstring(data, at);
    if (taken === undefined) return undefined;
    fields.push(taken.body);
    at = taken.next;
  }
  const signedLength = at + NETSTRING_END.length;
  return { fields, signedLength, trailer: takeNetstring(data, signedLength)?.body };
};

const decodeField = (body: string, depth: number): Field | string => {
  const head = /^\((.)\)([^=]*)=/s.exec(body);
  if (head?.[2] === undefined) return `field without type and name: ${printable(body)}`;
  const name = head[2];
  const value = body.slice(head[0].length);
  switch (head[1]) {
    case '0':
      return { type: 'string', name, value };
    case '1':
      return { type: 'binary', name, value: Buffer.from(value, 'latin1') };
    case '4':
      return { type: 'compressed', name, value: Buffer.from(value, 'latin1') };
    case '2': {
      if (depth >= MAX_DEPTH) return `structs are nested deeper than ${MAX_DEPTH}`;
      const layout = netstringLayout(value);
      const nested =
        layout === undefined || layout.signedLength !== value.length
          ? `struct ${printable(name)} is damaged`
          : netstringFields(layout.fields, depth + 1);
      return typeof nested === 'string' ? nested : { type: 'struct', name, value: nested };
    }
    case '3':
      return listField(name, value);
    default:
      return `unknown field type (${printable(head[1] ?? '')})`;
  }
};

/** A message made of the fields of a layout, or why there is none. */
export const netstringFields = (bodies: readonly string[], depth = 0): Message | string => {
  const fields: Field[] = [];
  for (const body of bodies) {
    const field = decodeField(body, depth);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  return { fields };
};
