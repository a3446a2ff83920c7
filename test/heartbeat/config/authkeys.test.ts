/** authkeys: what is a key, which one signs, who may read it (heartbeat reference 2.5). */
import fc from 'fast-check';
import { parseAuthKeys } from '../../../lib/heartbeat/config/authkeys.js';

const parse = (text: string | undefined, mode = 0o600) => parseAuthKeys(text, 'authkeys', mode);
const errors = (text: string | undefined, mode = 0o600): readonly string[] =>
  parse(text, mode).diagnostics.map(({ at, message }) => `${at.line}:${at.column}: ${message}`);

describe('keys', () => {
  test('several, one of which signs; comments and the rest of a line are ignored', () => {
    const { value, diagnostics } = parse('# keys\n\n auth 2 x\n1 crc\n  2 sha1 secret rest of line\n3 md5 other\n');
    expect(diagnostics).toEqual([]);
    expect(value?.sign).toEqual({ index: 2, method: 'sha1', key: 'secret' });
    expect([...(value?.keys.values() ?? [])].map(({ index, method }) => [index, method])).toEqual([
      [1, 'crc'],
      [2, 'sha1'],
      [3, 'md5'],
    ]);
  });

  test('glued words are read as genuine reads them', () => {
    expect(parse('auth1\n1sha1 k\n').value?.sign).toEqual({ index: 1, method: 'sha1', key: 'k' });
  });

  test('the last definition and the last auth line win', () => {
    expect(parse('auth 1\n1 crc\n1 sha1 k\n').value?.sign.method).toBe('sha1');
    expect(parse('auth 1\n1 crc\nauth 2\n1 sha1 k\nauth 1\n').value?.sign.method).toBe('sha1');
    expect(parse('auth 1\nauth 2\n1 crc\n2 md5 k\n').value?.sign.index).toBe(2);
  });

  test('a key is bytes', () => {
    expect(parse('auth 1\n1 sha1 \xe4\xff\n').value?.sign.key).toBe('\xe4\xff');
  });
});

describe('errors', () => {
  test.each([
    [
      'auth 1\n1 sha256 k\n',
      ['1:6: there is no key 1 below this line', "2:3: unknown method 'sha256': use sha1, md5 or crc"],
    ],
    ['auth 1\n1 crc\n2 crc k\n', ['3:7: crc takes no key']],
    ['auth 1\n1 crc\n 2 md5\n', ['3:4: md5 needs a key']],
    ['auth 1\n1 crc\n99 crc\n', ['3:1: the number of a key is from 0 to 15']],
    ['1 crc\nauth 1\n', ['2:6: key 1 must stand below its auth line']],
    [
      'auth x\n1 crc\n',
      [
        "1:1: there is no line 'auth N' that says which key signs",
        "1:6: this line must be 'auth' and the number of a key",
      ],
    ],
    ['1 crc\n', ["1:1: there is no line 'auth N' that says which key signs"]],
    ['auth 1\n1 crc\nzzz\n', ["3:1: a line is 'auth N' or 'N method key'"]],
  ])('%j', (text, expected) => {
    expect([...errors(text)].sort()).toEqual([...expected].sort());
    expect(parse(text).value).toBeUndefined();
  });

  test('a missing file, and one that others can read', () => {
    expect(errors(undefined)).toEqual(['1:1: there is no such file: nodes could not trust each other']);
    for (const mode of [0o640, 0o604, 0o644])
      expect(errors('auth 1\n1 crc\n', mode)).toEqual(['1:1: others can read this file: chmod 600']);
    for (const mode of [0o600, 0o400, 0o620, 0o611]) expect(errors('auth 1\n1 crc\n', mode)).toEqual([]);
  });

  test('open permissions do not hide what else is wrong, though genuine says no more', () => {
    expect(errors('1 sha1\nauth 1\n', 0o644)).toEqual([
      '1:1: others can read this file: chmod 600',
      '1:3: sha1 needs a key',
      '2:6: there is no key 1 below this line',
    ]);
    expect(parse('1 sha1\nauth 1\n', 0o644).lines).toEqual([
      { to: 'log', priority: 'ERROR', text: expect.stringContaining('Bad permissions on keyfile') },
    ]);
  });

  test('neither a message nor the line shown with it holds a key', () => {
    const text = 'auth 1\n1 sha1 topsecret\n2 sha7 topsecret\n3 crc topsecret\nsha1 topsecret\n17md5 topsecret x\n';
    const { diagnostics } = parse(text);
    expect(diagnostics.map(({ sourceLine }) => sourceLine)).toEqual([
      '2 sha7 *********',
      '3 crc *********',
      'sha1 *********',
      '17md5 ********* *',
    ]);
    for (const { message, genuine } of diagnostics.filter(({ at }) => at.line !== 5))
      expect(`${message}${genuine}`).not.toContain('topsecret');
  });
});

describe('any text', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.constantFrom('auth 1', 'auth 2', '1 crc', '2 sha1 k', '1 md5 k', '16 crc', 'auth', '#', ' 1', '1 sha1'),
  );

  test('never throws, and a value means no error', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const split = text.split(/\r?\n/);
        const { value, diagnostics } = parse(text);
        expect(value === undefined).toBe(diagnostics.length > 0);
        if (value !== undefined) expect(value.keys.get(value.sign.index)).toEqual(value.sign);
        for (const { at, sourceLine, length } of diagnostics) {
          if (sourceLine === '') continue;
          const written = split[at.line - 1] ?? '';
          const shown = sourceLine.split('').map((char, index) => (char === '*' ? (written[index] ?? '') : char));
          expect(shown.join('')).toBe(written);
          expect(sourceLine).toHaveLength(written.length);
          expect(at.column - 1 + length).toBeLessThanOrEqual(sourceLine.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
