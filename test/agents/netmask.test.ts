import fc from 'fast-check';
import { broadcastOf, inNetwork, parseMask, sameAddress } from '../../lib/agents/netmask.js';

test.each([
  ['24', 24],
  ['255.255.255.0', 24],
  ['255.255.255.255', 32],
  ['128.0.0.0', 1],
  ['0', undefined],
  ['33', undefined],
  ['255.0.255.0', undefined],
  ['0.0.0.0', undefined],
  ['eth0', undefined],
  ['', undefined],
])('mask %s', (text, expected) => {
  expect(parseMask(text, 32)).toBe(expected);
});

test('IPv6 masks are numbers up to 128', () => {
  expect(parseMask('64', 128)).toBe(64);
  expect(parseMask('128', 128)).toBe(128);
  expect(parseMask('255.255.255.0', 128)).toBeUndefined();
});

const asNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

test('networks and broadcast addresses agree with plain arithmetic', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, prefix) => {
      const size = 2 ** (32 - prefix);
      const same = Math.floor(asNumber(one) / size) === Math.floor(asNumber(other) / size);
      expect(inNetwork(one, other, prefix)).toBe(same);
      expect(asNumber(broadcastOf(one, prefix) ?? '')).toBe(Math.floor(asNumber(one) / size) * size + size - 1);
    }),
  );
});

test('IPv6 addresses are compared by value', () => {
  expect(sameAddress('FD00:0:0::5', 'fd00::5')).toBe(true);
  expect(sameAddress('10.0.0.5', '::ffff:10.0.0.5')).toBe(false);
  expect(sameAddress('nonsense', 'nonsense')).toBe(false);
  expect(inNetwork('fd00:1::9', 'fd00:1::', 64)).toBe(true);
  expect(inNetwork('fd00:2::9', 'fd00:1::', 64)).toBe(false);
});
