/**
 * Finds a packet's signature and what it covers from the frame alone: nothing is taken apart before it is authenticated.
 *
 * Everybody on the network can make us do this, so it takes one pass over the bytes and next to no memory.
 */
import { NETSTRING_END, NETSTRING_START } from './netstring.js';
import { type Refused, refused } from './result.js';
import { TEXT_START, textEnd } from './text.js';

export interface SignedPart {
  readonly ok: true;
  /** `<index> <digest>`, not looked at yet. */
  readonly signature: string;
  readonly data: Buffer;
}

const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const COMMA = 0x2c;
const MAX_DIGITS = 7;
/** No signature is longer: two digits, a blank and 64 more. What is longer is refused by its first bytes, too. */
const LONGEST_SIGNATURE = 80;

const START = Buffer.from(NETSTRING_START, 'latin1');
const END = Buffer.from(NETSTRING_END, 'latin1');

const standsAt = (data: Buffer, at: number, word: Buffer): boolean =>
  data.length >= at + word.length && word.compare(data, at, at + word.length) === 0;

/** Where the bytes of the netstring that starts at `at` begin; -1 when no length stands there. */
const bodyStart = (data: Buffer, at: number): number => {
  for (let index = at; index <= at + MAX_DIGITS && index < data.length; index++) {
    const byte = data[index] ?? 0;
    if (byte === COLON) {
      const padded = data[at] === ZERO && index > at + 1;
      return index === at || padded ? -1 : index + 1;
    }
    if (byte < ZERO || byte > NINE) return -1;
  }
  return -1;
};

/** Where those bytes end, at the comma; -1 when there is none. */
const bodyEnd = (data: Buffer, at: number, start: number): number => {
  let length = 0;
  for (let index = at; index < start - 1; index++) length = length * 10 + (data[index] ?? 0) - ZERO;
  const end = start + length;
  return data[end] === COMMA ? end : -1;
};

const badFrame = (): Refused => refused('frame', 'length prefixes of a netstring packet do not fit');

/** Of a netstring packet: what the length prefixes say, as `netstringLayout` reads them. */
export const netstringSignedPart = (data: Buffer): SignedPart | Refused => {
  if (!standsAt(data, 0, START)) return badFrame();
  let at = START.length;
  while (!standsAt(data, at, END)) {
    const start = bodyStart(data, at);
    const end = start < 0 ? -1 : bodyEnd(data, at, start);
    if (end < 0) return badFrame();
    at = end + 1;
  }
  const trailer = at + END.length;
  const start = bodyStart(data, trailer);
  const end = start < 0 ? -1 : bodyEnd(data, trailer, start);
  if (end < 0) return refused('no-signature', 'netstring packet without authentication trailer');
  const signature = data.toString('latin1', start, Math.min(end, start + LONGEST_SIGNATURE));
  return { ok: true, signature, data: data.subarray(0, trailer) };
};

const AUTH_LINE = '\nauth=';

const countOf = (word: string, body: string): number => {
  let count = 0;
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at + 1)) count += 1;
  return count;
};

/** Of a text packet: all lines but the one `auth` line, empty ones left out. */
export const textSignedPart = (packet: Buffer): SignedPart | Refused => {
  const raw = packet.toString('latin1');
  const end = textEnd(raw);
  if (end === undefined) return refused('frame', 'text packet without end');
  // Begins with the newline of `>>>`, so that every line has one in front.
  const lines = raw.slice(TEXT_START.length - 1, end);
  const body = lines.includes('\n\n') ? lines.replace(/\n{2,}/g, '\n') : lines;
  const signatures = countOf(AUTH_LINE, body);
  if (signatures !== 1) return refused('no-signature', `text packet with ${signatures} auth fields`);
  const auth = body.indexOf(AUTH_LINE);
  const authEnd = body.indexOf('\n', auth + 1);
  const start = auth + AUTH_LINE.length;
  return {
    ok: true,
    signature: body.slice(start, Math.min(authEnd, start + LONGEST_SIGNATURE)),
    data: Buffer.from(body.slice(1, auth + 1) + body.slice(authEnd + 1), 'latin1'),
  };
};
