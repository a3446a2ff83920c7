/** Addresses as the system's resolver reads them. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import {
  ipv4Number,
  ipv4Text,
  normalIpv6,
  numericIpv4,
  resolveHost,
  resolvePort,
} from '../../../lib/ldirectord/config/addresses.js';
import { plainFacts } from '../../../lib/ldirectord/config/facts.js';
import { parseServices } from '../../../lib/ldirectord/config/services-file.js';

test.each([
  ['10.0.0.3', '10.0.0.3'],
  ['80', '0.0.0.80'],
  ['1.2.3', '1.2.0.3'],
  ['192.168.010.1', '192.168.8.1'],
  ['0x7f.1', '127.0.0.1'],
  ['4294967295', '255.255.255.255'],
  ['4294967296', undefined],
  ['10.0.0.300', undefined],
  ['1.2.3.4.5', undefined],
  ['1.2.3.08', undefined],
  ['', undefined],
  ['web1', undefined],
])('%s is %s', (text, address) => {
  expect(numericIpv4(text)).toBe(address);
});

test('numbers and dotted quads are the same thing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
      expect(isIP(ipv4Text(value))).toBe(4);
      expect(ipv4Number(ipv4Text(value))).toBe(value);
      expect(numericIpv4(ipv4Text(value))).toBe(ipv4Text(value));
    }),
  );
});

test('IPv6 addresses are normalised as inet_ntop does it', () => {
  expect(normalIpv6('2001:DB8:0:0::1')).toBe('2001:db8::1');
  expect(normalIpv6('::ffff:102:304')).toBe('::ffff:1.2.3.4');
  expect(normalIpv6('2001:db8:::1')).toBeUndefined();
});

test('only names are looked up', () => {
  const asked: string[] = [];
  const host = (name: string): string => {
    asked.push(name);
    return '10.9.9.9';
  };
  const facts = { ...plainFacts, host };
  expect(['10.0.0.3', '10.0.0.300', '[::1]', 'web1'].map((one) => resolveHost(one, 'ipv4', facts))).toEqual([
    '10.0.0.3',
    undefined,
    undefined,
    '10.9.9.9',
  ]);
  expect(resolveHost('10.0.0.3', 'ipv6', facts)).toBeUndefined();
  expect(asked).toEqual(['web1']);
});

test('ports: numbers up to 65535, and services with their aliases for one protocol or any', () => {
  const services = parseServices('# c\nhttp\t80/tcp\twww # web\nntp 123/udp\nbroken\n\nhttp 8080/tcp\n');
  const facts = {
    ...plainFacts,
    port: (name: string, protocol: 'tcp' | 'udp' | 'any') => services.get(name)?.[protocol],
  };
  expect(['0', '080', '65535', '65536', 'www', 'ntp', 'HTTP'].map((one) => resolvePort(one, 'tcp', facts))).toEqual([
    0,
    80,
    65535,
    undefined,
    80,
    undefined,
    undefined,
  ]);
  expect(resolvePort('ntp', 'any', facts)).toBe(123);
});
