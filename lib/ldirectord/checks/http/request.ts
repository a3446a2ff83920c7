/** The bytes of an http check's request: those of libwww-perl, which servers and their logs know (reference 4.4). */
import { encodeBytes } from '../../config/bytes.js';
import type { Place } from './url.js';

/** One complete request; the connection serves no second one. */
export const requestBytes = (method: 'GET' | 'HEAD', place: Place): Buffer =>
  Buffer.from(
    encodeBytes(
      [
        `${method} ${place.resource} HTTP/1.1`,
        'TE: deflate,gzip;q=0.3',
        'Connection: TE, close',
        `Host: ${place.hostHeader}`,
        'User-Agent: libwww-perl/6.68',
        '',
        '',
      ].join('\r\n'),
    ),
  );
