/** Looks over the packets of an Oracle server (TNS) before the driver sees them. */

const SHORT_HEADER = 8;
/** With what an ACCEPT or a DATA packet begins. */
const LONG_HEADER = 10;
/** Where the version stands in an ACCEPT packet. */
const VERSION_AT = 8;
const ACCEPT = 2;
/** Where the flags stand in a DATA packet, and the one for compressed data. */
const FLAGS_AT = 8;
const DATA = 6;
const COMPRESSED = 0x400;
/** From this version on, lengths have four bytes after the ACCEPT packet. */
const WIDE_LENGTHS = 315;
/** Longest packet; servers send at most 64 KiB unless asked for more. */
const LONGEST_PACKET = 1 << 20;

/** Takes the bytes of a server as they come; false: no driver should see them. */
export type FrameCheck = (chunk: Uint8Array) => boolean;

/**
 * Follows the lengths of the packets.
 *
 * The driver waits for ever, in one turn of the event loop, on a packet that says it is shorter than its own header,
 * it reads what comes in one piece with an ACCEPT packet by the lengths of before, and it unpacks compressed data of any
 * size without having asked for compression; no server sends any of these.
 */
export const createFrameCheck = (): FrameCheck => {
  let wide = false;
  let head: number[] = [];
  /** Bytes of the present packet that are still to come; undefined: its head is not complete. */
  let left: number | undefined;
  let widensAtEnd = false;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === undefined) {
        head.push(chunk[at] ?? 0);
        at += 1;
        const accepts = head[4] === ACCEPT && !wide;
        const needed = accepts || head[4] === DATA ? LONG_HEADER : SHORT_HEADER;
        if (head.length < SHORT_HEADER) continue;
        const bytes = Uint8Array.from(head);
        const view = new DataView(bytes.buffer);
        const length = wide ? view.getUint32(0) : view.getUint16(0);
        // Before any byte more: the driver looks at a length as soon as it has a short header.
        if (length < needed || length > LONGEST_PACKET) return false;
        if (head.length < needed) continue;
        if (head[4] === DATA && (view.getUint16(FLAGS_AT) & COMPRESSED) !== 0) return false;
        widensAtEnd = accepts && view.getUint16(VERSION_AT) >= WIDE_LENGTHS;
        left = length - head.length;
        head = [];
      } else {
        const taken = Math.min(left, chunk.length - at);
        left -= taken;
        at += taken;
      }
      if (left > 0) continue;
      left = undefined;
      if (widensAtEnd && at < chunk.length) return false;
      wide ||= widensAtEnd;
      widensAtEnd = false;
    }
    return true;
  };
};
