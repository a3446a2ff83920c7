import fc from 'fast-check';
import { commandVector, commandWords } from '../../../lib/heartbeat/children/command-words.js';

test.each([
  ['/usr/lib/heartbeat/ipfail', ['/usr/lib/heartbeat/ipfail']],
  ['/bin/sleep   2000\t"a  b"', ['/bin/sleep', '2000', 'a  b']],
  [`/bin/x 'it is $HOME' -o"k v"=1`, ['/bin/x', 'it is $HOME', '-ok v=1']],
  ['/bin/x --name=~/x ""', ['/bin/x', '--name=~/x', '']],
])('%s is executed directly', (command, words) => {
  expect(commandWords(command)).toEqual(words);
});

test.each([
  '/bin/x >/var/log/x',
  '/bin/x $HOME',
  '/bin/x "$HOME"',
  '/bin/x; /bin/y',
  '/bin/x *.conf',
  '/bin/x ~/file',
  '/bin/x a\\ b',
  '/bin/x "open',
  "/bin/x it's",
  '/bin/x `date`',
  '/bin/x {a,b}',
  '',
])('%s needs a shell', (command) => {
  expect(commandWords(command)).toBeUndefined();
  expect(commandVector(command)).toEqual(['/bin/sh', '-c', `exec ${command}`]);
});

test('quoted words come back as they were', () => {
  const word = fc.string().map((text) => text.replaceAll("'", '').replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      expect(commandWords(words.map((text) => `'${text}'`).join(' '))).toEqual(words);
    }),
  );
});

test('anything is words or a task for the shell, and never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void commandWords(text)));
});
