import fc from 'fast-check';
import { decodeEchoReply, encodeEchoRequest } from '../../lib/platform/icmp-packet.js';
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
