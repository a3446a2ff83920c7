import fc from 'fast-check';
import { parseCommandLine, type StartRequest } from '../../lib/heartbeat/command-line.js';

const start: StartRequest = { foreground: false, debug: 0, manageResources: true, realtime: true, show: false };

test.each<[string, unknown]>([
  ['', { action: 'start', start }],
  ['-f', { action: 'start', start: { ...start, foreground: true } }],
  ['--foreground -dd -d', { action: 'start', start: { ...start, foreground: true, debug: 3 } }],
  ['-lMv', { action: 'start', start: { ...start, realtime: false, manageResources: false, show: true } }],
  ['-r', { action: 'reload', start }],
  ['-R -C local', { action: 'start', start: { ...start, resume: { kept: 'local' } } }],
  ['-R', { action: 'start', start: { ...start, resume: { kept: undefined } } }],
  ['-s', { action: 'status' }],
  ['word -s', { action: 'status' }],
  ['-k', { action: 'stop' }],
  ['-sk', { action: 'stop' }],
  ['-V', { action: 'version' }],
  ['--version', { action: 'suite-version' }],
  ['-D', { action: 'directives', wiki: false }],
  ['-DW', { action: 'directives', wiki: true }],
  ['--check', { action: 'check', json: false }],
  ['--check --json', { action: 'check', json: true }],
  ['--shadow', { action: 'shadow', shadow: { debug: 0, tolerance: undefined } }],
  ['-f --shadow -dd --tolerance 500ms', { action: 'shadow', shadow: { debug: 2, tolerance: 500 } }],
  ['--shadow -s', { action: 'shadow-status', json: false }],
  ['--shadow -s --json', { action: 'shadow-status', json: true }],
  ['-k --shadow', { action: 'shadow-stop' }],
])('ha-heartbeat %s', (line, expected) => {
  expect(parseCommandLine(line.split(' ').filter((word) => word !== ''))).toEqual(expected);
});

test.each([
  ['-h', /^ha-heartbeat: invalid option -- 'h'\n\nUsage/],
  ['-sxy', /^ha-heartbeat: invalid option -- 'x'\nha-heartbeat: invalid option -- 'y'\n\nUsage/],
  ['-R -C', /^ha-heartbeat: option requires an argument -- 'C'\n/],
  ['--chekc', /--chekc/],
  ['-C all', /^\nUsage/],
  ['-r -R', /^\nUsage/],
  ['-R -C some', /some/],
  ['--shadow -r', /^ha-heartbeat: --shadow does not go with -r\n/],
  ['--shadow --check', /^ha-heartbeat: --shadow does not go with --check\n/],
  ['--shadow --tolerance soon', /^ha-heartbeat: --tolerance soon: it must be a number of seconds, or/],
  ['--tolerance 5', /^ha-heartbeat: --tolerance goes with --shadow only\n/],
])('ha-heartbeat %s is wrong usage and ends with 2', (line, complaint) => {
  const request = parseCommandLine(line.split(' '));
  if (request.action !== 'print') throw new Error(`taken for ${request.action}`);
  expect(request.code).toBe(2);
  expect(request.stream).toBe('stderr');
  expect(request.text).toMatch(complaint);
  expect(request.text).toContain(
    'Usage: heartbeat [-dDkMrRsvWlVf] [-C Current-resource-state]\n\t-C only valid with -R',
  );
});

test('--help explains every option and gives examples', () => {
  const request = parseCommandLine(['--help']);
  if (request.action !== 'print') throw new Error(`taken for ${request.action}`);
  expect(request.code).toBe(0);
  expect(request.stream).toBe('stdout');
  for (const word of [
    '-s',
    '-k',
    '-r',
    '-f, --foreground',
    '--check',
    '--json',
    '-d',
    '-v',
    '-M',
    '-l',
    '-V',
    '-D',
    '-W',
    '-R',
    '-C',
  ]) {
    expect(request.text).toContain(word);
  }
  expect(request.text).toContain('Examples:');
});

test('no words make it throw', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('-s', '-C', '-R', '-r', '-DW', '--check', '--json', '--', '-', '-C=all'),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(parseCommandLine(words)).toHaveProperty('action');
    }),
  );
});
