import fc from 'fast-check';
import { compareAddresses, endpointText, keyText, normaliseAddress } from '../../lib/ipvs/address.js';

test.each([
  ['10.0.0.1', '10.0.0.1', 'ipv4'],
  // As inet_aton reads them, and so ipvsadm.
  ['010.0.0.1', '8.0.0.1', 'ipv4'],
  ['10.1', '10.0.0.1', 'ipv4'],
  ['0x0a000105', '10.0.1.5', 'ipv4'],
  ['2001:DB8:0:0::5', '2001:db8::5', 'ipv6'],
  ['0:0:0:0:0:0:0:1', '::1', 'ipv6'],
  ['::', '::', 'ipv6'],
  // As inet_ntop writes them.
  ['::ffff:0a00:0119', '::ffff:10.0.1.25', 'ipv6'],
  ['::0a00:0119', '::10.0.1.25', 'ipv6'],
  ['::10.0.1.25', '::10.0.1.25', 'ipv6'],
  ['::1:0', '::0.1.0.0', 'ipv6'],
])('%s is %s', (text, address, family) => {
  expect(normaliseAddress(text)).toEqual({ address, family });
});

test.each(['', 'web', '10.0.0.256', '10.0.0.1.2', '2001:db8::1::2', 'fe80::1%eth0', '[::1]', '10.0.0.1:80'])(
  '%j is no address',
  (text) => {
    expect(normaliseAddress(text)).toBeUndefined();
  },
);

test('every address has one spelling, and normalising it again changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const first = normaliseAddress(text);
      expect(first).toBeDefined();
      expect(normaliseAddress(first?.address ?? '')).toEqual(first);
    }),
  );
});

test('addresses sort by number, IPv4 first', () => {
  const sorted = [
    '9.0.0.1',
    '10.0.0.2',
    '10.0.0.10',
    '192.168.0.1',
    '::1',
    '::9.0.0.1',
    '::10.0.0.1',
    '2001:db8::9',
    '2001:db8::10',
  ];
  expect([...sorted].reverse().sort(compareAddresses)).toEqual(sorted);
});

test('endpoints and services as text', () => {
  expect(endpointText('10.0.0.1', 80)).toBe('10.0.0.1:80');
  expect(endpointText('2001:db8::1', 80)).toBe('[2001:db8::1]:80');
  expect(keyText({ protocol: 'udp', family: 'ipv6', address: '::1', port: 53 })).toBe('udp [::1]:53');
  expect(keyText({ protocol: 'fwm', family: 'ipv6', mark: 7 })).toBe('fwm 7 ipv6');
});
