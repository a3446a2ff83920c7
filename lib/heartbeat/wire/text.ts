/** The text form: `>>>`, one `NAME=VALUE` line per field, `<<<` (heartbeat reference 3.2). */

import { messageProblem, STRING_NEWLINE, structNewline, TYPE_DIGIT } from './field-rules.js';
import { MAX_DEPTH, MAX_UNPACKED } from './limits.js';
import { encodeList, listField } from './list.js';
import type { Field, Message } from './message.js';
import { printable, type Refused, refused } from './result.js';

export const TEXT_START = '>>>\n';
export const TEXT_END = '<<<\n';

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');

const encodeField = (field: Field, depth: number): string => {
  switch (field.type) {
    case 'string':
      return `${field.name}=${field.value.replaceAll('\n', STRING_NEWLINE)}\n`;
    case 'binary':
    case 'compressed':
      return `(${TYPE_DIGIT[field.type]})${field.name}=${base64(field.value)}\n`;
    case 'list':
      return `(3)${field.name}=${encodeList(field.value)}\n`;
    case 'struct': {
      const nested = TEXT_START + encodeFields(field.value, depth + 1) + TEXT_END;
      return `(2)${field.name}=${nested.replaceAll('\n', structNewline(depth))}\n`;
    }
  }
};

const encodeFields = (message: Message, depth: number): string =>
  message.fields.map((field) => encodeField(field, depth)).join('');

/**
 * The field lines without the `>>>` and `<<<` around them, one byte per character: what an `auth` field signs.
 *
 * @throws RangeError when the message cannot be carried (a bug of the caller: no decoder returns such a message).
 */
export const textBody = (message: Message): string => {
  const problem = messageProblem(message);
  if (problem !== undefined) throw new RangeError(`message cannot be encoded: ${problem}`);
  return encodeFields(message, 0);
};

/**
 * A whole text message, without the NUL that the client API puts behind it.
 *
 * A byte 0x13 inside a string arrives as a newline; that is how the form is. @throws RangeError like {@link textBody}.
 */
export const encodeText = (message: Message): Uint8Array =>
  Buffer.from(TEXT_START + textBody(message) + TEXT_END, 'latin1');

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** One line, or why it is none. `depth` is that of the message the line stands in. */
const decodeLine = (line: string, depth: number): Field | string => {
  const equals = line.indexOf('=');
  if (equals < 0) return `line doesn't contain '=': ${printable(line)}`;
  const head = line.slice(0, equals);
  const value = line.slice(equals + 1);
  const typed = /^\((.)\)(.*)$/s.exec(head);
  const name = typed?.[2] ?? head;
  switch (typed?.[1] ?? '0') {
    case '0':
      return { type: 'string', name, value: value.replaceAll(STRING_NEWLINE, '\n') };
    case '1':
    case '4':
      if (!BASE64.test(value)) return `field ${printable(name)} is not base64`;
      return { type: typed?.[1] === '4' ? 'compressed' : 'binary', name, value: Buffer.from(value, 'base64') };
    case '2': {
      if (depth >= MAX_DEPTH) return `structs are nested deeper than ${MAX_DEPTH}`;
      const nested = decodeTextString(value.replaceAll(structNewline(depth), '\n'), depth + 1);
      return typeof nested === 'string' ? nested : { type: 'struct', name, value: nested };
    }
    case '3':
      return listField(name, value);
    default:
      return `unknown field type (${printable(typed?.[1] ?? '')})`;
  }
};

/** Whether nothing but NULs follows. (A regular expression would try every NUL as a start: seconds for one packet.) */
const onlyNulsFrom = (data: string, from: number): boolean => {
  for (let at = from; at < data.length; at++) if (data.charCodeAt(at) !== 0) return false;
  return true;
};

/** Where the line `<<<` starts that ends the message; undefined without `>>>` or without end. One pass, no copies. */
export const textEnd = (data: string): number | undefined => {
  if (!data.startsWith(TEXT_START)) return undefined;
  const before = data.indexOf(`\n${TEXT_END}`, TEXT_START.length - 1);
  if (before >= 0) return before + 1;
  // The last line of a nested message may lack its newline.
  const last = data.lastIndexOf('\n') + 1;
  return data.startsWith('<<<', last) && onlyNulsFrom(data, last + 3) ? last : undefined;
};

/** The non-empty lines between `>>>` and `<<<`; everything behind `<<<` is ignored. */
export const textLines = (data: string): readonly string[] | undefined => {
  const end = textEnd(data);
  return end === undefined
    ? undefined
    : data
        .slice(TEXT_START.length, end)
        .split('\n')
        .filter((line) => line !== '');
};

/** A message made of lines, or why there is none. */
export const fieldsFromLines = (lines: readonly string[], depth = 0): Message | string => {
  const fields: Field[] = [];
  for (const line of lines) {
    const field = decodeLine(line, depth);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  return { fields };
};

const decodeTextString = (data: string, depth: number): Message | string => {
  const lines = textLines(data);
  return lines === undefined ? 'text message without end' : fieldsFromLines(lines, depth);
};

/** A message, or why there is none; refuses what could not be sent on in either encoding. */
export const checked = (decoded: Message | string): { readonly ok: true; readonly message: Message } | Refused => {
  if (typeof decoded === 'string') return refused('malformed', decoded);
  const problem = messageProblem(decoded);
  return problem === undefined ? { ok: true, message: decoded } : refused('malformed', problem);
};

/** Reads an unsigned text message (FIFO, client API, unpacked payload). An `auth` field stays in it. Never throws. */
export const decodeText = (data: Uint8Array): { readonly ok: true; readonly message: Message } | Refused => {
  if (data.length > MAX_UNPACKED) return refused('too-large', `message of ${data.length} bytes`);
  const lines = textLines(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1'));
  return lines === undefined ? refused('frame', 'no complete text message') : checked(fieldsFromLines(lines));
};
