/** The frames of the client socket (heartbeat reference 7.1). */
import fc from 'fast-check';
import { emptyFrameStream, encodeFrame, feedFrames } from '../../../lib/heartbeat/api/frame.js';
import { message } from '../../../lib/heartbeat/wire/message.js';
import { decodeUnsigned } from '../../../lib/heartbeat/wire/unsigned.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

describe('frames', () => {
  test('the sign-on of heartbeat reference 7.2', () => {
    const signon = message({
      t: 'hbapi-req',
      reqtype: 'signon',
      dest: 'lb1',
      pid: '394',
      from_id: '394',
      uid: '0',
      gid: '0',
    });
    const frame = Buffer.from(encodeFrame(signon));
    expect(frame.subarray(0, 8).toString('hex')).toBe('4d000000cdab0000');
    expect(frame.subarray(8).toString('latin1')).toBe(
      '>>>\nt=hbapi-req\nreqtype=signon\ndest=lb1\npid=394\nfrom_id=394\nuid=0\ngid=0\n<<<\n\0',
    );
  });

  test('in pieces of any size the same messages come out', () => {
    fc.assert(
      fc.property(fc.array(arbitraryMessage, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (messages, size) => {
        const bytes = Buffer.concat(messages.map(encodeFrame));
        let stream = emptyFrameStream;
        const bodies: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          const step = feedFrames(stream, bytes.subarray(at, at + size));
          expect(step.problem).toBeUndefined();
          stream = step.stream;
          bodies.push(...step.bodies);
        }
        expect(bodies.map((body) => decodeUnsigned(body))).toEqual(messages.map((one) => ({ ok: true, message: one })));
      }),
    );
  });

  test('noise and boasting lengths end the connection, and no memory is set aside for them', () => {
    expect(feedFrames(emptyFrameStream, Buffer.from('GET / HTTP/1.0\r\n')).problem).toEqual({ kind: 'magic' });
    const huge = Buffer.from('ffffff7fcdab0000', 'hex');
    expect(feedFrames(emptyFrameStream, huge).problem).toEqual({ kind: 'length', length: 2147483647 });
    fc.assert(fc.property(fc.uint8Array(), (noise) => void feedFrames(emptyFrameStream, noise)));
  });
});
