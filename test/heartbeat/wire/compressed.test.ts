import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { Codec, Compression } from '../../../lib/heartbeat/wire/compressed.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { decodePacket, encodeLongPacket, encodePacket, encodeTextPacket } from '../../../lib/heartbeat/wire/packet.js';
import { zlibCodec } from '../../../lib/heartbeat/wire/zlib-codec.js';
import { loadBz2 } from '../../../lib/platform/bz2.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

const sign = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const keys = { sign, keys: new Map([[1, sign]]) };
const bz2 = await loadBz2();
const codecs = { zlib: zlibCodec, bz2 };
const codecOf = (algorithm: 'zlib' | 'bz2'): Codec => {
  const codec = codecs[algorithm];
  if (typeof codec === 'string') throw new Error(codec);
  return codec;
};
const always = (algorithm: 'zlib' | 'bz2'): Compression => ({ algorithm, threshold: 0, traditional: true });
const wrapper = (algorithm: string, payload: Uint8Array): Uint8Array =>
  encodePacket(
    {
      fields: [
        { type: 'binary', name: '_compressed_payload', value: payload },
        { type: 'string', name: '_compression_algorithm', value: algorithm },
      ],
    },
    sign,
    'netstring',
  );

describe.each(['zlib', 'bz2'] as const)('%s', (algorithm) => {
  test('whatever is packed comes out the same', () => {
    fc.assert(
      fc.property(arbitraryMessage, (original) => {
        const packet = encodeLongPacket(original, sign, 'classic', always(algorithm), codecs);
        const decoded = decodePacket(packet, keys, codecs);
        const plain = decodePacket(encodePacket(original, sign, 'classic'), keys);
        if (!decoded.ok || !plain.ok) throw new Error('refused');
        expect(decoded.message).toEqual(plain.message);
        expect(decoded.wire).not.toEqual(decoded.message);
      }),
      { numRuns: 50 },
    );
  });

  test('a bomb is refused: 4 MiB of zeros in a few kilobytes', () => {
    const bomb = codecOf(algorithm).pack(Buffer.alloc(4 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(10_000);
    expect(decodePacket(wrapper(algorithm, bomb), keys, codecs)).toMatchObject({ ok: false, reason: 'compression' });
  });

  test('garbage as payload, cut or flipped, is refused and nothing is thrown', () => {
    const good = codecOf(algorithm).pack(Buffer.from('>>>\nt=x\n<<<\n\0'));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(good.length - 1), (noise, at) => {
        const spoilt = Buffer.concat([good.subarray(0, at), noise]);
        const decoded = decodePacket(wrapper(algorithm, spoilt), keys, codecs);
        // Or nothing that matters was spoilt: padding, or a byte replaced by its like.
        if (decoded.ok) expect(decoded.message).toEqual(message({ t: 'x' }));
        else expect(decoded.reason).toMatch(/^(compression|frame|malformed)$/);
      }),
      { numRuns: 200 },
    );
  });
});

test('only what is longer than the threshold is packed, and only when it is wanted', () => {
  const long = message({ t: 'x', v: 'y'.repeat(3000) });
  const plain = encodePacket(long, sign, 'classic');
  const sent = (compression: Compression) => encodeLongPacket(long, sign, 'classic', compression, codecs);
  expect(sent({ algorithm: 'zlib', threshold: 2048, traditional: false })).toEqual(plain);
  expect(sent({ algorithm: 'zlib', threshold: 4096, traditional: true })).toEqual(plain);
  expect(sent({ algorithm: 'zlib', threshold: 2048, traditional: true }).length).toBeLessThan(400);
});

test('the threshold counts the signed text form; from that length on a message is packed', () => {
  const wrapped = (length: number): boolean => {
    const one = message({ t: 'x', v: 'y'.repeat(length) });
    const packet = encodeLongPacket(
      one,
      sign,
      'classic',
      { algorithm: 'zlib', threshold: 1024, traditional: true },
      codecs,
    );
    const decoded = decodePacket(packet, keys, codecs);
    return decoded.ok && decoded.wire !== decoded.message;
  };
  const around = encodeTextPacket(message({ t: 'x', v: '' }), sign).length;
  expect([1023 - around, 1024 - around].map(wrapped)).toEqual([false, true]);
});

test('what the wire cannot carry is packed in any case (heartbeat reference 3.8)', () => {
  const huge = message({ t: 'x', v: 'y'.repeat(300_000) });
  const packet = encodeLongPacket(
    huge,
    sign,
    'classic',
    { algorithm: 'zlib', threshold: 2048, traditional: false },
    codecs,
  );
  expect(packet.length).toBeLessThan(2000);
  expect(decodePacket(packet, keys, codecs)).toMatchObject({ ok: true, message: huge });
});

test('without the library the reason is told, and a message goes out as it is', () => {
  const without = { zlib: zlibCodec, bz2: 'libbz2 is not installed' };
  const packet = wrapper('bz2', codecOf('bz2').pack(Buffer.from('>>>\nt=x\n<<<\n\0')));
  expect(decodePacket(packet, keys, without)).toEqual({
    ok: false,
    reason: 'compression',
    detail: 'libbz2 is not installed',
  });
  const long = message({ t: 'x', v: 'y'.repeat(3000) });
  expect(encodeLongPacket(long, sign, 'classic', always('bz2'), without)).toEqual(encodePacket(long, sign, 'classic'));
});

test('an algorithm that is none is refused', () => {
  expect(decodePacket(wrapper('lzma', deflateSync('x')), keys, codecs)).toMatchObject({
    reason: 'compression',
    detail: 'messages compressed with lzma cannot be unpacked',
  });
});
