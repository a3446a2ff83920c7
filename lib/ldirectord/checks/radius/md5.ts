/** MD5 for RADIUS, also where the system's OpenSSL refuses it (FIPS). */
import { createHash } from 'node:crypto';

export type Md5 = (data: Uint8Array) => Buffer;

/** MD5 through the system's OpenSSL. Throws where that refuses it. */
export const nativeMd5: Md5 = (data) => createHash('md5').update(data).digest();

/** The same from node-forge. */
export const loadForgeMd5 = async (): Promise<Md5> => {
  const { default: md5 } = await import('node-forge/lib/md5.js');
  return (data) => {
    const hash = md5.create();
    hash.start();
    hash.update(Buffer.from(data).toString('latin1'));
    return Buffer.from(hash.digest().toHex(), 'hex');
  };
};

/** Asks `native` once; only when it refuses is the other implementation loaded. */
export const chooseMd5 = async (native: Md5): Promise<Md5> => {
  try {
    native(new Uint8Array());
    return native;
  } catch {
    return loadForgeMd5();
  }
};
