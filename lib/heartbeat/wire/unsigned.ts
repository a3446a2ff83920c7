/** Unsigned messages of either encoding, as local clients may send them (heartbeat reference 7.1). */
import { MAX_PACKET } from './limits.js';
import type { Message } from './message.js';
import { NETSTRING_START, netstringFields, netstringLayout } from './netstring.js';
import { type Refused, refused } from './result.js';
import { checked, decodeText } from './text.js';

/** Reads a text or netstring message without signature; a trailer or an `auth` field is not looked at. Never throws. */
export const decodeUnsigned = (data: Uint8Array): { readonly ok: true; readonly message: Message } | Refused => {
  if (data.length > MAX_PACKET) return refused('too-large', `message of ${data.length} bytes`);
  const start = Buffer.from(data.subarray(0, 4)).toString('latin1');
  if (start !== NETSTRING_START) return decodeText(data);
  const layout = netstringLayout(Buffer.from(data).toString('latin1'));
  return layout === undefined
    ? refused('frame', 'length prefixes of a netstring message do not fit')
    : checked(netstringFields(layout.fields));
};
