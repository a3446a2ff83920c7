/** RADIUS packets: the request of genuine, the hidden password, and answers that only the secret can make. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { nativeMd5 as md5 } from '../../../../lib/ldirectord/checks/radius/md5.js';
import { fits, hidePassword, readAnswer, requestBytes } from '../../../../lib/ldirectord/checks/radius/packet.js';

const bytes = (text: string): Buffer => Buffer.from(text);

/** The example of RFC 2865 7.1, but with the address in place of the port. */
const rfc = {
  id: 0,
  authenticator: Buffer.from('0f403f9473978057bd83d5cb98f4227a', 'hex'),
  secret: bytes('xyzzy5461'),
  user: bytes('nemo'),
  password: bytes('arctangent'),
  from: '192.168.1.16',
};

/** An answer as a server makes it. */
const answerTo = (
  { id, authenticator, secret }: Pick<typeof rfc, 'id' | 'authenticator' | 'secret'>,
  code: number,
  attributes: Uint8Array = new Uint8Array(),
): Buffer => {
  const head = Buffer.from([code, id, 0, 0]);
  head.writeUInt16BE(20 + attributes.length, 2);
  const sum = createHash('md5').update(head).update(authenticator).update(attributes).update(secret).digest();
  return Buffer.concat([head, sum, attributes]);
};

test('as in RFC 2865 7.1: name, hidden password and address', () => {
  expect(requestBytes(rfc, md5).toString('hex')).toBe(
    [
      '01000032',
      '0f403f9473978057bd83d5cb98f4227a',
      '01066e656d6f',
      '02120dbe708d93d413ce3196e43f782a0aee',
      '0406c0a80110',
    ].join(''),
  );
});

test('over IPv6 the address goes into the attribute for it', () => {
  const request = requestBytes({ ...rfc, from: '2001:db8::1%eth0' }, md5).toString('hex');
  expect(request.slice(-36)).toBe('5f1220010db8000000000000000000000001');
});

test('the answer of RFC 2865 7.1 is taken', () => {
  const accept = Buffer.from('0200002686fe220e7624ba2a1005f6bf9b55e0b20606000000010f06000000000e06c0a80103', 'hex');
  expect(readAnswer(accept, rfc, md5)).toBe('accept');
});

test('accept, reject, challenge; other codes are no answer', () => {
  expect([2, 3, 11, 1, 5, 0].map((code) => readAnswer(answerTo(rfc, code), rfc, md5))).toEqual([
    'accept',
    'reject',
    'challenge',
    undefined,
    undefined,
    undefined,
  ]);
});

test('bytes behind the length are padding; a length beyond the datagram is broken', () => {
  const answer = answerTo(rfc, 2);
  expect(readAnswer(Buffer.concat([answer, bytes('more')]), rfc, md5)).toBe('accept');
  expect(readAnswer(answer.subarray(0, 19), rfc, md5)).toBeUndefined();
  expect(readAnswer(Buffer.concat([Buffer.from([2, 0, 0, 40]), answer.subarray(4)]), rfc, md5)).toBeUndefined();
});

test('what does not fit into a packet', () => {
  expect(fits(Buffer.alloc(253), Buffer.alloc(128))).toBe(true);
  expect(fits(Buffer.alloc(254), Buffer.alloc(1))).toBe(false);
  expect(fits(Buffer.alloc(1), Buffer.alloc(129))).toBe(false);
});

const some = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
const authenticator = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('property: hiding is undone by the same secret (RFC 2865 5.2), in blocks of 16', () => {
  fc.assert(
    fc.property(some(128), some(40), authenticator, (password, secret, random) => {
      const hidden = hidePassword(password, secret, random, md5);
      expect(hidden.length).toBe(Math.ceil(password.length / 16) * 16);
      const shown: number[] = [];
      for (let at = 0; at < hidden.length; at += 16) {
        const before = at === 0 ? random : hidden.subarray(at - 16, at);
        const mask = md5(Buffer.concat([secret, before]));
        shown.push(...hidden.subarray(at, at + 16).map((byte, index) => byte ^ (mask[index] ?? 0)));
      }
      expect(shown.slice(0, password.length)).toEqual([...password]);
      expect(shown.slice(password.length).every((byte) => byte === 0)).toBe(true);
    }),
  );
});

test('property: an answer is taken as it was made, and not with any bit changed', () => {
  const arbitrary = fc.record({
    id: fc.nat(255),
    authenticator: authenticator.map((value) => Buffer.from(value)),
    secret: some(40).map((value) => Buffer.from(value)),
    attributes: fc.uint8Array({ maxLength: 100 }),
    bit: fc.nat(10_000),
  });
  fc.assert(
    fc.property(arbitrary, ({ attributes, bit, ...request }) => {
      const answer = answerTo(request, 2, attributes);
      expect(readAnswer(answer, request, md5)).toBe('accept');
      const at = bit % (answer.length * 8);
      answer[at >> 3] = (answer[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(readAnswer(answer, request, md5)).toBeUndefined();
    }),
  );
});

test('property: no bytes make it throw, none are taken', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      expect(readAnswer(data, rfc, md5)).toBeUndefined();
    }),
  );
});
