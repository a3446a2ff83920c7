import fc from 'fast-check';
import { decodeEchoReply, decodeUnreachable, encodeEchoRequest } from '../../lib/platform/icmp-packet.js';
import { internetChecksum } from '../../lib/platform/internet-checksum.js';

const echo = fc.record({
  id: fc.nat(0xffff),
  sequence: fc.nat(0xffff),
  payload: fc.uint8Array({ maxLength: 64 }),
});

test('an IPv4 request is valid for any id, sequence and payload', () => {
  fc.assert(
    fc.property(echo, (value) => {
      const packet = encodeEchoRequest('ipv4', value);
      expect(packet[0]).toBe(8);
      expect(internetChecksum(packet)).toBe(0);
    }),
  );
});

test('the reply to a request is read back, behind an IPv4 header with or without options', () => {
  fc.assert(
    fc.property(echo, fc.integer({ min: 5, max: 15 }), (value, words) => {
      const reply = encodeEchoRequest('ipv4', value);
      reply[0] = 0;
      const header = Buffer.alloc(words * 4);
      header[0] = 0x40 | words;
      expect(decodeEchoReply('ipv4', Buffer.concat([header, reply]))).toEqual({
        ...value,
        payload: Buffer.from(value.payload),
      });
    }),
  );
});

test('ICMPv6 has other types and comes without IP header', () => {
  const request = encodeEchoRequest('ipv6', { id: 1, sequence: 2, payload: Buffer.from('x') });
  expect(request[0]).toBe(128);
  expect(decodeEchoReply('ipv6', request)).toBeUndefined();
  request[0] = 129;
  expect(decodeEchoReply('ipv6', request)).toEqual({ id: 1, sequence: 2, payload: Buffer.from('x') });
});

test('whatever else arrives is ignored', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('ipv4' as const, 'ipv6' as const),
      (bytes, family) => {
        expect(() => decodeEchoReply(family, bytes)).not.toThrow();
      },
    ),
  );
  expect(decodeEchoReply('ipv4', Buffer.from('4500'))).toBeUndefined();
});

test('any bytes are read without a throw, in both families; a reply is one only with its type', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('ipv4' as const, 'ipv6' as const),
      (bytes, family) => {
        const echo = decodeEchoReply(family, bytes);
        if (family === 'ipv6')
          expect(echo === undefined).toBe(!(bytes.length >= 8 && bytes[0] === 129 && bytes[1] === 0));
      },
    ),
  );
});

test('ICMPv6: a reply comes without IP header, and holds what was asked', () => {
  fc.assert(
    fc.property(echo, (value) => {
      const packet = encodeEchoRequest('ipv6', value);
      expect(packet[0]).toBe(128);
      packet[0] = 129;
      expect(decodeEchoReply('ipv6', packet)).toEqual({ ...value, payload: Buffer.from(value.payload) });
    }),
  );
});

describe('destination unreachable', () => {
  const ipHeader = (words: number): Buffer => {
    const header = Buffer.alloc(words * 4);
    header[0] = 0x40 | words;
    return header;
  };
  const message = (type: number, code: number): Buffer => Buffer.from([type, code, 0, 0, 0, 0, 0, 0]);

  test('the quoted request is read, behind any headers, whole or cut off after its first 8 bytes', () => {
    const words = fc.integer({ min: 5, max: 15 });
    fc.assert(
      fc.property(echo, words, words, fc.nat(64), fc.nat(15), (value, outer, inner, kept, code) => {
        const cut = (family: 'ipv4' | 'ipv6') => encodeEchoRequest(family, value).subarray(0, 8 + kept);
        const expected = { ...value, payload: Buffer.from(value.payload.subarray(0, kept)), code };
        const v4 = Buffer.concat([ipHeader(outer), message(3, code), ipHeader(inner), cut('ipv4')]);
        expect(decodeUnreachable('ipv4', v4)).toEqual(expected);
        const v6 = Buffer.concat([message(1, code), Buffer.alloc(40), cut('ipv6')]);
        expect(decodeUnreachable('ipv6', v6)).toEqual(expected);
      }),
    );
  });

  test('whatever else is quoted, or arrives, is ignored', () => {
    const reply = Buffer.concat([message(1, 0), Buffer.alloc(40), Buffer.from([129, 0, 0, 0, 0, 0, 0, 0])]);
    expect(decodeUnreachable('ipv6', reply)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        for (const family of ['ipv4', 'ipv6'] as const) expect(() => decodeUnreachable(family, bytes)).not.toThrow();
      }),
    );
  });
});
