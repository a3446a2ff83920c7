import fc from 'fast-check';
import { parseDevices, parseIpv4Routes, parseIpv6Routes } from '../../lib/platform/routes.js';

test('the IPv4 routing table', () => {
  const text = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	FE02000A	0003	0	0	100	00000000	0	0	0
eth0	0002000A	00000000	0001	0	0	0	00FFFFFF	0	0	0
*	0005000A	00000000	0201	0	0	0	00FFFFFF	0	0	0
`;
  expect(parseIpv4Routes(text)).toEqual([
    { device: 'eth0', network: '0.0.0.0', prefix: 0, direct: false, metric: 100 },
    { device: 'eth0', network: '10.0.2.0', prefix: 24, direct: true, metric: 0 },
  ]);
});

test('the IPv6 routing table, without our own addresses', () => {
  const zero = '0'.repeat(32);
  const line = (network: string, prefix: string, hop: string, flags: string, device: string): string =>
    `${network} ${prefix} ${zero} 00 ${hop} 00000100 00000001 00000000 ${flags} ${device}`;
  const text = [
    line('fd000000000000000000000000000000', '40', zero, '00000001', 'eth0'),
    line('fd000000000000000000000000000006', '80', zero, '80200001', 'eth0'),
    line(zero, '00', 'fe800000000000000000000000000001', '00000003', 'eth0'),
    line(zero, '00', zero, '00200200', 'lo'),
  ].join('\n');
  expect(parseIpv6Routes(text)).toEqual([
    { device: 'eth0', network: 'fd00::', prefix: 64, direct: true, metric: 256 },
    { device: 'eth0', network: '::', prefix: 0, direct: false, metric: 256 },
  ]);
});

test('device names', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs
    lo:  123       1    0
eth0.5: 0 0
`;
  expect(parseDevices(text)).toEqual(['lo', 'eth0.5']);
});

test('nonsense is survived', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseIpv4Routes(`head\n${text}`);
      parseIpv6Routes(text);
      parseDevices(text);
    }),
  );
});
