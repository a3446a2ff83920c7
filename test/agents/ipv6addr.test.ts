import { ipv6Entries, ipv6Request, placeForIpv6addr } from '../../lib/agents/ipv6addr.js';
import type { AddressEntry } from '../../lib/platform/address-entry.js';

const entry = (device: string, address: string, prefix: number): AddressEntry => ({
  ...{ device, address, prefix, family: address.includes(':') ? 'ipv6' : 'ipv4' },
  ...{ secondary: false, tentative: false, duplicate: false },
});

const ADDRESSES = [
  entry('lo', '::1', 128),
  entry('eth0', '10.0.0.1', 8),
  entry('eth0', 'fe80::1', 64),
  entry('eth0', 'fd00:1::1', 48),
  entry('eth1', 'fe80::2', 64),
  entry('eth1', 'fd00:1::2', 64),
  entry('eth1', 'fd00:2::1', 64),
];

const placed = (argument: string) => {
  const request = ipv6Request(argument);
  return typeof request === 'string' ? request : placeForIpv6addr(request, ADDRESSES);
};

test.each([
  ['fd00:2::9', { device: 'eth1', prefix: 64 }],
  // The first interface that has an address in its network.
  ['fd00:1::9', { device: 'eth0', prefix: 48 }],
  ['fd00:1::9/64', { device: 'eth1', prefix: 64 }],
  ['fd00:1::9/64/eth0', { device: 'eth0', prefix: 64 }],
  ['fd00:1::9//eth1', { device: 'eth1', prefix: 64 }],
  ['fd00:1::9/0/eth1', { device: 'eth1', prefix: 64 }],
  ['fd00:7::9/64/eth0', { device: 'eth0', prefix: 64 }],
  ['fe80::9/64/eth1', { device: 'eth1', prefix: 64 }],
  ['fe80::9', undefined],
  ['fd00:7::9', undefined],
  ['fd00:7::9/64', undefined],
  ['10.0.0.9', 'Invalid IPv6 address [10.0.0.9]'],
  ['fd00:1::9/129', 'Invalid prefix_len [129], should be an integer in [0, 128]'],
])('%s', (argument, expected) => {
  expect(placed(argument)).toEqual(expected);
});

test('it runs where the argument allows it to be', () => {
  const held = [...ADDRESSES, entry('eth1', 'fd00:1::9', 64)];
  const entries = (argument: string) => {
    const request = ipv6Request(argument);
    return typeof request === 'string' ? request : ipv6Entries(request, held).length;
  };
  expect(entries('FD00:1:0::9')).toBe(1);
  expect(entries('fd00:1::9/64/eth1')).toBe(1);
  expect(entries('fd00:1::9/48')).toBe(0);
  expect(entries('fd00:1::9/64/eth0')).toBe(0);
});
