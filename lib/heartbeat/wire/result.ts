/** What a decoder answers: a value, or why there is none. */

/**
 * - `empty`, `too-large`, `frame`: not a packet at all
 * - `no-signature`, `unknown-key`, `bad-signature`: not from a node that shares our keys
 * - `malformed`: signed, but not a message
 * - `compression`: signed, but packed in a way that is not understood
 */
export type Refusal =
  | 'empty'
  | 'too-large'
  | 'frame'
  | 'no-signature'
  | 'unknown-key'
  | 'bad-signature'
  | 'malformed'
  | 'compression';

/** `detail` is one line for the log; it never holds raw bytes of the packet nor a correct digest. */
export interface Refused {
  readonly ok: false;
  readonly reason: Refusal;
  readonly detail: string;
}

export const refused = (reason: Refusal, detail: string): Refused => ({ ok: false, reason, detail });

/** Bytes from the network as they may stand in a log line: printable, at most 40 characters. */
export const printable = (raw: string): string => {
  const clean = raw.slice(0, 40).replace(/[^\x20-\x7e]/g, '?');
  return raw.length > 40 ? `${clean}...` : clean;
};
