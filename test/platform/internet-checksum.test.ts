import fc from 'fast-check';
import { internetChecksum } from '../../lib/platform/internet-checksum.js';

test('the example of RFC 1071, section 3', () => {
  expect(internetChecksum(Buffer.from('0001f203f4f5f6f7', 'hex'))).toBe(~0xddf2 & 0xffff);
});

test('any even message with its checksum inside sums to zero, however it is cut into parts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 99 }), fc.nat(120), (body, cut) => {
      const even = body.length % 2 === 0 ? body : body.subarray(1);
      const sum = Buffer.alloc(2);
      sum.writeUInt16BE(internetChecksum(even));
      const whole = Buffer.concat([even, sum]);
      expect(internetChecksum(whole.subarray(0, cut), whole.subarray(cut))).toBe(0);
    }),
  );
});
