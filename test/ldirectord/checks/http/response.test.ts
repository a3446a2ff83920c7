/** Reading http answers: every framing, in any pieces, from patient to hostile. */
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { answerReader, type Reading } from '../../../../lib/ldirectord/checks/http/response.js';

const LIMIT = 1 << 16;

/** Feeds bytes in pieces of `size`, then the end if nothing came of them. */
const read = (bytes: string | Buffer, method: 'GET' | 'HEAD' = 'GET', size = 1 << 20, limit = LIMIT): Reading => {
  const reader = answerReader(method, limit);
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  for (let at = 0; at < data.length; at += size) {
    const reading = reader.push(data.subarray(at, at + size));
    if (reading.state !== 'more') return reading;
  }
  return reader.end();
};
const body = (reading: Reading): string => (reading.state === 'done' ? reading.answer.body : `(${reading.state})`);

describe('http answers', () => {
  test('Content-Length: complete without waiting for the end of the connection', () => {
    const reader = answerReader('GET', LIMIT);
    const reading = reader.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nTest and more'));
    expect(reading).toEqual({
      state: 'done',
      answer: { status: 200, reason: 'OK', location: undefined, body: 'Test' },
    });
  });
  test('no length: until the end', () => {
    expect(body(read('HTTP/1.0 200 OK\n\nTest Page\n'))).toBe('Test Page\n');
  });
  test('chunked, with extensions and trailers', () => {
    const text =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nTest\r\n5\r\n Page\r\n0\r\nA: b\r\n\r\n';
    expect(body(read(text))).toBe('Test Page');
    expect(body(read(text, 'GET', 1))).toBe('Test Page');
  });
  test.each([
    ['gzip', gzipSync('Test Page')],
    ['deflate', deflateSync('Test Page')],
  ])('transfer-coding %s is removed', (coding, data) => {
    const head = `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}, chunked\r\n\r\n${data.length.toString(16)}\r\n`;
    expect(body(read(Buffer.concat([Buffer.from(head), data, Buffer.from('\r\n0\r\n\r\n')])))).toBe('Test Page');
  });
  test('content-coding stays as it is', () => {
    const data = gzipSync('Test Page');
    const reading = read(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n'), data]));
    expect(body(reading)).toBe(data.toString('latin1'));
  });
  test('HEAD, 204 and 304 have no body', () => {
    expect(body(read('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest Page', 'HEAD'))).toBe('');
    expect(body(read('HTTP/1.1 204 No Content\r\n\r\nx'))).toBe('');
  });
  test('100 Continue is passed over; a missing reason is filled in; folded headers', () => {
    const text = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302\r\nLocation:\r\n /x\r\nContent-Length: 0\r\n\r\n';
    expect(read(text)).toMatchObject({ answer: { status: 302, reason: 'Found', location: '/x' } });
  });
  test('a server that only talks, without any head, is taken at its word', () => {
    expect(read('Test Page\n')).toMatchObject({ state: 'done', answer: { status: 200, reason: 'Assumed OK' } });
  });
  test('nothing at all is no answer', () => {
    expect(read('')).toEqual({ state: 'broken', reason: 'Server closed connection without sending any data back' });
  });
  test.each([
    ['a torn chunk', 'chunked', '9\r\nTest', 'Test'],
    ['no chunk where one is due', 'chunked', '4\r\nTest\r\n', 'Test'],
    ['a bad chunk size', 'chunked', '4\r\nTest\r\nzz\r\n', 'Test'],
    ['an unknown transfer-coding', 'secret', 'Test', ''],
    ['damaged data', 'gzip, chunked', '4\r\nTest\r\n0\r\n\r\n', ''],
  ])('%s: what arrived counts', (_, coding, data, left) => {
    const reading = read(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${data}`);
    expect(reading).toMatchObject({ state: 'done', answer: { status: 200, body: left } });
  });
  test('an interim answer other than 100 is the last one', () => {
    expect(read('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n')).toMatchObject({
      answer: { status: 102, body: '' },
    });
  });
  test('only the first bytes of a large body are kept, but its end is waited for', () => {
    const reader = answerReader('GET', 10);
    expect(reader.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')).state).toBe('more');
    for (let round = 0; round < 100; round += 1) expect(reader.push(Buffer.alloc(100_000, 'x')).state).toBe('more');
    expect(body(reader.end())).toBe('x'.repeat(10));
  });
  test('a head without end is refused', () => {
    const reader = answerReader('GET', LIMIT);
    let reading: Reading = { state: 'more' };
    for (let round = 0; round < 20 && reading.state === 'more'; round += 1)
      reading = reader.push(Buffer.from(`${round === 0 ? 'HTTP/1.1 200 OK\r\n' : ''}${'a: b\r\n'.repeat(5000)}`));
    expect(reading.state).toBe('broken');
  });

  test('property: how the bytes are cut makes no difference', () => {
    const chunked = (text: string): string =>
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`}0\r\n\r\n`;
    const framed = fc.oneof(
      fc.string().map((text) => ({ text, bytes: chunked(text) })),
      fc.string().map((text) => ({ text, bytes: `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}` })),
      fc.string().map((text) => ({ text, bytes: `HTTP/1.1 200 OK\r\n\r\n${text}` })),
    );
    fc.assert(
      fc.property(framed, fc.integer({ min: 1, max: 30 }), ({ text, bytes }, size) => {
        expect(body(read(bytes, 'GET', size))).toBe(text);
      }),
    );
  });

  test('property: no bytes make it throw, and it always comes to an end', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((rest) => Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), rest])),
      fc
        .tuple(fc.constantFrom('chunked', 'gzip, chunked', 'deflate', 'x'), fc.uint8Array({ maxLength: 300 }))
        .map(([coding, rest]) =>
          Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n`), rest]),
        ),
    );
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        expect(read(Buffer.from(bytes), 'GET', size).state).not.toBe('more');
      }),
      { numRuns: 1000 },
    );
  });
});
