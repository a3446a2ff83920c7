/** Signed packets: the worked examples of the reference, round trips, and what must never pass. */
import fc from 'fast-check';
import type { AuthKey, AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { message, withField } from '../../../lib/heartbeat/wire/message.js';
import { decodePacket, encodePacket, encodeTextPacket } from '../../../lib/heartbeat/wire/packet.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';
import { keysOf, packetsOf, recordings } from '../../support/heartbeat-fixtures.js';

const CRC: AuthKey = { index: 1, method: 'crc', key: '' };
const MD5: AuthKey = { index: 2, method: 'md5', key: 'test-md5-key' };
const SHA1: AuthKey = { index: 3, method: 'sha1', key: 'test-key-not-secret' };
const keyring = (...keys: readonly AuthKey[]): AuthKeys => ({
  sign: keys[0] ?? SHA1,
  keys: new Map(keys.map((key) => [key.index, key])),
});
const ALL = keyring(CRC, MD5, SHA1);

const latin1 = (data: Uint8Array): string => Buffer.from(data).toString('latin1');

describe('worked examples (heartbeat reference 3.7)', () => {
  const status = (uuid: string, seq: string, hg: string, ts: string, ld: string) => {
    const start = message({ t: 'status', st: 'active', dt: '1388', protocol: '1', src: 'lb1' });
    const withUuid = withField(start, { type: 'binary', name: 'srcuuid', value: Buffer.from(uuid, 'base64') });
    return { fields: [...withUuid.fields, ...message({ seq, hg, ts, ld, ttl: '3' }).fields] };
  };

  test('A. crc: the whole packet in hex', () => {
    const packet = encodePacket(
      status('gkmO5v4lSPyYZwsSzwqK0g==', '22', '6b0128b4', '6b0128c8', '0.92 0.59 0.31 1/305 392'),
      CRC,
      'classic',
    );
    expect(Buffer.from(packet).toString('hex')).toBe(
      '2323230a31313a283029743d7374617475732c31323a28302973743d6163746976652c31303a28302964743d31333838' +
        '2c31333a28302970726f746f636f6c3d312c31303a2830297372633d6c62312c32373a283129737263757569643d8249' +
        '8ee6fe2548fc98670b12cf0a8ad22c393a2830297365713d32322c31343a28302968673d36623031323862342c31343a' +
        '28302974733d36623031323863382c33303a2830296c643d302e393220302e353920302e333120312f33303520333932' +
        '2c383a28302974746c3d332c31383a283029617574683d312061303730313633622c2525250a31303a31206630623366' +
        '3933352c',
    );
  });

  test('B. md5: inner and outer digest', () => {
    const packet = latin1(
      encodePacket(
        status('0NLNaxGXSHG691P/SaDq+w==', '22', '6b0128b4', '6b0128c8', '0.92 0.59 0.31 1/305 392'),
        MD5,
        'classic',
      ),
    );
    expect(packet).toHaveLength(292);
    expect(packet).toContain('(0)auth=2 4bc5a413512f9fd2f862a87bb1b23021,');
    expect(packet.endsWith('%%%\n34:2 306dc0d202c5aa7172fc25c9c85c184a,')).toBe(true);
  });

  test('E. text form', () => {
    const start = message({ t: 'status', st: 'init', dt: '1b58', protocol: '1', src: 'lb1' });
    const uuid = { type: 'binary', name: 'srcuuid', value: Buffer.from('X4b7qHJTTASQw2E3OhIFzQ==', 'base64') } as const;
    const rest = message({ seq: '1', hg: '6b012a1f', ts: '6b012a1e', ld: '0.36 0.52 0.37 4/131 18', ttl: '3' });
    const packet = encodeTextPacket({ fields: [...start.fields, uuid, ...rest.fields] }, { ...SHA1, index: 1 });
    expect(latin1(packet)).toBe(
      '>>>\nt=status\nst=init\ndt=1b58\nprotocol=1\nsrc=lb1\n(1)srcuuid=X4b7qHJTTASQw2E3OhIFzQ==\nseq=1\n' +
        'hg=6b012a1f\nts=6b012a1e\nld=0.36 0.52 0.37 4/131 18\nttl=3\n' +
        'auth=1 09138c42b2f018cdb124a835de59f32e083972e8\n<<<\n',
    );
  });
});

describe('round trips', () => {
  const key = fc.constantFrom(CRC, MD5, SHA1);

  test('netstring packets, classic and netstring format', () => {
    fc.assert(
      fc.property(arbitraryMessage, key, fc.constantFrom('classic', 'netstring'), (original, signer, format) => {
        const packet = decodePacket(encodePacket(original, signer, format), ALL);
        expect(packet).toMatchObject({
          ok: true,
          message: original,
          keyIndex: signer.index,
          encoding: 'netstring',
          innerAuth: format === 'classic',
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('text packets', () => {
    fc.assert(
      fc.property(arbitraryMessage, key, (original, signer) => {
        const packet = decodePacket(encodeTextPacket(original, signer), ALL);
        expect(packet).toMatchObject({ ok: true, message: original, keyIndex: signer.index, encoding: 'text' });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what must not pass', () => {
  const status = message({ t: 'status', src: 'lb2', ts: '1' });

  test('a signature is checked with the key of its own index, strictly', () => {
    const relabelled = { ...MD5, index: 3 };
    expect(decodePacket(encodePacket(status, relabelled, 'classic'), ALL)).toMatchObject({ reason: 'bad-signature' });
    expect(decodePacket(encodePacket(status, { ...SHA1, index: 7 }, 'classic'), ALL)).toMatchObject({
      reason: 'unknown-key',
      detail: 'Invalid authentication [7] in message!',
    });
  });

  test('a netstring packet with only an inner signature is refused', () => {
    const packet = latin1(encodePacket(status, SHA1, 'classic'));
    const bare = Buffer.from(packet.slice(0, packet.indexOf('%%%\n') + 4), 'latin1');
    expect(decodePacket(bare, ALL)).toMatchObject({ ok: false, reason: 'no-signature' });
  });

  test('an unsigned field without type, which aborts the genuine daemon, is refused before it is looked at', () => {
    expect(decodePacket(Buffer.from('###\n5:hello,%%%\n10:1 f0b3f935,'), ALL)).toMatchObject({
      reason: 'bad-signature',
    });
  });

  test('a correctly signed packet that is no message is refused as malformed', () => {
    const body = '###\n5:hello,%%%\n';
    const signed = (trailer: string) => decodePacket(Buffer.from(`${body}${trailer.length}:${trailer},`), keyring(CRC));
    const crcOf = latin1(encodePacket({ fields: [] }, CRC, 'netstring'));
    expect(crcOf).toMatch(/^###\n%%%\n\d+:1 [0-9a-f]+,$/);
    expect(signed('1 0')).toMatchObject({ reason: 'bad-signature' });
    // crc of the body above, from the definition in heartbeat reference 3.6.
    let value = 0;
    for (const byte of Buffer.from(body)) {
      value ^= byte << 24;
      for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
    }
    expect(signed(`1 ${(~value >>> 0).toString(16)}`)).toMatchObject({ reason: 'malformed' });
  });

  test('packets above 256 KiB are refused', () => {
    expect(decodePacket(Buffer.alloc(256 * 1024 + 1, '#'), ALL)).toMatchObject({ reason: 'too-large' });
  });

  test('a log line about a refusal never holds a digest or raw bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        const data = Buffer.concat([Buffer.from('>>>\n'), noise, Buffer.from('\n<<<\n')]);
        const packet = decodePacket(data, ALL);
        if (!packet.ok) expect(packet.detail).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });
});

describe('100,000 fuzzed packets', () => {
  const real = recordings().flatMap((name) => {
    const keys = keysOf(name);
    return packetsOf(name)
      .filter((_, index) => index % 9 === 0)
      .map(({ data }) => ({ data: Buffer.from(data), keys, original: decodePacket(data, keys) }));
  });

  const mutate = (data: Buffer, kind: number, place: number, byte: number): Buffer => {
    const at = Math.floor(place * data.length);
    const one = Buffer.from([byte]);
    switch (kind) {
      case 0:
        return Buffer.concat([data.subarray(0, at), one, data.subarray(at + 1)]);
      case 1:
        return Buffer.concat([data.subarray(0, at), one, data.subarray(at)]);
      case 2:
        return Buffer.concat([data.subarray(0, at), data.subarray(at + 1)]);
      case 3:
        return data.subarray(0, at);
      case 4:
        return Buffer.concat([data.subarray(at), data.subarray(0, at)]);
      default:
        return Buffer.concat([data.subarray(0, at), data.subarray(0, at), data.subarray(at)]);
    }
  };

  test('mutations of real packets never throw, and none says anything else than its original', () => {
    let passed = 0;
    fc.assert(
      fc.property(
        fc.nat({ max: real.length - 1 }),
        fc.nat({ max: 5 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat({ max: 255 }),
        (index, kind, place, byte) => {
          const sample = real[index];
          if (sample === undefined) return;
          const changed = mutate(sample.data, kind, place, byte);
          fc.pre(!changed.equals(sample.data));
          const packet = decodePacket(changed, sample.keys);
          if (!packet.ok) return;
          // Blank lines of a text packet and bytes behind a packet mean nothing: then the original message stands.
          passed++;
          expect(packet).toEqual(sample.original);
        },
      ),
      { numRuns: 60_000 },
    );
    expect(passed).toBeLessThan(600);
  });

  test('random bytes, also behind a genuine start, never throw and never pass', () => {
    const start = fc.constantFrom('', '###\n', '>>>\n', '###\n%%%\n', '###\n11:(0)t=status,', '>>>\nt=status\nauth=1 ');
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
      fc.constantFrom('%%%\n', '<<<\n', '3:(0)', '10:1 ', 'auth=1 0', ',', '=', '\n').map((word) => Buffer.from(word)),
    );
    fc.assert(
      fc.property(start, fc.array(piece, { maxLength: 6 }), (head, tail) => {
        const packet = decodePacket(Buffer.concat([Buffer.from(head), ...tail]), ALL);
        expect(packet.ok).toBe(false);
      }),
      { numRuns: 40_000 },
    );
  });
});
