/** Packs and unpacks bzip2 through the system's library (Debian package libbz2-1.0), in process and with a bounded result. */
import { loadLibrary, type NativeLibrary } from './native.js';

export interface Bz2 {
  /** Throws when the library refuses. */
  readonly pack: (data: Uint8Array) => Uint8Array;
  /** Throws when it is no bzip2 stream, or when more than `limit` bytes come out. */
  readonly unpack: (data: Uint8Array, limit: number) => Uint8Array;
}

// bzlib.h
const ERRORS: ReadonlyMap<number, string> = new Map([
  [-2, 'bad parameters'],
  [-3, 'out of memory'],
  [-4, 'damaged data'],
  [-5, 'no bzip2 data'],
  [-7, 'the data end too early'],
  [-8, 'the result is too large'],
]);
const BLOCK_SIZE = 1; // in units of 100 kB: heartbeat messages are smaller, and a larger block only costs memory
const WORK_FACTOR = 30;

const check = (result: number | bigint): void => {
  if (Number(result) !== 0) throw new Error(ERRORS.get(Number(result)) ?? `error ${result} of libbz2`);
};

const bind = (library: NativeLibrary): Bz2 => {
  const compress = library.func('int BZ2_bzBuffToBuffCompress(void *, void *, void *, unsigned int, int, int, int)');
  const decompress = library.func('int BZ2_bzBuffToBuffDecompress(void *, void *, void *, unsigned int, int, int)');
  const sized = (capacity: number, call: (into: Buffer, length: Buffer) => number | bigint): Uint8Array => {
    const into = Buffer.allocUnsafe(capacity);
    const length = Buffer.alloc(4);
    new DataView(length.buffer, length.byteOffset).setUint32(0, capacity, true);
    check(call(into, length));
    // A copy, so that the room for the largest result is given back.
    return Buffer.from(into.subarray(0, new DataView(length.buffer, length.byteOffset).getUint32(0, true)));
  };
  return {
    // bzlib manual: 1 % larger than the data plus 600 bytes is always enough.
    pack: (data) =>
      sized(Math.ceil(data.length * 1.01) + 600, (into, length) =>
        compress(into, length, Buffer.from(data), data.length, BLOCK_SIZE, 0, WORK_FACTOR),
      ),
    unpack: (data, limit) =>
      sized(limit, (into, length) => decompress(into, length, Buffer.from(data), data.length, 0, 0)),
  };
};

const load = async (): Promise<Bz2 | string> => {
  const library = await loadLibrary('libbz2.so.1.0');
  if (typeof library === 'string') return library;
  try {
    return bind(library);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

let loading: Promise<Bz2 | string> | undefined;

/** The library, loaded once, or why it cannot be had; never rejects. */
export const loadBz2 = (): Promise<Bz2 | string> => {
  loading ??= load();
  return loading;
};
