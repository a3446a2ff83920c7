/** The text form (heartbeat reference 3.2). */
import fc from 'fast-check';
import { message, text } from '../../../lib/heartbeat/wire/message.js';
import { decodeText, encodeText } from '../../../lib/heartbeat/wire/text.js';
import { arbitraryMessage } from '../../support/arbitrary-message.js';

const encode = (fields: Parameters<typeof encodeText>[0]): string => Buffer.from(encodeText(fields)).toString('latin1');
const decode = (data: string) => decodeText(Buffer.from(data, 'latin1'));

describe('text form', () => {
  test('one line per field', () => {
    expect(encode(message({ t: 'resource', rsc_hold: 'all' }))).toBe('>>>\nt=resource\nrsc_hold=all\n<<<\n');
  });

  test('every type, nested twice: newlines of the structs are replaced by byte 20 + depth', () => {
    const inner = { fields: [{ type: 'list', name: 'l', value: ['abc', 'defg'] }] } as const;
    const middle = { fields: [{ type: 'struct', name: 'm', value: inner }, ...message({ x: 'a\nb' }).fields] } as const;
    expect(encode({ fields: [{ type: 'struct', name: 'o', value: middle }] })).toBe(
      '>>>\n(2)o=>>>\x14(2)m=>>>\x15(3)l=3:abc,4:defg,\x15<<<\x15\x14x=a\x13b\x14<<<\x14\n<<<\n',
    );
  });

  test('a newline travels as byte 0x13, an empty value is legal, a trailing NUL is harmless', () => {
    const decoded = decode('>>>\nmotd=two\x13lines\nempty=\n<<<\n\0');
    if (!decoded.ok) throw new Error(decoded.detail);
    expect(text(decoded.message, 'motd')).toBe('two\nlines');
    expect(text(decoded.message, 'empty')).toBe('');
  });

  test('blank lines are skipped, everything behind <<< is ignored', () => {
    expect(decode('>>>\n\nt=a\n\n<<<\nnonsense')).toEqual({ ok: true, message: message({ t: 'a' }) });
  });

  test.each([
    ['no =', '>>>\nnoequals\n<<<\n', "line doesn't contain '=': noequals"],
    ['bad base64', '>>>\n(1)u=a*b=\n<<<\n', 'field u is not base64'],
    ['unknown type', '>>>\n(7)u=a\n<<<\n', 'unknown field type (7)'],
    ['bad list', '>>>\n(3)l=9:abc,\n<<<\n', 'field l is not a list'],
    ['struct without end', '>>>\n(2)s=>>>\x14a=b\x14\n<<<\n', 'text message without end'],
    ['empty name', '>>>\n=b\n<<<\n', 'a field name holds a control character, a blank or ='],
  ])('%s is refused with a reason', (_, data, detail) => {
    expect(decode(data)).toEqual({ ok: false, reason: 'malformed', detail });
  });

  test('nesting is limited', () => {
    let data = '>>>\nt=a\n<<<\n';
    for (let depth = 20; depth >= 0; depth--) {
      const newline = depth < 12 ? 20 + depth : 3 + depth;
      data = `>>>\n(2)s=${data.replaceAll('\n', String.fromCharCode(newline))}\n<<<\n`;
    }
    expect(decode(data)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  test('what is encoded is decoded again', () => {
    fc.assert(
      fc.property(arbitraryMessage, (original) => {
        expect(decodeText(encodeText(original))).toEqual({ ok: true, message: original });
      }),
      { numRuns: 1000 },
    );
  });

  test('any bytes: never throws, and what is accepted can be encoded', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.constantFrom('(1)a=AA==', '(2)s=>>>\x14a=b\x14<<<\x14', 't=x'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const decoded = decode(`>>>\n${lines.join('\n')}\n<<<\n`);
        if (decoded.ok) expect(encodeText(decoded.message).length).toBeGreaterThan(7);
      }),
      { numRuns: 2000 },
    );
  });
});
