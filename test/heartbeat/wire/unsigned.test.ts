/** Messages of local clients come in either encoding and without signature (heartbeat reference 7.1). */
import fc from 'fast-check';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { netstringBody } from '../../../lib/heartbeat/wire/netstring.js';
import { encodeText } from '../../../lib/heartbeat/wire/text.js';
import { decodeUnsigned } from '../../../lib/heartbeat/wire/unsigned.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

describe('unsigned messages', () => {
  test('both encodings', () => {
    fc.assert(
      fc.property(arbitraryMessage, (original) => {
        expect(decodeUnsigned(encodeText(original))).toEqual({ ok: true, message: original });
        const netstring = Buffer.from(netstringBody(original), 'latin1');
        expect(decodeUnsigned(netstring)).toEqual({ ok: true, message: original });
      }),
    );
  });

  test('the encoder refuses what no decoder would return', () => {
    expect(() => netstringBody(message({ 'a=b': 'x' }))).toThrow(RangeError);
    const inner = message({ x: 'with \x14 inside' });
    expect(() => encodeText({ fields: [{ type: 'struct', name: 's', value: inner }] })).toThrow(RangeError);
  });

  test('anything: never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('', '###\n', '>>>\n'), (noise, start) => {
        decodeUnsigned(Buffer.concat([Buffer.from(start), noise]));
      }),
    );
  });
});
