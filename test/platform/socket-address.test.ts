import fc from 'fast-check';
import { addressBytes, decodeSocketAddress, encodeSocketAddress } from '../../lib/platform/socket-address.js';

test('any IPv4 address survives encoding', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(0xffff), (address, port) => {
      expect(decodeSocketAddress(encodeSocketAddress(address, port) ?? Buffer.alloc(0))).toBe(address);
    }),
  );
});

test('IPv6 addresses come back in their usual text, with the scope where the kernel expects it', () => {
  const encoded = encodeSocketAddress('FE80:0::1', 0, 3);
  expect(encoded?.readUInt32LE(24)).toBe(3);
  expect(decodeSocketAddress(encoded ?? Buffer.alloc(0))).toBe('fe80::1');
});

test('names, short forms and other families are no addresses', () => {
  expect(addressBytes('localhost')).toBeUndefined();
  expect(addressBytes('10.1')).toBeUndefined();
  expect(decodeSocketAddress(Buffer.alloc(28))).toBeUndefined();
});
