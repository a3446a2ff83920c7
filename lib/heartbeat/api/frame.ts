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

/** What has arrived of a frame that is not complete yet. */
export interface FrameStream {
  readonly pending: Uint8Array;
}

export const emptyFrameStream: FrameStream = { pending: new Uint8Array() };

export interface FrameStep {
  readonly stream: FrameStream;
  /** Whole bodies with their NUL, to be given to decodeUnsigned. */
  readonly bodies: readonly Uint8Array[];
  /** Set when the stream makes no sense any more: close the connection. */
  readonly problem?: string;
}

/** Takes the next bytes of a connection. Never throws. */
export const feedFrames = (stream: FrameStream, chunk: Uint8Array): FrameStep => {
  const data = Buffer.concat([stream.pending, chunk]);
  const bodies: Uint8Array[] = [];
  let at = 0;
  while (data.length - at >= HEADER) {
    const length = readInt(data, at);
    if (readInt(data, at + 4) !== MAGIC)
      return { stream: emptyFrameStream, bodies, problem: 'frame without its magic number' };
    if (length > MAX_PACKET) return { stream: emptyFrameStream, bodies, problem: `frame of ${length} bytes` };
    if (data.length - at - HEADER < length) break;
    bodies.push(data.subarray(at + HEADER, at + HEADER + length));
    at += HEADER + length;
  }
  return { stream: { pending: data.subarray(at) }, bodies };
};
