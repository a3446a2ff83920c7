/** Cuts what comes over a serial line into text packets: whatever was lost or garbled, the next `>>>` starts afresh. */
import { MAX_PACKET } from './limits.js';

/** What has arrived of a packet that is not complete yet; empty between packets but for the beginning of a line. */
export interface SerialStream {
  readonly lines: readonly string[];
  /** The line that has no end yet. */
  readonly rest: string;
  /** Bytes of `lines`, newlines included. */
  readonly size: number;
  /** Whether the line in `rest` was so long that it is thrown away up to its end. */
  readonly skipping: boolean;
}

export const emptySerialStream: SerialStream = { lines: [], rest: '', size: 0, skipping: false };

export interface SerialStep {
  readonly stream: SerialStream;
  /** From `>>>` to `<<<`, for decodePacket. */
  readonly packets: readonly Uint8Array[];
  /** How many beginnings of packets were thrown away. */
  readonly broken: number;
}

const START = '>>>';
const END = '<<<';

/**
 * Takes the next bytes. Text outside a packet is skipped without a word: it is what remains of a packet whose beginning
 * was lost. Carriage returns and NUL bytes, which bad lines and modems add, are ignored.
 */
export const feedSerial = (stream: SerialStream, chunk: Uint8Array): SerialStep => {
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    .toString('latin1')
    .replace(/[\r\0]/g, '');
  const parts = text.split('\n');
  const last = parts.pop() ?? '';
  const packets: Uint8Array[] = [];
  let { skipping, rest } = stream;
  let lines = [...stream.lines];
  let size = stream.size;
  let broken = 0;
  const giveUp = (): void => {
    if (lines.length > 0) broken += 1;
    lines = [];
    size = 0;
  };
  for (const part of parts) {
    const line = skipping ? '' : rest + part;
    rest = '';
    if (skipping) {
      skipping = false;
      continue;
    }
    // Garbage in front of a mark on the same line: the end of a message that another one interrupts.
    if (line.endsWith(START)) {
      giveUp();
      lines = [START];
      size = START.length + 1;
    } else if (lines.length > 0) {
      lines.push(line);
      size += line.length + 1;
      if (line === END) {
        packets.push(Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
        lines = [];
        size = 0;
      } else if (size > MAX_PACKET) giveUp();
    }
  }
  if (!skipping) rest += last;
  if (size + rest.length > MAX_PACKET) {
    giveUp();
    rest = '';
    skipping = true;
  }
  return { stream: { lines, rest, size, skipping }, packets, broken };
};
