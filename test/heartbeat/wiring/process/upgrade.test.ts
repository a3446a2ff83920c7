import { upgradeArguments } from '../../../../lib/heartbeat/wiring/process/upgrade.js';

test.each([
  ['', 'local', '-R -C local'],
  ['-f -d -l', 'none', '-f -d -l -R -C none'],
  ['-R -C local', 'all', '-R -C all'],
  ['-f -R -C all -l', 'foreign', '-f -l -R -C foreign'],
  ['-R', 'all', '-R -C all'],
] as const)('started with "%s", holding %s', (words, kept, wanted) => {
  expect(upgradeArguments(words === '' ? [] : words.split(' '), kept).join(' ')).toBe(wanted);
});
