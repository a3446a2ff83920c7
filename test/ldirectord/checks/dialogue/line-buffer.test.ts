/** Lines out of bytes: however they arrive, and never too much of them. */
import fc from 'fast-check';
import { createLineBuffer, MAX_LINE } from '../../../../lib/ldirectord/checks/dialogue/line-buffer.js';

const linesOf = (chunks: readonly Buffer[]): { readonly lines: readonly string[]; readonly rest: string } => {
  const buffer = createLineBuffer();
  const lines: string[] = [];
  for (const chunk of chunks) {
    buffer.push(chunk);
    for (let line = buffer.line(); line !== undefined; line = buffer.line()) lines.push(line);
  }
  return { lines, rest: buffer.rest() };
};

describe('line buffer', () => {
  test('lines keep their ends; what has no end yet is the rest', () => {
    expect(linesOf([Buffer.from('220 a\r\n250'), Buffer.from(' b\n\nc')])).toEqual({
      lines: ['220 a\r\n', '250 b\n', '\n'],
      rest: 'c',
    });
  });
  test('bytes that are no UTF-8 come through as they are', () => {
    expect(linesOf([Buffer.from([0xff, 0xc3, 0x0a])]).lines).toEqual(['\xff\xc3\n']);
  });
  test('the rest has also the lines that nobody took', () => {
    const buffer = createLineBuffer();
    buffer.push(Buffer.from('a\nb\nc'));
    expect(buffer.line()).toBe('a\n');
    expect(buffer.rest()).toBe('b\nc');
    expect(buffer.rest()).toBe('');
  });
  test('property: the way the bytes are cut into chunks makes no difference', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array.map((byte) => byte % 16)));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 200 })), (whole, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        expect(linesOf(chunks)).toEqual(linesOf([whole]));
        const { lines, rest } = linesOf(chunks);
        expect(lines.join('') + rest).toBe(whole.toString('latin1'));
      }),
    );
  });
  test('of a line without end only a fixed part is kept; the next line is read as usual', () => {
    const block = Buffer.alloc(1 << 16, 'x');
    const { lines, rest } = linesOf([...Array<Buffer>(100).fill(block), Buffer.from('\nnext\n'), block, block]);
    expect(lines.map((line) => line.length)).toEqual([MAX_LINE, 5]);
    expect(rest.length).toBe(MAX_LINE);
  });
});
