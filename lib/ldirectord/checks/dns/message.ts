/** Writes the question and reads the answer of the dns check (codec: dns-packet). */
import { decode, encode, type Packet, RECURSION_DESIRED } from 'dns-packet';
import type { Question } from './question.js';

/** What a message that claims to be an answer is good for. */
export type Reading =
  /** Not the answer to this question, or none at all: wait on. */
  | { readonly kind: 'other' }
  /** The server says that the whole answer does not fit into a datagram. */
  | { readonly kind: 'truncated' }
  | {
      readonly kind: 'answer';
      /** NOERROR, NXDOMAIN, SERVFAIL, … */
      readonly code: string;
      /** How many records of any kind there are. */
      readonly records: number;
      /** IPv4 addresses and names: what `receive` is compared with. */
      readonly values: readonly string[];
    };

/** Recursion desired, no extensions: as genuine asks. */
export const questionBytes = (id: number, { name, type }: Question): Buffer =>
  encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name, class: 'IN' }] });

const OTHER: Reading = { kind: 'other' };

const sameName = (left: string, right: string): boolean => {
  const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
  return plain(left) === plain(right);
};

const decoded = (bytes: Uint8Array): Packet | undefined => {
  try {
    const packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    // The codec reads an address beyond the end of the message without a word.
    return decode.bytes > bytes.length ? undefined : packet;
  } catch {
    return undefined;
  }
};

/** Bits of the header's second half-word. */
const IS_ANSWER = 0x8000;
const IS_TRUNCATED = 0x0200;
const HEADER = 12;

/** Reads a message; anything that is not the answer to `question` under `id` is `other`. Never throws. */
export const readAnswer = (bytes: Uint8Array, id: number, { name, type }: Question): Reading => {
  if (bytes.length < HEADER) return OTHER;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(2);
  if (view.getUint16(0) !== id || (flags & IS_ANSWER) === 0) return OTHER;
  // Such a message may end in the middle of a record.
  if ((flags & IS_TRUNCATED) !== 0) return { kind: 'truncated' };
  const packet = decoded(bytes);
  if (packet === undefined) return OTHER;
  const [asked] = packet.questions ?? [];
  if (asked !== undefined && (asked.type !== type || !sameName(asked.name, name))) return OTHER;
  const answers = packet.answers ?? [];
  return {
    kind: 'answer',
    code: (packet as { readonly rcode?: string }).rcode ?? 'NOERROR',
    records: answers.length,
    values: answers.flatMap((record) => (record.type === 'A' || record.type === 'PTR' ? [record.data] : [])),
  };
};
