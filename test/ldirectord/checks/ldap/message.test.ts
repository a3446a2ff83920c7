/** LDAP messages: the bytes of the requests, and answers however they arrive. */
import fc from 'fast-check';
import { ENUMERATED, element, integer, OCTET_STRING, SEQUENCE } from '../../../../lib/ldirectord/checks/ldap/ber.js';
import {
  bindRequest,
  createReader,
  type LdapMessage,
  searchRequest,
  unbindRequest,
} from '../../../../lib/ldirectord/checks/ldap/message.js';

const octets = (text: string): Buffer => element(OCTET_STRING, Buffer.from(text));
const result = (tag: number, code: number): Buffer => element(tag, integer(code, ENUMERATED), octets(''), octets(''));
const envelope = (id: number, operation: Buffer): Buffer => element(SEQUENCE, integer(id), operation);
const entry = (name: string): Buffer => element(0x64, octets(name), element(SEQUENCE));

test('bind, search and unbind, byte for byte (RFC 4511)', () => {
  expect(bindRequest(1, Buffer.from('cn=a'), Buffer.from('pw')).toString('hex')).toBe(
    '3012020101600d020103' + '0404636e3d61' + '80027077',
  );
  expect(bindRequest(1, Buffer.alloc(0), Buffer.alloc(0)).toString('hex')).toBe('300c020101600702010304008000');
  expect(searchRequest(2, Buffer.from('dc=x')).toString('hex')).toBe(
    [
      '302e0201026329',
      '040464633d78',
      '0a01000a0100020100020100010100',
      '870b6f626a656374436c617373',
      '30050403312e31',
    ].join(''),
  );
  expect(unbindRequest(3).toString('hex')).toBe('30050201034200');
});

const answers: readonly (readonly [Buffer, LdapMessage])[] = [
  [envelope(1, result(0x61, 49)), { kind: 'bound', id: 1, code: 49 }],
  [envelope(2, entry('dc=example')), { kind: 'entry', id: 2, name: 'dc=example' }],
  [envelope(2, result(0x65, 0)), { kind: 'done', id: 2, code: 0 }],
  [envelope(2, element(0x73, octets('ldap://other/'))), { kind: 'other', id: 2 }],
  [envelope(0, element(0x78, octets('x'))), { kind: 'other', id: 0 }],
];

test('property: answers are read the same however they are cut', () => {
  const bytes = Buffer.concat(answers.map(([message]) => message));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: bytes.length }), { maxLength: 20 }), (cuts) => {
      const read = createReader();
      const places = [0, ...[...new Set(cuts)].sort((left, right) => left - right), bytes.length];
      const found: LdapMessage[] = [];
      for (const [index, at] of places.entries()) {
        const messages = read(bytes.subarray(at, places[index + 1] ?? bytes.length));
        if (messages !== 'broken') found.push(...messages);
      }
      expect(found).toEqual(answers.map(([, message]) => message));
    }),
  );
});

test('a name keeps its bytes', () => {
  expect(createReader()(envelope(2, entry('ou=Grüße')))).toMatchObject([
    { name: Buffer.from('ou=Grüße').toString('latin1') },
  ]);
});

test('what is no LDAP is broken at once: another protocol, endless lengths, results without a code', () => {
  const broken = (bytes: Uint8Array): unknown => createReader()(Buffer.from(bytes));
  expect(broken(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toBe('broken');
  expect(broken(Buffer.from('308400100000', 'hex'))).toBe('broken');
  expect(broken(Buffer.from('3080', 'hex'))).toBe('broken');
  expect(broken(envelope(1, element(0x61)))).toBe('broken');
  expect(broken(element(SEQUENCE, octets('x')))).toBe('broken');
  expect(broken(element(SEQUENCE))).toBe('broken');
});

test('property: no bytes make it throw', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(fc.constantFrom(...answers), fc.nat(60), fc.nat(255)).map(([[message], at, byte]) => {
      const changed = Buffer.from(message);
      changed[at % changed.length] = byte;
      return changed;
    }),
  );
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 4 }), (chunks) => {
      const read = createReader();
      for (const chunk of chunks) if (read(Buffer.from(chunk)) === 'broken') break;
    }),
    { numRuns: 500 },
  );
});
