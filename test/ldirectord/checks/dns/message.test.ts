/** Which messages are the answer to a question; all others are not heard. */
import { type Answer, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { questionBytes, readAnswer } from '../../../../lib/ldirectord/checks/dns/message.js';

const question = { name: 'www.example.test', type: 'A' } as const;
const address = (data: string): Answer => ({ type: 'A', name: 'www.example.test', data, ttl: 1 });
const answer = (more: Partial<Packet> = {}): Buffer =>
  encode({
    type: 'response',
    id: 7,
    questions: [{ ...question, class: 'IN' }],
    answers: [address('192.0.2.1')],
    ...more,
  });

test('a question: recursion desired, one question, no extensions', () => {
  expect(questionBytes(0x1234, question).toString('hex')).toBe(
    `1234010000010000000000000377777707657861${'6d706c65'}04746573740000010001`,
  );
});

describe('reading', () => {
  test('addresses and names of the answer, whatever else is in it', () => {
    const answers: Answer[] = [
      { type: 'CNAME', name: 'www.example.test', data: 'web.example.test', ttl: 1 },
      { type: 'AAAA', name: 'web.example.test', data: '2001:db8::1', ttl: 1 },
      address('192.0.2.1'),
      { type: 'PTR', name: '1.2.0.192.in-addr.arpa', data: 'web.example.test', ttl: 1 },
    ];
    expect(readAnswer(answer({ answers }), 7, question)).toEqual({
      kind: 'answer',
      code: 'NOERROR',
      records: 4,
      values: ['192.0.2.1', 'web.example.test'],
    });
  });
  test('no records, and why', () => {
    const refused = answer({ answers: [], flags: 3 });
    expect(readAnswer(refused, 7, question)).toEqual({ kind: 'answer', code: 'NXDOMAIN', records: 0, values: [] });
  });
  test('another id, another question, a question instead of an answer: not ours', () => {
    expect(readAnswer(answer(), 8, question)).toEqual({ kind: 'other' });
    expect(readAnswer(answer(), 7, { ...question, name: 'ftp.example.test' })).toEqual({ kind: 'other' });
    expect(readAnswer(answer(), 7, { ...question, type: 'PTR' })).toEqual({ kind: 'other' });
    expect(readAnswer(answer({ type: 'query' }), 7, question)).toEqual({ kind: 'other' });
  });
  test('the name may come back in other letters', () => {
    const questions = [{ type: 'A', name: 'WWW.Example.TEST', class: 'IN' }] as const;
    expect(readAnswer(answer({ questions: [...questions] }), 7, question)).toMatchObject({ kind: 'answer' });
  });
  test('marked as truncated, even in the middle of a record', () => {
    const bytes = answer();
    bytes.writeUInt16BE(bytes.readUInt16BE(2) | 0x0200, 2);
    expect(readAnswer(bytes.subarray(0, 30), 7, question)).toEqual({ kind: 'truncated' });
  });
  test('cut off without saying so: not an answer', () => {
    for (let length = 0; length < answer().length; length += 1)
      expect(readAnswer(answer().subarray(0, length), 7, question)).toEqual({ kind: 'other' });
  });
});

test('property: no bytes make it throw, and without the id nothing is an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(readAnswer(bytes, 7, question).kind).toMatch(/^(other|truncated|answer)$/);
      const other = Uint8Array.from(bytes);
      other.set([0, 8].slice(0, other.length));
      expect(readAnswer(other, 7, question)).toEqual({ kind: 'other' });
    }),
    { numRuns: 500 },
  );
});

test('property: answers with any bytes changed never make it throw', () => {
  const change = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(change, (changes) => {
      const bytes = answer();
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      expect(readAnswer(bytes, 7, question).kind).toMatch(/^(other|truncated|answer)$/);
    }),
    { numRuns: 1000 },
  );
});
