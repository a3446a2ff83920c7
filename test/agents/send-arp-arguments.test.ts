import fc from 'fast-check';
import { parseHardwareAddress, parseSendArp } from '../../lib/agents/send-arp-arguments.js';

const parse = (line: string) => parseSendArp(line.split(' '));

test('the call of the genuine IPaddr', () => {
  expect(parse('-i 500 -r 10 -p /run/send_arp-10.0.0.3 eth0 10.0.0.3 auto 10.0.0.3 ffffffffffff')).toEqual({
    ...{ device: 'eth0', address: '10.0.0.3', interval: 500, count: 10, pidFile: '/run/send_arp-10.0.0.3' },
  });
});

test('one announcement and a second between them, unless said otherwise', () => {
  expect(parse('eth0 10.0.0.3 auto not_used not_used')).toMatchObject({ interval: 1000, count: 1 });
});

test('option values may follow directly', () => {
  expect(parse('-i200 -r3 eth0 10.0.0.3 auto x x')).toMatchObject({ interval: 200, count: 3 });
});

test('hardware addresses with and without separators', () => {
  const mac = Buffer.from('02aabbccddee', 'hex');
  expect(parseHardwareAddress('02aabbccddee')).toEqual(mac);
  expect(parseHardwareAddress('02:AA:bb:CC:dd:EE')).toEqual(mac);
  expect(parseHardwareAddress('02aabbccdd')).toBeUndefined();
  expect(parse('eth0 10.0.0.3 zzz x x')).toMatch(/Invalid hardware address \[zzz\]/);
});

test.each([
  '',
  '-x',
  'eth0',
  'eth0 10.0.0.3 auto x',
  'eth0 10.0.0.3 auto x x y',
  '-i',
  '-i much eth0 10.0.0.3 auto x x',
])('the usage is shown for: %s', (line) => {
  expect(parse(line)).toBeUndefined();
});

test('any words are survived', () => {
  fc.assert(fc.property(fc.array(fc.string()), (words) => void parseSendArp(words)));
});
