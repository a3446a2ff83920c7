import type { AddressEntry } from '../../lib/platform/address-entry.js';
import {
  addresses6Of,
  addressesOf,
  broadcastOf,
  interfaceAddresses,
  interfaceIndex,
} from '../../lib/platform/interfaces.js';

test.each([
  ['10.0.0.11', 24, '10.0.0.255'],
  ['10.0.0.11', 8, '10.255.255.255'],
  ['192.168.255.254', 30, '192.168.255.255'],
  ['192.0.2.1', 32, '192.0.2.1'],
  ['1.2.3.4', 0, '255.255.255.255'],
])('the broadcast address of %s/%d is %s', (address, length, expected) => {
  expect(broadcastOf(address, length)).toBe(expected);
});

const entry = (device: string, address: string, more: Partial<AddressEntry>): AddressEntry => ({
  device,
  address,
  family: 'ipv4',
  prefix: 24,
  secondary: false,
  tentative: false,
  duplicate: false,
  ...more,
});

test('the configured broadcast address counts, else the computed one; an alias has its own address', () => {
  const entries = [
    entry('lo', '127.0.0.1', { prefix: 8 }),
    entry('eth0', 'fd00::1', { family: 'ipv6', prefix: 64 }),
    entry('eth0', '10.0.0.11', { broadcast: '10.0.0.127', label: 'eth0' }),
    entry('eth0', '10.0.0.100', { broadcast: '0.0.0.0', label: 'eth0:0', secondary: true }),
  ];
  expect(addressesOf(entries, 'eth0')).toEqual([
    { address: '10.0.0.11', prefixLength: 24, broadcast: '10.0.0.127' },
    { address: '10.0.0.100', prefixLength: 24, broadcast: '10.0.0.255' },
  ]);
  expect(addressesOf(entries, 'eth0:0')).toEqual([
    { address: '10.0.0.100', prefixLength: 24, broadcast: '10.0.0.255' },
  ]);
});

test('the loopback device has its address, a device that is not there has none', async () => {
  expect(await interfaceAddresses('lo')).toContainEqual(expect.objectContaining({ address: '127.0.0.1' }));
  expect(interfaceIndex('lo')).toBe(1);
  expect(await interfaceAddresses('nosuch9')).toEqual([]);
  expect(interfaceIndex('nosuch9')).toBeUndefined();
  expect(interfaceIndex('../../etc')).toBeUndefined();
});

test('IPv6: those of the link come last and with their zone; what cannot be used yet is left out', () => {
  const six = (address: string, more: Partial<AddressEntry> = {}) =>
    entry('eth0', address, { family: 'ipv6', ...more });
  const entries = [
    six('fe80::1'),
    six('fd00::11'),
    six('fd00::12', { tentative: true }),
    entry('eth0', '10.0.0.1', {}),
  ];
  expect(addresses6Of(entries, 'eth0')).toEqual(['fd00::11', 'fe80::1%eth0']);
  expect(addresses6Of(entries, 'eth1')).toEqual([]);
});
