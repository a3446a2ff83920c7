/** Which names and values both encodings can carry; decoders refuse the rest, so that every message can be relayed. */

import { MAX_DEPTH } from './limits.js';
import type { Field, Message } from './message.js';

/** The digit that marks each field type on the wire (heartbeat reference 3.1). */
export const TYPE_DIGIT = { string: '0', binary: '1', struct: '2', list: '3', compressed: '4' } as const;

/** The byte that stands for a newline inside a string of the text form (heartbeat reference 3.2). */
export const STRING_NEWLINE = '\x13';

/** The byte that stands for a newline of a struct nested at `depth` (0 = outermost) of the text form. */
export const structNewline = (depth: number): string => String.fromCharCode(depth < 12 ? 20 + depth : 3 + depth);

/** A name that no encoding can mistake for something else. */
export const validName = (name: string): boolean => /^[^\x00-\x20=(\x7f][^\x00-\x1f=\x7f]*$/.test(name);

/** Whether a list element survives the text form. */
const validElement = (element: string): boolean => !element.includes('\n');

/** Whether any text of the message holds a byte that the text form needs for the newlines of a struct around it. */
const clashes = (message: Message, reserved: string): boolean =>
  message.fields.some((field) => {
    if (field.type === 'string') return [...reserved].some((byte) => field.value.includes(byte));
    if (field.type === 'list')
      return field.value.some((element) => [...reserved].some((byte) => element.includes(byte)));
    return field.type === 'struct' && clashes(field.value, reserved);
  });

const fieldProblem = (field: Field, depth: number, reserved: string): string | undefined => {
  if (!validName(field.name)) return 'a field name holds a control character, a blank or =';
  if (field.type === 'list' && !field.value.every(validElement)) return `list ${field.name} holds a newline`;
  if (field.type !== 'struct') return undefined;
  if (depth >= MAX_DEPTH) return `structs are nested deeper than ${MAX_DEPTH}`;
  const inside = reserved + structNewline(depth);
  if (clashes(field.value, inside)) return `struct ${field.name} holds a control character that stands for a newline`;
  return messageProblem(field.value, depth + 1, inside);
};

/** Why a message cannot be sent in both encodings; undefined when it can. */
export const messageProblem = (message: Message, depth = 0, reserved = ''): string | undefined => {
  for (const field of message.fields) {
    const problem = fieldProblem(field, depth, reserved);
    if (problem !== undefined) return problem;
  }
  return undefined;
};
