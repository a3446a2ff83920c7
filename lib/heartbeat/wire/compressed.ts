/** A wholly compressed message: a packed text message as the only payload (heartbeat reference 3.8). */
import { inflateSync } from 'node:zlib';
import { MAX_UNPACKED } from './limits.js';
import { bytes, field, type Message, text, withoutField } from './message.js';
import { printable, type Refused, refused } from './result.js';
import { decodeText } from './text.js';

/** Whether the message is only a wrapper around a packed one. */
export const isCompressed = (message: Message): boolean => field(message, '_compressed_payload') !== undefined;

/** The packed message without its inner `auth` field: the wrapper's signature covers it. Never throws. */
export const unpack = (wrapper: Message): { readonly ok: true; readonly message: Message } | Refused => {
  const payload = bytes(wrapper, '_compressed_payload');
  const algorithm = text(wrapper, '_compression_algorithm');
  if (payload === undefined || algorithm === undefined) return refused('compression', 'damaged compressed message');
  if (algorithm !== 'zlib')
    return refused('compression', `messages compressed with ${printable(algorithm)} are not supported, use zlib`);
  let unpacked: Uint8Array;
  try {
    unpacked = inflateSync(payload, { maxOutputLength: MAX_UNPACKED });
  } catch {
    return refused('compression', 'the payload of a compressed message cannot be unpacked');
  }
  const decoded = decodeText(unpacked);
  return decoded.ok ? { ok: true, message: withoutField(decoded.message, 'auth') } : decoded;
};
