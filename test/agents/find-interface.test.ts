import { parseAddressArgument } from '../../lib/agents/address-argument.js';
import { freeLabel, type Network, placeForIpaddr, placeForIpaddr2 } from '../../lib/agents/find-interface.js';
import type { AddressEntry } from '../../lib/platform/address-entry.js';

const entry = (device: string, address: string, prefix: number, more: Partial<AddressEntry> = {}): AddressEntry => ({
  ...{ device, address, prefix, family: address.includes(':') ? 'ipv6' : 'ipv4' },
  ...{ secondary: false, tentative: false, duplicate: false, label: device },
  ...more,
});

const route = (device: string, network: string, prefix: number, direct = true, metric = 0) => ({
  ...{ device, network, prefix, direct, metric },
});

/** A director with two networks, a route through a router and a default route. */
const network: Network = {
  devices: ['lo', 'eth0', 'eth1'],
  routes: [
    route('eth0', '0.0.0.0', 0, false),
    route('eth0', '10.0.0.0', 8, false),
    route('eth0', '10.0.2.0', 24),
    route('eth1', '192.168.0.0', 24),
    route('eth1', '192.168.0.0', 16, true, 5),
  ],
  addresses: [
    entry('lo', '127.0.0.1', 8),
    entry('eth0', '10.0.2.1', 24, { broadcast: '10.0.2.255' }),
    entry('eth1', '192.168.0.103', 24),
  ],
};

const ipaddr = (argument: string) => placeForIpaddr(parseAddressArgument(argument), network);
const ipaddr2 = (argument: string) => placeForIpaddr2(parseAddressArgument(argument), network);

describe('IPaddr', () => {
  test.each([
    ['10.0.2.50', { device: 'eth0', prefix: 24, broadcast: '10.0.2.255' }],
    ['10.0.2.50/8/eth0', { device: 'eth0', prefix: 8, broadcast: '10.255.255.255' }],
    ['10.0.2.50/255.255.255.0/eth0', { device: 'eth0', prefix: 24, broadcast: '10.0.2.255' }],
    ['10.0.2.50/24/eth1', { device: 'eth1', prefix: 24, broadcast: '10.0.2.255' }],
    ['10.0.2.50/24/10.0.2.127', { device: 'eth0', prefix: 24, broadcast: '10.0.2.127' }],
    ['192.168.0.105', { device: 'eth1', prefix: 24, broadcast: '192.168.0.255' }],
    // Through the router's route, like the genuine findif.
    ['10.9.0.1', { device: 'eth0', prefix: 8, broadcast: '10.255.255.255' }],
    ['172.16.0.1/24', { device: 'eth0', prefix: 24, broadcast: '172.16.0.255' }],
  ])('%s', (argument, expected) => {
    expect(ipaddr(argument)).toEqual(expected);
  });

  test.each([
    ['172.16.0.1', 1, /default route/],
    ['10.0.2.50/24/nope', 1, /unknown interface: nope/],
    ['10.0.2.50/33/eth0', 1, /netmask/],
    ['10.0.2.50/24/eth0/x', 1, /broadcast/],
    ['nonsense', 6, /not an IPv4 address/],
    ['fd00::5/64/eth0', 6, /not an IPv4 address/],
  ])('%s is refused with %d', (argument, code, reason) => {
    expect(ipaddr(argument)).toEqual({ code, reason: expect.stringMatching(reason) });
  });
});

describe('IPaddr2', () => {
  test.each([
    ['10.0.2.50', { device: 'eth0', prefix: 24, broadcast: '10.0.2.255' }],
    // No network of ours holds the whole of 10.0.0.0/8, so there is no broadcast address to take over.
    ['10.0.2.50/8/eth0', { device: 'eth0', prefix: 8 }],
    ['10.0.2.50/32/eth0', { device: 'eth0', prefix: 32, broadcast: '10.0.2.255' }],
    // Our own address there has no broadcast address either.
    ['192.168.0.105', { device: 'eth1', prefix: 24 }],
    ['192.168.0.105/24/eth1/+', { device: 'eth1', prefix: 24, broadcast: '192.168.0.255' }],
    ['10.0.2.50/24/eth0/-', { device: 'eth0', prefix: 24 }],
    ['172.16.0.1/24/eth0', { device: 'eth0', prefix: 24 }],
    ['127.0.0.5', { device: 'lo', prefix: 8 }],
  ])('%s', (argument, expected) => {
    expect(ipaddr2(argument)).toEqual(expected);
  });

  test.each([
    ['10.9.0.1', 1, /nic or netmask/],
    ['172.16.0.1', 1, /nic or netmask/],
    ['10.0.2.50/24/nope', 6, /Invalid interface name \[nope\]/],
    ['10.0.2.50//eth0', 6, /Invalid netmask specification \[eth0\]/],
    ['10.0.2.50/24/eth0/x', 6, /Invalid broadcast/],
    ['nonsense', 6, /not valid/],
  ])('%s is refused with %d', (argument, code, reason) => {
    expect(ipaddr2(argument)).toEqual({ code, reason: expect.stringMatching(reason) });
  });

  test('IPv6 takes the mask of the network on the link and has no broadcast', () => {
    const ipv6: Network = { ...network, routes: [route('eth1', 'fe80::', 64), route('eth1', 'fd00::', 64)] };
    expect(placeForIpaddr2(parseAddressArgument('fd00::5'), ipv6)).toEqual({ device: 'eth1', prefix: 64 });
  });
});

test('a new alias gets the first free label', () => {
  const aliases = [
    entry('eth0', '10.0.2.3', 24, { label: 'eth0:0' }),
    entry('eth0', '10.0.2.4', 24, { label: 'eth0:2' }),
  ];
  expect(freeLabel(aliases, 'eth0')).toBe('eth0:1');
  expect(freeLabel(aliases, 'eth1')).toBe('eth1:0');
});
