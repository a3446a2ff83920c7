/** What waits to go out on a serial line: pieces with pauses, and never more than the line can carry in good time. */
import { type Millis, millis } from '../../time.js';

/** heartbeat reference 3.9: written in pieces of this size. */
const PIECE = 512;
/** Pause when the line takes nothing. */
const BLOCKED_PAUSE = 100;

export interface SerialQueue {
  readonly messages: readonly Uint8Array[];
  /** Bytes of the first message that are out. */
  readonly sent: number;
  readonly bytes: number;
  /** How many messages were dropped since something last went out. */
  readonly dropped: number;
}

export const emptySerialQueue: SerialQueue = { messages: [], sent: 0, bytes: 0, dropped: 0 };

/** How long a piece of `length` bytes is on the line, as genuine reckons: eight bits for each byte. */
export const pauseAfter = (length: number, baud: number): Millis => millis(Math.ceil((length * 8 * 1000) / baud));

/** At most this much waits: about three seconds of the line, but always room for two ordinary messages. */
export const queueLimit = (baud: number): number => Math.max(2048, Math.floor((baud / 8) * 3));

/** The longest message that is sent at all: a longer one would keep everything else waiting for more than ten seconds. */
export const longestMessage = (baud: number): number => Math.floor((baud / 8) * 10);

/**
 * Adds a message. When too much waits the oldest messages that have not begun are dropped, because a fresh status is
 * worth more than an old one; the one that is partly out stays, or the peer could not make sense of it.
 */
export const enqueue = (queue: SerialQueue, message: Uint8Array, limit: number): SerialQueue => {
  const messages = [...queue.messages, message];
  let bytes = queue.bytes + message.length;
  let dropped = queue.dropped;
  const oldest = queue.sent > 0 ? 1 : 0;
  while (bytes > limit && messages.length > oldest + 1) {
    const [gone] = messages.splice(oldest, 1);
    bytes -= gone?.length ?? 0;
    dropped += 1;
  }
  return { messages, sent: queue.sent, bytes, dropped };
};

/** The bytes that go out next, at most one piece; undefined when nothing waits. */
export const nextPiece = ({ messages, sent }: SerialQueue): Uint8Array | undefined =>
  messages[0]?.subarray(sent, sent + PIECE);

/** The line has taken `count` bytes of the piece; how long to wait before the next. */
export const taken = (
  queue: SerialQueue,
  count: number,
  baud: number,
): { readonly queue: SerialQueue; readonly pause: Millis } => {
  if (count === 0) return { queue, pause: millis(BLOCKED_PAUSE) };
  const [first, ...others] = queue.messages;
  const sent = queue.sent + count;
  const bytes = queue.bytes - count;
  const whole = first !== undefined && sent >= first.length;
  return {
    queue: whole ? { messages: others, sent: 0, bytes, dropped: 0 } : { ...queue, sent, bytes, dropped: 0 },
    pause: pauseAfter(count, baud),
  };
};
