/** The part of BER that LDAP messages are made of: definite lengths, tags of one byte (RFC 4511 5.1). */

/** One element: its tag and its content. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
export const ENUMERATED = 0x0a;
export const BOOLEAN = 0x01;
export const SEQUENCE = 0x30;

const lengthBytes = (length: number): readonly number[] => {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
  return [0x80 | bytes.length, ...bytes];
};

/** The bytes of an element. */
export const element = (tag: number, ...content: readonly Uint8Array[]): Buffer => {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...content]);
};

/** A number of at most 31 bits, with as few bytes as it needs. */
export const integer = (value: number, tag = INTEGER): Buffer => {
  const bytes: number[] = [value & 0xff];
  // The highest bit is the sign: one more byte where it would be set.
  for (let rest = value >>> 8; rest > 0 || ((bytes[0] ?? 0) & 0x80) !== 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return element(tag, Buffer.from(bytes));
};

/** Head of an element: where its content begins and how long it is; undefined: more bytes are needed. */
export type Head =
  | { readonly kind: 'head'; readonly start: number; readonly length: number }
  | { readonly kind: 'short' }
  | { readonly kind: 'broken' };

/** Reads the head at `at`. Indefinite lengths and lengths of more than four bytes are broken. */
export const readHead = (bytes: Uint8Array, at: number): Head => {
  const first = bytes[at + 1];
  if (first === undefined) return { kind: 'short' };
  if (first < 0x80) return { kind: 'head', start: at + 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return { kind: 'broken' };
  if (at + 2 + count > bytes.length) return { kind: 'short' };
  const digits = bytes.subarray(at + 2, at + 2 + count);
  return { kind: 'head', start: at + 2 + count, length: digits.reduce((sum, digit) => sum * 0x100 + digit, 0) };
};

/** All elements of a constructed content; undefined when it does not consist of whole ones. */
export const elements = (content: Buffer): readonly Element[] | undefined => {
  const found: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const head = readHead(content, at);
    const tag = content[at];
    if (head.kind !== 'head' || tag === undefined || head.start + head.length > content.length) return undefined;
    found.push({ tag, content: content.subarray(head.start, head.start + head.length) });
    at = head.start + head.length;
  }
  return found;
};

/** The value of an INTEGER or ENUMERATED of one to four bytes. */
export const integerOf = (content: Buffer): number | undefined =>
  content.length >= 1 && content.length <= 4 ? content.readIntBE(0, content.length) : undefined;
