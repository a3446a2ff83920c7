/** The three signing methods: crc, HMAC-MD5 and HMAC-SHA1, as lower-case hex (heartbeat reference 3.6). */
import { createHmac } from 'node:crypto';
import type { AuthKey, DigestMethod } from '../config/model.js';

type Hmac = (method: 'md5' | 'sha1', key: string, data: Uint8Array) => string;

/** HMAC through the system's OpenSSL. Throws where that refuses the method (FIPS). */
const nativeHmac: Hmac = (method, key, data) =>
  createHmac(method, Buffer.from(key, 'latin1')).update(data).digest('hex');

/** The same from node-forge, for machines whose OpenSSL refuses md5 or sha1. */
export const loadForgeHmac = async (): Promise<Hmac> => {
  const [forge] = await Promise.all([
    import('node-forge/lib/hmac.js'),
    import('node-forge/lib/md5.js'),
    import('node-forge/lib/sha1.js'),
  ]);
  return (method, key, data) => {
    const hmac = forge.default.create();
    hmac.start(method, key);
    hmac.update(Buffer.from(data).toString('latin1'));
    return hmac.digest().toHex();
  };
};

/** Asks `native` for both methods once; only when it refuses one is the other implementation loaded. */
export const chooseHmac = async (native: Hmac): Promise<Hmac> => {
  try {
    native('md5', 'probe', new Uint8Array());
    native('sha1', 'probe', new Uint8Array());
    return native;
  } catch {
    return loadForgeHmac();
  }
};

const hmac = await chooseHmac(nativeHmac);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/**
 * CRC-32, polynomial 0x04C11DB7, initial value 0, most significant bit first, complemented, no length appended;
 * printed without leading zeros.
 */
export const crc = (data: Uint8Array): string => {
  let value = 0;
  for (const byte of data) value = (value << 8) ^ (CRC_TABLE[((value >>> 24) ^ byte) & 0xff] ?? 0);
  return (~value >>> 0).toString(16);
};

/** The digest string of `data`; `key` is ignored by crc. */
export const digest = (method: DigestMethod, key: string, data: Uint8Array): string =>
  method === 'crc' ? crc(data) : hmac(method, key, data);

/** What stands in a trailer or an `auth` field: `<index> <digest>`. */
export const signature = (key: AuthKey, data: Uint8Array): string =>
  `${key.index} ${digest(key.method, key.key, data)}`;
