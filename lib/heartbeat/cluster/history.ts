/** Our own last 500 numbered messages, kept for peers that missed one (heartbeat reference 4.2, 4.5). */
import type { Millis } from '../../time.js';
import type { Message } from '../wire/message.js';

export interface Sent {
  readonly seq: number;
  readonly message: Message;
  /** When it was last sent again; undefined when it was sent only once. */
  readonly resentAt: Millis | undefined;
}

/** In ascending order of `seq`, without holes. */
export type History = readonly Sent[];

const SIZE = 500;
/** A message is not sent again within this time: several peers or repeated requests get one copy. */
export const RESEND_PAUSE = 240;
/** Numbers looked at in one request. */
const MAX_PER_REQUEST = 50;

/** Adds the newest message; the oldest falls out. */
export const remember = (history: History, seq: number, message: Message): History => [
  ...(history.length >= SIZE ? history.slice(history.length - SIZE + 1) : history),
  { seq, message, resentAt: undefined },
];

/** `resend` is to be sent as it was; `naks` are to be refused; `unknown` is a number that was never sent. */
export interface Answer {
  readonly history: History;
  readonly resend: readonly Message[];
  readonly naks: readonly number[];
  readonly unknown: number | undefined;
}

/** Answers a request for the numbers `first` to `last` by a peer that has acknowledged everything up to `acked`. */
export const answer = (history: History, first: number, last: number, acked: number, now: Millis): Answer => {
  const lowest = history[0]?.seq ?? 1;
  const highest = history[history.length - 1]?.seq ?? 0;
  const wanted = new Set<number>();
  const naks: number[] = [];
  let unknown: number | undefined;
  const end = Math.min(last, first + MAX_PER_REQUEST - 1);
  for (let seq = first; seq <= end; seq++) {
    if (seq <= acked) continue;
    if (seq > highest) {
      unknown = seq;
      break;
    }
    if (seq < lowest) naks.push(seq);
    else wanted.add(seq);
  }
  const resend: Message[] = [];
  const next =
    wanted.size === 0
      ? history
      : history.map((sent) => {
          if (!wanted.has(sent.seq)) return sent;
          if (sent.resentAt !== undefined && now - sent.resentAt < RESEND_PAUSE) return sent;
          resend.push(sent.message);
          return { ...sent, resentAt: now };
        });
  return { history: next, resend, naks, unknown };
};
