/** MD5 with and without the system's OpenSSL. */
import fc from 'fast-check';
import { chooseMd5, loadForgeMd5, nativeMd5 } from '../../../../lib/ldirectord/checks/radius/md5.js';

test('both implementations agree', async () => {
  const forge = await loadForgeMd5();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      expect(forge(data)).toEqual(nativeMd5(data));
    }),
  );
});

test("the system's is taken unless it refuses", async () => {
  expect(await chooseMd5(nativeMd5)).toBe(nativeMd5);
  const chosen = await chooseMd5(() => {
    throw new Error('digital envelope routines::unsupported');
  });
  expect(chosen(Buffer.from('abc')).toString('hex')).toBe('900150983cd24fb0d6963f7d28e17f72');
});
