/** zlib as genuine uses it: a stream with the usual header, at the usual level. */
import { deflateSync, inflateSync } from 'node:zlib';
import type { Codec, Codecs } from './compressed.js';

export const zlibCodec: Codec = {
  pack: (data) => deflateSync(data),
  unpack: (data, limit) => inflateSync(data, { maxOutputLength: limit }),
};

/** What can be done without any library of the system. */
export const BUILT_IN_CODECS: Codecs = { zlib: zlibCodec, bz2: 'bz2 was not loaded' };
