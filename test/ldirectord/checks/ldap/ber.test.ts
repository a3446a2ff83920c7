/** BER: what is written can be read, and nothing makes the reader throw. */
import fc from 'fast-check';
import {
  element,
  elements,
  INTEGER,
  integer,
  integerOf,
  readHead,
} from '../../../../lib/ldirectord/checks/ldap/ber.js';

test('lengths take one byte up to 127, then as many as they need', () => {
  const head = (length: number): string => element(4, Buffer.alloc(length)).subarray(0, -length).toString('hex');
  expect([1, 127, 128, 255, 256, 65536].map(head)).toEqual([
    '0401',
    '047f',
    '048180',
    '0481ff',
    '04820100',
    '0483010000',
  ]);
});

test('numbers take as few bytes as they need, and stay positive', () => {
  expect([0, 3, 127, 128, 255, 256, 32768, 0x7fffffff].map((value) => integer(value).toString('hex'))).toEqual([
    '020100',
    '020103',
    '02017f',
    '02020080',
    '020200ff',
    '02020100',
    '0203008000',
    '02047fffffff',
  ]);
});

test('heads that are short or broken', () => {
  const kind = (hex: string): string => readHead(Buffer.from(hex, 'hex'), 0).kind;
  expect(['', '30', '3082', '308200'].map(kind)).toEqual(['short', 'short', 'short', 'short']);
  expect(['3080', '3085', '30ff'].map(kind)).toEqual(['broken', 'broken', 'broken']);
  expect(readHead(Buffer.from('3084ffffffff', 'hex'), 0)).toEqual({ kind: 'head', start: 6, length: 0xffffffff });
});

test('property: elements and numbers come back', () => {
  const part = fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const bytes = Buffer.concat(parts.map(([tag, content]) => element(tag, content)));
      expect(elements(bytes)).toEqual(parts.map(([tag, content]) => ({ tag, content: Buffer.from(content) })));
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (value) => {
      const [found] = elements(integer(value)) ?? [];
      expect([found?.tag, integerOf(found?.content ?? Buffer.alloc(0))]).toEqual([INTEGER, value]);
    }),
  );
});

test('property: no bytes make it throw; what is cut off is not whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      elements(Buffer.from(data));
    }),
  );
  const whole = element(0x30, integer(5), element(4, Buffer.alloc(200)));
  for (let length = 1; length < whole.length; length += 1) expect(elements(whole.subarray(0, length))).toBeUndefined();
});
