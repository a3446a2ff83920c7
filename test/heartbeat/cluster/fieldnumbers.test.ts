/** Numbers in fields. */
import { decimalNumber, hex, hexNumber } from '../../../lib/heartbeat/cluster/fieldnumbers.js';
import { message } from '../../../lib/heartbeat/wire/message.js';

test.each([
  ['1b58', 7000],
  ['FF', 255],
  ['0', 0],
  ['6b01284d', 0x6b01284d],
  ['', undefined],
  ['-1', undefined],
  [' 1', undefined],
  ['0x1', undefined],
  ['ffffffffffffffff', undefined],
  ['fffffffffffffffff', undefined],
])('hexadecimal %j', (value, expected) => {
  expect(hexNumber(message({ seq: value }), 'seq')).toBe(expected);
});

test('decimal is another base (reference 11.1, no. 3)', () => {
  const request = message({ firstseq: '17', lastseq: '1f' });
  expect(decimalNumber(request, 'firstseq')).toBe(17);
  expect(decimalNumber(request, 'lastseq')).toBeUndefined();
  expect(decimalNumber(request, 'other')).toBeUndefined();
});

test('printed without padding, in lower case', () => {
  expect(hex(35_000)).toBe('88b8');
  expect(hex(1.9)).toBe('1');
  expect(hex(-5)).toBe('0');
});
