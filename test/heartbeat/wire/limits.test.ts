/** How large things may be, to the very byte: what is as long as the limit passes, one byte more is refused (heartbeat reference 3.8). */
import { emptyFrameStream, encodeFrame, feedFrames } from '../../../lib/heartbeat/api/frame.js';
import type { AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { wrap } from '../../../lib/heartbeat/wire/compressed.js';
import { MAX_PACKET, MAX_UNPACKED } from '../../../lib/heartbeat/wire/limits.js';
import { type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { decodePacket, encodePacket, encodeTextPacket } from '../../../lib/heartbeat/wire/packet.js';
import { emptySerialStream, feedSerial } from '../../../lib/heartbeat/wire/serial-stream.js';
import { encodeText } from '../../../lib/heartbeat/wire/text.js';
import { decodeUnsigned } from '../../../lib/heartbeat/wire/unsigned.js';
import { BUILT_IN_CODECS, zlibCodec } from '../../../lib/heartbeat/wire/zlib-codec.js';

const sign = { index: 1, method: 'sha1', key: 'x' } as const;
const keys: AuthKeys = { sign, keys: new Map([[1, sign]]) };

const padded = (length: number): Message => message({ t: 'x', pad: 'y'.repeat(length) });

/** The message whose encoding has exactly that length. */
const ofLength = (length: number, encode: (one: Message) => Uint8Array): Message => {
  let pad = length - encode(padded(0)).length;
  // The length of a field stands in front of it in decimal digits: a few bytes more or less.
  for (let tries = 0; tries < 5; tries += 1) pad += length - encode(padded(pad)).length;
  const found = padded(pad);
  if (encode(found).length !== length) throw new Error(`no message takes ${length} bytes`);
  return found;
};

describe.each([
  ['netstring, classic', (one: Message) => encodePacket(one, sign, 'classic')],
  ['netstring', (one: Message) => encodePacket(one, sign, 'netstring')],
  ['text', (one: Message) => encodeTextPacket(one, sign)],
])('a packet: %s', (_, encode) => {
  test('256 KiB are read', () => {
    const packet = encode(ofLength(MAX_PACKET, encode));
    expect(decodePacket(packet, keys)).toMatchObject({ ok: true });
  });

  test('one byte more is not, however well it is signed', () => {
    const packet = encode(ofLength(MAX_PACKET + 1, encode));
    expect(decodePacket(packet, keys)).toMatchObject({ ok: false, reason: 'too-large' });
  });
});

test.each([
  [MAX_UNPACKED, true],
  [MAX_UNPACKED + 1, false],
])('a packed message that unpacks to %i bytes: %s', (length, accepted) => {
  // A NUL byte is packed behind the text.
  const signed = (one: Message): Uint8Array => encodeTextPacket(one, sign);
  const inner = signed(ofLength(length - 1, signed));
  const packet = encodePacket(wrap(inner, 'zlib', zlibCodec), sign, 'netstring');
  expect(packet.length).toBeLessThan(10_000);
  expect(decodePacket(packet, keys, BUILT_IN_CODECS).ok).toBe(accepted);
});

test.each([
  [MAX_PACKET, 1],
  [MAX_PACKET + 1, 0],
])('a frame of a client with %i bytes: %i message', (length, count) => {
  const one = ofLength(length - 1, encodeText);
  const { bodies, problem } = feedFrames(emptyFrameStream, encodeFrame(one));
  expect(bodies).toHaveLength(count);
  expect(problem === undefined).toBe(count === 1);
  for (const body of bodies) {
    const decoded = decodeUnsigned(body);
    expect(decoded.ok && text(decoded.message, 'pad')).toBe(text(one, 'pad'));
  }
});

test.each([
  [MAX_PACKET, 1],
  [MAX_PACKET + 1, 0],
])('%i bytes on a serial line: %i message, and the line goes on', (length, count) => {
  const encode = (one: Message): Uint8Array => encodeTextPacket(one, sign);
  const next = encode(message({ t: 'next' }));
  const { packets } = feedSerial(emptySerialStream, Buffer.concat([encode(ofLength(length, encode)), next]));
  const types = packets.flatMap((packet) => {
    const decoded = decodePacket(packet, keys);
    return decoded.ok ? [text(decoded.message, 't')] : [];
  });
  expect(types).toEqual(count === 1 ? ['x', 'next'] : ['next']);
});
