/** Signed packets, as they travel between nodes: encode, verify, decode (heartbeat reference 3.3 to 3.6). */
import { timingSafeEqual } from 'node:crypto';
import type { AuthKey, AuthKeys } from '../config/model.js';
import { type Codecs, type Compression, isCompressed, unpack, wantsPacking, wrap } from './compressed.js';
import { digest, signature } from './digest.js';
import { MAX_PACKET } from './limits.js';
import { type Message, withoutField } from './message.js';
import { NETSTRING_START, netstring, netstringBody, netstringFields, netstringLayout } from './netstring.js';
import { type Refused, refused } from './result.js';
import { netstringSignedPart, type SignedPart, textSignedPart } from './signed-part.js';
import { checked, fieldsFromLines, TEXT_END, TEXT_START, textBody } from './text.js';
import { BUILT_IN_CODECS } from './zlib-codec.js';

const sameText = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(latin1(one), latin1(other));

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

/**
 * Like {@link encodePacket}, but a message that is too long for that is sent as a wrapper around its packed text form.
 * Where the wanted codec is not to be had it goes out as it is. @throws RangeError like {@link encodePacket}.
 */
export const encodeLongPacket = (
  message: Message,
  key: AuthKey,
  format: 'classic' | 'netstring',
  compression: Compression,
  codecs: Codecs,
): Uint8Array => {
  const plain = encodePacket(message, key, format);
  let signedText: Uint8Array | undefined;
  const asText = (): Uint8Array => {
    signedText ??= encodeTextPacket(message, key);
    return signedText;
  };
  if (!wantsPacking(plain.length, () => asText().length, compression)) return plain;
  const codec = codecs[compression.algorithm];
  if (typeof codec === 'string') return plain;
  try {
    const wrapper = wrap(asText(), compression.algorithm, codec);
    // heartbeat reference 3.8: the wrapper has no inner auth field of its own in either format.
    return encodePacket(wrapper, key, 'netstring');
  } catch {
    return plain; // the library ran out of memory: the message still goes out where it fits
  }
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

/** Digits of a digest; those of crc have no leading zeros. */
const DIGITS = { crc: [1, 8], md5: [32, 32], sha1: [40, 40] } as const;

/** Checks `<index> <digest>` against the bytes it signs, strictly by index and in constant time; hashing comes last. */
const verify = ({ signature, data }: SignedPart, keys: AuthKeys): number | Refused => {
  const parts = /^(0|[1-9]\d?) ([0-9a-f]{1,64})$/.exec(signature);
  if (parts?.[1] === undefined || parts[2] === undefined) return refused('no-signature', 'damaged signature');
  const index = Number(parts[1]);
  const key = keys.keys.get(index);
  if (key === undefined) return refused('unknown-key', `Invalid authentication [${index}] in message!`);
  const [shortest, longest] = DIGITS[key.method];
  const given = parts[2];
  const matches =
    given.length >= shortest && given.length <= longest && sameText(given, digest(key.method, key.key, data));
  return matches ? index : refused('bad-signature', `authentication with key ${index} (${key.method}) failed`);
};

const finish = (
  decoded: Message | string,
  about: Pick<DecodedPacket, 'keyIndex' | 'encoding' | 'innerAuth'>,
  codecs: Codecs,
): DecodedPacket | Refused => {
  const whole = checked(decoded);
  if (!whole.ok) return whole;
  const wire = withoutField(whole.message, 'auth');
  if (!isCompressed(wire)) return { ok: true, message: wire, wire, ...about };
  const unpacked = unpack(wire, codecs);
  return unpacked.ok ? { ok: true, message: unpacked.message, wire, ...about } : unpacked;
};

const decodeNetstringPacket = (packet: Buffer, keys: AuthKeys, codecs: Codecs): DecodedPacket | Refused => {
  const signed = netstringSignedPart(packet);
  if (!signed.ok) return signed;
  const keyIndex = verify(signed, keys);
  if (typeof keyIndex !== 'number') return keyIndex;
  const fields = netstringLayout(signed.data.toString('latin1'))?.fields ?? [];
  const innerAuth = fields.some((body) => body.startsWith('(0)auth='));
  return finish(netstringFields(fields), { keyIndex, encoding: 'netstring', innerAuth }, codecs);
};

const decodeSignedText = (packet: Buffer, keys: AuthKeys, codecs: Codecs): DecodedPacket | Refused => {
  const signed = textSignedPart(packet);
  if (!signed.ok) return signed;
  const keyIndex = verify(signed, keys);
  if (typeof keyIndex !== 'number') return keyIndex;
  const lines = signed.data.toString('latin1').split('\n').slice(0, -1);
  return finish(fieldsFromLines(lines), { keyIndex, encoding: 'text', innerAuth: true }, codecs);
};

/**
 * Reads a packet of either encoding. The signature is checked with the method and key of its own index, before
 * anything inside a field is looked at. Bytes behind the packet are ignored, as genuine does. Never throws.
 */
export const decodePacket = (
  data: Uint8Array,
  keys: AuthKeys,
  codecs: Codecs = BUILT_IN_CODECS,
): DecodedPacket | Refused => {
  if (data.length === 0) return refused('empty', 'empty packet');
  if (data.length > MAX_PACKET) return refused('too-large', `packet of ${data.length} bytes`);
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const start = buffer.toString('latin1', 0, 4);
  if (start === NETSTRING_START) return decodeNetstringPacket(buffer, keys, codecs);
  if (start === TEXT_START) return decodeSignedText(buffer, keys, codecs);
  return refused('frame', 'neither a netstring nor a text packet');
};
