/** Signed packets, as they travel between nodes: encode, verify, decode (heartbeat reference 3.3 to 3.6). */
import { timingSafeEqual } from 'node:crypto';
import type { AuthKey, AuthKeys } from '../config/model.js';
import { isCompressed, unpack } from './compressed.js';
import { digest, signature } from './digest.js';
import { MAX_PACKET } from './limits.js';
import { type Message, withoutField } from './message.js';
import { NETSTRING_START, netstring, netstringBody, netstringFields, netstringLayout } from './netstring.js';
import { type Refused, refused } from './result.js';
import { checked, fieldsFromLines, TEXT_END, TEXT_START, textBody, textLines } from './text.js';

const latin1 = (data: string): Buffer => Buffer.from(data, 'latin1');

/** The message with its inner `auth` field, which signs the text body and always stands last. */
const withAuth = (message: Message, key: AuthKey): Message => {
  const bare = withoutField(message, 'auth');
  const auth = signature(key, latin1(textBody(bare)));
  return { fields: [...bare.fields, { type: 'string', name: 'auth', value: auth }] };
};

/**
 * A packet for UDP and ping payloads: netstring form with trailer, and with the inner `auth` field when `format` is
 * classic (heartbeat reference 3.4). An `auth` field in `message` is replaced.
 *
 * @throws RangeError when the message cannot be carried (a bug of the caller: no decoder returns such a message).
 */
export const encodePacket = (message: Message, key: AuthKey, format: 'classic' | 'netstring'): Uint8Array => {
  const body = netstringBody(format === 'classic' ? withAuth(message, key) : withoutField(message, 'auth'));
  return latin1(body + netstring(signature(key, latin1(body))));
};

/** A packet for serial lines: the signed text form. @throws RangeError like {@link encodePacket}. */
export const encodeTextPacket = (message: Message, key: AuthKey): Uint8Array =>
  latin1(TEXT_START + textBody(withAuth(message, key)) + TEXT_END);

/**
 * A verified packet.
 *
 * `message` is what it says, unpacked, without `auth`. `wire` is what was transmitted, without `auth`: the same
 * message unless it was compressed. `encodePacket(wire, keys.get(keyIndex), innerAuth ? 'classic' : 'netstring')`, or
 * `encodeTextPacket(wire, key)` for the text encoding, gives the same bytes again.
 */
export interface DecodedPacket {
  readonly ok: true;
  readonly message: Message;
  readonly keyIndex: number;
  readonly encoding: 'netstring' | 'text';
  /** Whether a netstring packet held an inner `auth` field too (always true for text). Only the trailer was checked. */
  readonly innerAuth: boolean;
  readonly wire: Message;
}

/** Checks `<index> <digest>` against the bytes it signs, strictly by index and in constant time. */
const verify = (signed: string, data: Buffer, keys: AuthKeys): number | Refused => {
  const parts = /^(0|[1-9]\d?) ([0-9a-f]{1,64})$/.exec(signed);
  if (parts?.[1] === undefined || parts[2] === undefined) return refused('no-signature', 'damaged signature');
  const index = Number(parts[1]);
  const key = keys.keys.get(index);
  if (key === undefined) return refused('unknown-key', `Invalid authentication [${index}] in message!`);
  const given = Buffer.from(parts[2]);
  const wanted = Buffer.from(digest(key.method, key.key, data));
  return given.length === wanted.length && timingSafeEqual(given, wanted)
    ? index
    : refused('bad-signature', `authentication with key ${index} (${key.method}) failed`);
};

const finish = (
  decoded: Message | string,
  about: Pick<DecodedPacket, 'keyIndex' | 'encoding' | 'innerAuth'>,
): DecodedPacket | Refused => {
  const whole = checked(decoded);
  if (!whole.ok) return whole;
  const wire = withoutField(whole.message, 'auth');
  if (!isCompressed(wire)) return { ok: true, message: wire, wire, ...about };
  const unpacked = unpack(wire);
  return unpacked.ok ? { ok: true, message: unpacked.message, wire, ...about } : unpacked;
};

const decodeNetstringPacket = (data: Buffer, keys: AuthKeys): DecodedPacket | Refused => {
  const layout = netstringLayout(data.toString('latin1'));
  if (layout === undefined) return refused('frame', 'length prefixes of a netstring packet do not fit');
  if (layout.trailer === undefined) return refused('no-signature', 'netstring packet without authentication trailer');
  const keyIndex = verify(layout.trailer, data.subarray(0, layout.signedLength), keys);
  if (typeof keyIndex !== 'number') return keyIndex;
  const innerAuth = layout.fields.some((body) => body.startsWith('(0)auth='));
  return finish(netstringFields(layout.fields), { keyIndex, encoding: 'netstring', innerAuth });
};

const AUTH_LINE = 'auth=';

const decodeSignedText = (data: Buffer, keys: AuthKeys): DecodedPacket | Refused => {
  const lines = textLines(data.toString('latin1'));
  if (lines === undefined) return refused('frame', 'text packet without end');
  const signatures = lines.filter((line) => line.startsWith(AUTH_LINE));
  const signed = signatures[0];
  if (signed === undefined || signatures.length > 1)
    return refused('no-signature', `text packet with ${signatures.length} auth fields`);
  const fields = lines.filter((line) => line !== signed);
  const body = latin1(fields.map((line) => `${line}\n`).join(''));
  const keyIndex = verify(signed.slice(AUTH_LINE.length), body, keys);
  if (typeof keyIndex !== 'number') return keyIndex;
  return finish(fieldsFromLines(fields), { keyIndex, encoding: 'text', innerAuth: true });
};

/**
 * Reads a packet of either encoding. The signature is checked with the method and key of its own index, before
 * anything inside a field is looked at. Bytes behind the packet are ignored, as genuine does. Never throws.
 */
export const decodePacket = (data: Uint8Array, keys: AuthKeys): DecodedPacket | Refused => {
  if (data.length === 0) return refused('empty', 'empty packet');
  if (data.length > MAX_PACKET) return refused('too-large', `packet of ${data.length} bytes`);
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const start = buffer.toString('latin1', 0, 4);
  if (start === NETSTRING_START) return decodeNetstringPacket(buffer, keys);
  if (start === TEXT_START) return decodeSignedText(buffer, keys);
  return refused('frame', 'neither a netstring nor a text packet');
};
