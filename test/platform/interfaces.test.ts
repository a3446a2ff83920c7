import fc from 'fast-check';
import { broadcastOf, interfaceAddresses, interfaceIndex, parseIpAddr } from '../../lib/platform/interfaces.js';

test.each([
  ['10.0.0.11', 24, '10.0.0.255'],
  ['10.0.0.11', 8, '10.255.255.255'],
  ['192.168.255.254', 30, '192.168.255.255'],
  ['192.0.2.1', 32, '192.0.2.1'],
  ['1.2.3.4', 0, '255.255.255.255'],
])('the broadcast address of %s/%d is %s', (address, length, expected) => {
  expect(broadcastOf(address, length)).toBe(expected);
});

const answer = JSON.stringify([
  {
    ifname: 'eth0',
    addr_info: [
      { family: 'inet', local: '10.0.0.11', prefixlen: 24, broadcast: '10.0.0.127', label: 'eth0' },
      { family: 'inet', local: '10.0.0.100', prefixlen: 24, broadcast: '0.0.0.0', label: 'eth0:0' },
      { family: 'inet6', local: 'fd00::1', prefixlen: 64 },
    ],
  },
]);

test('the configured broadcast address counts, else the computed one; an alias has its own address', () => {
  expect(parseIpAddr(answer, 'eth0')).toEqual([
    { address: '10.0.0.11', prefixLength: 24, broadcast: '10.0.0.127' },
    { address: '10.0.0.100', prefixLength: 24, broadcast: '10.0.0.255' },
  ]);
  expect(parseIpAddr(answer, 'eth0:0')).toEqual([{ address: '10.0.0.100', prefixLength: 24, broadcast: '10.0.0.255' }]);
});

test('any other output counts as no addresses', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(parseIpAddr(text, 'eth0').filter((found) => typeof found.address !== 'string')).toEqual([]);
    }),
  );
});

test('the loopback device has its address, a device that is not there has none', async () => {
  expect(await interfaceAddresses('lo')).toContainEqual(expect.objectContaining({ address: '127.0.0.1' }));
  expect(interfaceIndex('lo')).toBe(1);
  expect(await interfaceAddresses('nosuch9')).toEqual([]);
  expect(interfaceIndex('nosuch9')).toBeUndefined();
  expect(interfaceIndex('../../etc')).toBeUndefined();
});
