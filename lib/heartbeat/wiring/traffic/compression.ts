/** What messages can be packed and unpacked with on this machine. */
import type { Log } from '../../../log.js';
import { loadBz2 } from '../../../platform/bz2.js';
import type { Codecs, Compression } from '../../wire/compressed.js';
import { zlibCodec } from '../../wire/zlib-codec.js';

/** Loads the library for bz2; when it is wanted and cannot be had, one line says so. Never rejects. */
export const loadCodecs = async (compression: Compression, log: Log): Promise<Codecs> => {
  const bz2 = await loadBz2();
  if (typeof bz2 !== 'string') return { zlib: zlibCodec, bz2 };
  const reason = `messages compressed with bz2 cannot be unpacked here (${bz2}; Debian package libbz2-1.0)`;
  if (compression.algorithm === 'bz2' && compression.traditional)
    log('WARN', `compression bz2: ${bz2} (Debian package libbz2-1.0). Messages are sent uncompressed.`);
  return { zlib: zlibCodec, bz2: reason };
};
