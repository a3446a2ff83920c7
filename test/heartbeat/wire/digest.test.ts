/** The three digests, and the way round an OpenSSL that refuses md5 and sha1. */
import fc from 'fast-check';
import { chooseHmac, crc, digest, loadForgeHmac } from '../../../lib/heartbeat/wire/digest.js';

describe('crc (heartbeat reference 3.6)', () => {
  test('is printed without leading zeros', () => {
    const digits = new Set(Array.from({ length: 2000 }, (_, n) => crc(Buffer.from(`packet ${n}`)).length));
    expect(digits.has(8)).toBe(true);
    expect(digits.has(7)).toBe(true);
    expect([...digits].every((length) => length <= 8)).toBe(true);
  });

  test('agrees with the bitwise definition', () => {
    const bitwise = (data: Uint8Array): string => {
      let value = 0;
      for (const byte of data) {
        value ^= byte << 24;
        for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
      }
      return (~value >>> 0).toString(16);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (data) => crc(data) === bitwise(data)));
  });
});

describe('md5 and sha1', () => {
  test('RFC 2202 test case 2', () => {
    const data = Buffer.from('what do ya want for nothing?');
    expect(digest('md5', 'Jefe', data)).toBe('750c783e6ab0b503eaa86e310a5db738');
    expect(digest('sha1', 'Jefe', data)).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  });

  test('node-forge gives the same digests, also with keys beyond the block size', async () => {
    const forge = await loadForgeHmac();
    fc.assert(
      fc.property(
        fc.constantFrom('md5' as const, 'sha1' as const),
        fc.uint8Array({ maxLength: 150 }).map((array) => Buffer.from(array).toString('latin1')),
        fc.uint8Array({ maxLength: 300 }),
        (method, key, data) => forge(method, key, data) === digest(method, key, data),
      ),
    );
  });

  test('an OpenSSL that refuses one of them is replaced, any other is kept', async () => {
    const native = (): string => '00';
    expect(await chooseHmac(native)).toBe(native);
    const fips = (method: string): string => {
      if (method === 'md5') throw new Error('error:0308010C:digital envelope routines::unsupported');
      return '00';
    };
    const chosen = await chooseHmac(fips);
    expect(chosen('md5', 'Jefe', Buffer.from('what do ya want for nothing?'))).toBe('750c783e6ab0b503eaa86e310a5db738');
  });
});
