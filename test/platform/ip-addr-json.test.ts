import { parseIpAddr } from '../../lib/platform/ip-addr-json.js';

const output = JSON.stringify([
  {},
  {
    ifname: 'eth0',
    addr_info: [
      { family: 'inet', local: '10.0.0.11', prefixlen: 24, broadcast: '10.0.0.255', scope: 'global', label: 'eth0' },
      { family: 'inet', local: '10.0.0.100', prefixlen: 24, secondary: true, label: 'eth0:0' },
      { family: 'inet6', local: 'fd00::5', prefixlen: 64, dadfailed: true, tentative: true },
      { family: 'inet', scope: 'global' },
      {},
    ],
  },
]);

test('addresses with broadcast, label and flags', () => {
  expect(parseIpAddr(output)).toEqual([
    {
      ...{ device: 'eth0', family: 'ipv4', address: '10.0.0.11', prefix: 24, broadcast: '10.0.0.255', label: 'eth0' },
      ...{ secondary: false, tentative: false, duplicate: false },
    },
    {
      ...{ device: 'eth0', family: 'ipv4', address: '10.0.0.100', prefix: 24, label: 'eth0:0' },
      ...{ secondary: true, tentative: false, duplicate: false },
    },
    {
      ...{ device: 'eth0', family: 'ipv6', address: 'fd00::5', prefix: 64 },
      ...{ secondary: false, tentative: true, duplicate: true },
    },
  ]);
});

test('output that is not JSON is said to be none', () => {
  expect(parseIpAddr('1: lo: <LOOPBACK>')).toMatch(/no JSON/);
  expect(parseIpAddr('{}')).toMatch(/unexpected/);
});
