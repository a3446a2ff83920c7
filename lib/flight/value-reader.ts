/** Reads what value-writer.ts has written, from its beginning on. */
import { DEEPEST, SHORT_COUNT, SHORT_SHAPE, SHORT_WORD, TAG } from './value-writer.js';

/** These bytes were not written by a writer of values. */
export class NotValues extends Error {}

export interface ValueReader {
  /** The values in the next piece, which begins and ends between two values. Throws NotValues. */
  readonly read: (piece: Uint8Array) => readonly unknown[];
}

/** Begins to read a stream of values. */
export const createValueReader = (): ValueReader => {
  const words: string[] = [];
  const shapes: (readonly string[])[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;

  const byte = (): number => {
    const found = bytes[at];
    if (found === undefined) throw new NotValues('it ends too early');
    at += 1;
    return found;
  };
  const count = (): number => {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const part = byte();
      value += (part & 0x7f) * unit;
      if (value > Number.MAX_SAFE_INTEGER) throw new NotValues('a number is too large');
      if (part < 0x80) return value;
    }
  };
  /** A number of things of which each takes at least `least` bytes. */
  const size = (least: number): number => {
    const wanted = count();
    if (wanted * least > bytes.length - at) throw new NotValues('it ends too early');
    return wanted;
  };
  const text = (encoding: 'latin1' | 'utf16le', width: number): string => {
    const length = size(width) * width;
    at += length;
    return bytes.toString(encoding, at - length, at);
  };
  const wordAt = (number: number): string => {
    const found = words[number];
    if (found === undefined) throw new NotValues('a word was never written');
    return found;
  };
  const newWord = (): string => {
    const word = text('latin1', 1);
    words.push(word);
    return word;
  };
  const name = (): string => {
    const value = valueAt(0);
    if (typeof value !== 'string') throw new NotValues('a name is no text');
    return value;
  };
  const newShape = (): number => {
    const length = size(1);
    // The writer counts a shape before it writes the names, which are no objects.
    return shapes.push(Array.from({ length }, name)) - 1;
  };
  const objectOf = (number: number, depth: number): Record<string, unknown> => {
    const names = shapes[number];
    if (names === undefined) throw new NotValues('a shape was never written');
    const found: Record<string, unknown> = {};
    for (const one of names) {
      // Not an assignment: a name may be __proto__.
      if (one === '__proto__')
        Object.defineProperty(found, one, { value: valueAt(depth + 1), enumerable: true, writable: true });
      else found[one] = valueAt(depth + 1);
    }
    return found;
  };

  const long = (tag: number, depth: number): unknown => {
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.count:
        return count();
      case TAG.float:
        if (at + 8 > bytes.length) throw new NotValues('it ends too early');
        at += 8;
        return bytes.readDoubleLE(at - 8);
      case TAG.newWord:
        return newWord();
      case TAG.latin1:
        return text('latin1', 1);
      case TAG.wide:
        return text('utf16le', 2);
      case TAG.word:
        return wordAt(count());
      case TAG.bytes: {
        const length = size(1);
        at += length;
        return Uint8Array.from(bytes.subarray(at - length, at));
      }
      case TAG.array:
        return Array.from({ length: size(1) }, () => valueAt(depth + 1));
      case TAG.newShape:
        return objectOf(newShape(), depth);
      case TAG.shape:
        return objectOf(count(), depth);
      case TAG.map:
        return new Map(Array.from({ length: size(2) }, () => [valueAt(depth + 1), valueAt(depth + 1)]));
      default:
        throw new NotValues(`there is no value of the sort ${tag}`);
    }
  };

  const valueAt = (depth: number): unknown => {
    if (depth > DEEPEST + 1) throw new NotValues('it is nested too deeply');
    const tag = byte();
    if (tag >= SHORT_WORD) return wordAt(tag - SHORT_WORD);
    if (tag >= SHORT_COUNT) return tag - SHORT_COUNT;
    if (tag >= SHORT_SHAPE) return objectOf(tag - SHORT_SHAPE, depth);
    return long(tag, depth);
  };

  return {
    read: (piece) => {
      bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      at = 0;
      const values: unknown[] = [];
      while (at < bytes.length) values.push(valueAt(0));
      return values;
    },
  };
};
