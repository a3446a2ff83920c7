/** Frames of the client socket: length, magic number, a text message and a NUL byte (heartbeat reference 7.1). */
import { endianness } from 'node:os';
import { MAX_PACKET } from '../wire/limits.js';
import type { Message } from '../wire/message.js';
import { encodeText } from '../wire/text.js';

const MAGIC = 0xabcd;
const HEADER = 8;
const LITTLE = endianness() === 'LE';

const writeInt = (into: Buffer, value: number, at: number): number =>
  LITTLE ? into.writeUInt32LE(value, at) : into.writeUInt32BE(value, at);

const readInt = (from: Buffer, at: number): number => (LITTLE ? from.readUInt32LE(at) : from.readUInt32BE(at));

/** A whole frame. @throws RangeError when the message cannot be carried (a bug of the caller). */
export const encodeFrame = (message: Message): Uint8Array => {
  const body = encodeText(message);
  const frame = Buffer.alloc(HEADER + body.length + 1);
  writeInt(frame, body.length + 1, 0);
  writeInt(frame, MAGIC, 4);
  frame.set(body, HEADER);
  return frame;
};

/** What has arrived of a frame that is not complete yet: its pieces, and how many bytes they are together. */
export interface FrameStream {
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
  /** Nothing can be read before so many bytes are there. */
  readonly needed: number;
}

export const emptyFrameStream: FrameStream = { pieces: [], size: 0, needed: HEADER };

/** The magic number is another, or the length (as a signed number) is beyond all limits. */
export type FrameProblem = { readonly kind: 'magic' } | { readonly kind: 'length'; readonly length: number };

export interface FrameStep {
  readonly stream: FrameStream;
  /** Whole bodies with their NUL, to be given to decodeUnsigned. */
  readonly bodies: readonly Uint8Array[];
  /** Set when the stream makes no sense any more: close the connection. */
  readonly problem?: FrameProblem;
}

/** Pieces are put together when there are that many, so that single bytes cost neither memory nor time. */
const MAX_PIECES = 64;

const joined = (pieces: readonly Uint8Array[]): readonly Uint8Array[] =>
  pieces.length < MAX_PIECES ? pieces : [Buffer.concat(pieces)];

/** Takes the next bytes of a connection. Never throws. */
export const feedFrames = (stream: FrameStream, chunk: Uint8Array): FrameStep => {
  const size = stream.size + chunk.length;
  const pieces = [...stream.pieces, chunk];
  if (size < stream.needed) return { stream: { ...stream, pieces: joined(pieces), size }, bodies: [] };
  const data = Buffer.concat(pieces);
  const bodies: Uint8Array[] = [];
  let at = 0;
  let needed = HEADER;
  while (data.length - at >= HEADER) {
    const length = readInt(data, at);
    if (readInt(data, at + 4) !== MAGIC) return { stream: emptyFrameStream, bodies, problem: { kind: 'magic' } };
    if (length > MAX_PACKET)
      return { stream: emptyFrameStream, bodies, problem: { kind: 'length', length: length | 0 } };
    needed = HEADER + length;
    if (data.length - at < needed) break;
    bodies.push(data.subarray(at + HEADER, at + needed));
    at += needed;
    needed = HEADER;
  }
  const rest = data.subarray(at);
  return { stream: { pieces: rest.length === 0 ? [] : [rest], size: rest.length, needed }, bodies };
};
