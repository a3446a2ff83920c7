/** No byte of a configuration is lost, whatever its encoding. */
import fc from 'fast-check';
import { decodeBytes, encodeBytes } from '../../../lib/ldirectord/config/bytes.js';

test('UTF-8 is read as such, a byte order mark stays', () => {
  expect(decodeBytes(Buffer.from('\ufeffgr\u00fc\u00df', 'utf8'))).toBe('\ufeffgr\u00fc\u00df');
});

test('latin1 keeps its bytes', () => {
  const bytes = Buffer.from([0x67, 0x72, 0xfc, 0xdf]);
  expect(decodeBytes(bytes)).toBe('gr\udcfc\udcdf');
  expect([...encodeBytes(decodeBytes(bytes))]).toEqual([...bytes]);
});

test('any bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect([...encodeBytes(decodeBytes(bytes))]).toEqual([...bytes]);
    }),
    { numRuns: 2000 },
  );
});

test('any text comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeBytes(encodeBytes(text))).toBe(text);
    }),
  );
});
