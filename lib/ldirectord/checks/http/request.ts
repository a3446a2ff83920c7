/** The bytes of an http check's request: those of libwww-perl, which servers and their logs know (reference 4.4). */
import { encodeBytes } from '../../config/bytes.js';
import type { Place } from './url.js';

/** Plain ASCII, as nearly every request is, needs no look at each character. */
const asBytes = (text: string): Buffer =>
  /^[\x00-\x7f]*$/.test(text) ? Buffer.from(text, 'latin1') : Buffer.from(encodeBytes(text));

/** One complete request; the connection serves no second one. */
export const requestBytes = (method: 'GET' | 'HEAD', place: Place): Buffer =>
  asBytes(
    [
      `${method} ${place.resource} HTTP/1.1`,
      'TE: deflate,gzip;q=0.3',
      'Connection: TE, close',
      `Host: ${place.hostHeader}`,
      'User-Agent: libwww-perl/6.68',
      '',
      '',
    ].join('\r\n'),
  );
