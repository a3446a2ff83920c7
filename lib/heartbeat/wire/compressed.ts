/** A wholly compressed message: a packed text message as the only payload (heartbeat reference 3.8). */
import { MAX_PACKET, MAX_UNPACKED } from './limits.js';
import { bytes, field, type Message, text, withoutField } from './message.js';
import { printable, type Refused, refused } from './result.js';
import { decodeText } from './text.js';

/** One way of packing. Both directions throw when they fail; `unpack` also when more than `limit` bytes come out. */
export interface Codec {
  readonly pack: (data: Uint8Array) => Uint8Array;
  readonly unpack: (data: Uint8Array, limit: number) => Uint8Array;
}

/** The names that stand in `_compression_algorithm`. */
export type Algorithm = 'zlib' | 'bz2';

/** What this machine can pack and unpack. An algorithm without codec says why. */
export type Codecs = Readonly<Record<Algorithm, Codec | string>>;

/** Which messages are packed before they are sent, and how (ha.cf `compression`, `compression_threshold`, `traditional_compression`). */
export interface Compression {
  readonly algorithm: Algorithm;
  /** In bytes; a message of that length or more is packed when `traditional` is set. */
  readonly threshold: number;
  readonly traditional: boolean;
}

const PAYLOAD = '_compressed_payload';
const ALGORITHM = '_compression_algorithm';

/** Whether the message is only a wrapper around a packed one. */
export const isCompressed = (message: Message): boolean => field(message, PAYLOAD) !== undefined;

/**
 * Whether a message is packed: the netstring form is longer than the wire allows, or the signed text form is at least as
 * long as the threshold (found out with the genuine daemon, byte by byte).
 */
export const wantsPacking = (
  netstringLength: number,
  textLength: () => number,
  { traditional, threshold }: Compression,
): boolean => netstringLength >= MAX_PACKET || (traditional && textLength() >= threshold);

/**
 * The wrapper around a message in its signed text form; genuine packs a NUL behind it. Throws when the codec fails.
 *
 * @param signedText from `>>>` to `<<<`, with its `auth` field
 */
export const wrap = (signedText: Uint8Array, algorithm: Algorithm, codec: Codec): Message => {
  const packed = codec.pack(Buffer.concat([signedText, Buffer.alloc(1)]));
  return {
    fields: [
      { type: 'binary', name: PAYLOAD, value: packed },
      { type: 'string', name: ALGORITHM, value: algorithm },
    ],
  };
};

const isAlgorithm = (name: string): name is Algorithm => name === 'zlib' || name === 'bz2';

/** The packed message without its inner `auth` field: the wrapper's signature covers it. Never throws. */
export const unpack = (
  wrapper: Message,
  codecs: Codecs,
): { readonly ok: true; readonly message: Message } | Refused => {
  const payload = bytes(wrapper, PAYLOAD);
  const algorithm = text(wrapper, ALGORITHM);
  if (payload === undefined || algorithm === undefined) return refused('compression', 'damaged compressed message');
  if (!isAlgorithm(algorithm))
    return refused('compression', `messages compressed with ${printable(algorithm)} cannot be unpacked`);
  const codec = codecs[algorithm];
  if (typeof codec === 'string') return refused('compression', codec);
  let unpacked: Uint8Array;
  try {
    unpacked = codec.unpack(payload, MAX_UNPACKED);
  } catch (error) {
    const why = error instanceof Error ? `: ${error.message}` : '';
    return refused('compression', `the payload of a message compressed with ${algorithm} cannot be unpacked${why}`);
  }
  const decoded = decodeText(unpacked);
  return decoded.ok ? { ok: true, message: withoutField(decoded.message, 'auth') } : decoded;
};
