/** Whether both nodes have the same files, without telling what is in them. */
import fc from 'fast-check';
import type { AuthKey } from '../../lib/heartbeat/config/model.js';
import { comparedFiles, digestOf, sealedFiles } from '../../lib/peer/files.js';

const key = (index: number, secret: string): AuthKey => ({ index, method: 'sha1', key: secret });
const KEYS = { keys: new Map([[1, key(1, 'secret')]]) };
const digests = (files: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(files).map(([name, text]) => [name, digestOf(name, text)]));
const told = (files: Readonly<Record<string, string>>, left = 0) => ({
  ...{ key: 1, files: sealedFiles(digests(files), key(1, 'secret')) },
  left: { links: 0, groups: 0, directors: 0, files: left },
});

test('the same, another, missing here and there', () => {
  const own = digests({ 'ha.cf': 'a\n', haresources: 'lb1 10.0.0.1\n', 'www.cf': 'x\n' });
  const files = told({ 'ha.cf': 'a\n', haresources: 'lb1 10.0.0.2\n', 'mail.cf': 'y\n' });
  expect(comparedFiles(own, files, KEYS)).toEqual([
    { name: 'ha.cf', is: 'same' },
    { name: 'haresources', is: 'differs' },
    { name: 'www.cf', is: 'only here' },
    { name: 'mail.cf', is: 'only there' },
  ]);
});

test('a file that may have been left out of the message is not said to be missing', () => {
  expect(comparedFiles(digests({ 'www.cf': 'x' }), told({}, 1), KEYS)).toEqual([{ name: 'www.cf', is: 'unknown' }]);
});

test('comments, empty lines, and the address that each node sends to make no difference', () => {
  expect(digestOf('haresources', '# ours\n\nlb1 10.0.0.1  \r\n')).toBe(digestOf('haresources', 'lb1 10.0.0.1\n'));
  expect(digestOf('ha.cf', 'ucast eth0 10.0.0.2\nnode lb1 lb2\n')).toBe(digestOf('ha.cf', 'node lb1 lb2\n'));
  expect(digestOf('www.cf', 'ucast eth0 10.0.0.2\n')).not.toBe(digestOf('www.cf', ''));
  expect(digestOf('www.cf', '    real=1\n')).not.toBe(digestOf('www.cf', 'real=1\n'));
});

test('what is told is worth nothing without the key, and says nothing of another file', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), (text, secret) => {
      const own = digestOf('ha.cf', text);
      const [sealed] = sealedFiles(new Map([['ha.cf', own]]), key(1, secret));
      expect(sealed?.digest).not.toBe(own);
      expect(sealedFiles(new Map([['ha.cf', own]]), key(1, `${secret}x`))[0]?.digest).not.toBe(sealed?.digest);
      expect(sealedFiles(new Map([['haresources', own]]), key(1, secret))[0]?.digest).not.toBe(sealed?.digest);
    }),
  );
});

test('without the key of the report, or before ours have been read, nothing is said', () => {
  expect(comparedFiles(digests({ 'ha.cf': 'a' }), { ...told({ 'ha.cf': 'b' }), key: 2 }, KEYS)).toEqual([]);
  expect(comparedFiles(new Map(), told({ 'ha.cf': 'b' }), KEYS)).toEqual([]);
});
