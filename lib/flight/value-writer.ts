/**
 * Plain values as bytes. Names, words and shapes of objects that come again are written once, so that a status message
 * takes some hundred bytes; what was written can only be read from its beginning (see value-reader.ts).
 */

/** The first byte of every value; 0x40 to 0x7f is the shape, 0x80 to 0xbf the number, 0xc0 to 0xff the word of that number. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  count: 4,
  float: 5,
  /** A word that is kept: the next ones refer to it. */
  newWord: 6,
  /** One byte for each character. */
  latin1: 7,
  /** Two bytes for each character. */
  wide: 8,
  word: 9,
  bytes: 10,
  array: 11,
  newShape: 12,
  shape: 13,
  map: 14,
} as const;

export const SHORT = 0x40;
export const SHORT_SHAPE = 0x40;
export const SHORT_COUNT = 0x80;
export const SHORT_WORD = 0xc0;

/** So many words are kept, each no longer than that; what comes again and again comes early. */
export const MOST_WORDS = 2048;
export const LONGEST_WORD = 64;
/** So many shapes of objects are kept. */
export const MOST_SHAPES = 4096;
/** Deeper values are a mistake, or hostile. */
export const DEEPEST = 60;

const FIRST_ROOM = 4096;

/** The names of an object in their order, letter by letter as it were. */
interface ShapeNode {
  readonly next: Map<string, ShapeNode>;
  number: number | undefined;
}

const isLatin1 = (text: string): boolean => {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 255) return false;
  return true;
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

export interface ValueWriter {
  /**
   * Appends a value: undefined, null, a boolean, a number, a string, bytes, or an array, a map or a plain object of these.
   * Throws a TypeError on anything else, such as a function.
   */
  readonly write: (value: unknown) => void;
  /** Bytes that were written and not taken yet. */
  readonly size: () => number;
  /** Hands over what was written since the last time. */
  readonly take: () => Buffer;
}

/** Begins a stream of values. */
export const createValueWriter = (): ValueWriter => {
  const words = new Map<string, number>();
  const shapes: ShapeNode = { next: new Map(), number: undefined };
  let shapeCount = 0;
  let room = Buffer.allocUnsafe(FIRST_ROOM);
  let end = 0;

  const ensure = (more: number): void => {
    if (end + more <= room.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * room.length, end + more));
    room.copy(larger, 0, 0, end);
    room = larger;
  };
  /** A tag and a whole number from 0 on. */
  const head = (tag: number, count: number): void => {
    ensure(10);
    room[end++] = tag;
    let rest = count;
    while (rest >= 0x80) {
      room[end++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    room[end++] = rest;
  };
  const tagged = (tag: number): void => {
    ensure(1);
    room[end++] = tag;
  };

  const writeNumber = (value: number): void => {
    if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) {
      if (value < SHORT) tagged(SHORT_COUNT + value);
      else head(TAG.count, value);
      return;
    }
    ensure(9);
    room[end++] = TAG.float;
    end = room.writeDoubleLE(value, end);
  };

  const writeText = (value: string): void => {
    const known = words.get(value);
    if (known !== undefined) {
      if (known < SHORT) tagged(SHORT_WORD + known);
      else head(TAG.word, known);
      return;
    }
    if (!isLatin1(value)) {
      head(TAG.wide, value.length);
      ensure(2 * value.length);
      end += room.write(value, end, 'utf16le');
      return;
    }
    const keep = words.size < MOST_WORDS && value.length <= LONGEST_WORD;
    if (keep) words.set(value, words.size);
    head(keep ? TAG.newWord : TAG.latin1, value.length);
    ensure(value.length);
    end += room.write(value, end, 'latin1');
  };

  const writeObject = (value: object, depth: number): void => {
    if (!isPlain(value)) throw new TypeError('an object with a class of its own cannot be recorded');
    const entries = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(value);
    let node = shapes;
    for (const name of names) {
      let next = node.next.get(name);
      if (next === undefined) {
        next = { next: new Map(), number: undefined };
        node.next.set(name, next);
      }
      node = next;
    }
    if (node.number !== undefined) {
      if (node.number < SHORT) tagged(SHORT_SHAPE + node.number);
      else head(TAG.shape, node.number);
    } else {
      if (shapeCount >= MOST_SHAPES) throw new TypeError('too many sorts of objects for one recording');
      node.number = shapeCount++;
      head(TAG.newShape, names.length);
      for (const name of names) writeText(name);
    }
    for (const name of names) writeValue(entries[name], depth + 1);
  };

  const writeComposite = (value: object, depth: number): void => {
    if (depth > DEEPEST) throw new TypeError('a value that is nested so deeply cannot be recorded');
    if (Array.isArray(value)) {
      head(TAG.array, value.length);
      for (const one of value) writeValue(one, depth + 1);
    } else if (value instanceof Uint8Array) {
      head(TAG.bytes, value.length);
      ensure(value.length);
      room.set(value, end);
      end += value.length;
    } else if (value instanceof Map) {
      head(TAG.map, value.size);
      for (const [key, one] of value) {
        writeValue(key, depth + 1);
        writeValue(one, depth + 1);
      }
    } else writeObject(value, depth);
  };

  const writeValue = (value: unknown, depth: number): void => {
    switch (typeof value) {
      case 'undefined':
        tagged(TAG.undefined);
        break;
      case 'boolean':
        tagged(value ? TAG.true : TAG.false);
        break;
      case 'number':
        writeNumber(value);
        break;
      case 'string':
        writeText(value);
        break;
      case 'object':
        if (value === null) tagged(TAG.null);
        else writeComposite(value, depth);
        break;
      default:
        throw new TypeError(`a ${typeof value} cannot be recorded`);
    }
  };

  return {
    write: (value) => writeValue(value, 0),
    size: () => end,
    take: () => {
      const taken = Buffer.from(room.subarray(0, end));
      end = 0;
      return taken;
    },
  };
};
