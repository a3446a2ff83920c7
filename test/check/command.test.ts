/** The words of `ha check`, its output and its exit codes. */
import { haIn, type Said } from '../support/ha.js';

const GOOD: Readonly<Record<string, string>> = {
  '/etc/ha.d/ha.cf': 'logfacility local0\nbcast eth0 eth1\nauto_failback on\nnode lb1 lb2\n',
  '/etc/ha.d/authkeys': 'auth 1\n1 sha1 secret\n',
  '/etc/ha.d/haresources': 'lb1 192.168.0.100\n',
};
const DOUBTFUL = { ...GOOD, '/etc/ha.d/ha.cf': 'logfacility local0\nbcast eth0\nauto_failback on\nnode lb1 lb2\n' };
const WRONG = { ...DOUBTFUL, '/etc/ha.d/haresources': 'lb1 192.168.0.100\nlb2 IPaddr2::192.168.0.100/24/eth0\n' };

const check = (files: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Said> =>
  haIn(files, ['check', ...words]);

test('for people: by file, each with its place, its line, why and what to do; the counts come last', async () => {
  expect(await check(WRONG)).toEqual({
    stderr: '',
    code: 1,
    stdout: `/etc/ha.d/ha.cf: 0 errors, 1 warning

/etc/ha.d/ha.cf:2:7: warning: the nodes hear each other through eth0 only
    bcast eth0
          ^~~~
    why: when that cable or switch fails each node takes the other for dead, and both serve the same addresses.
    fix: add a second path: another interface (bcast eth1), or a serial cable (serial /dev/ttyS0).

/etc/ha.d/haresources: 1 error, 0 warnings

/etc/ha.d/haresources:2:5: error: 192.168.0.100 is already served by 192.168.0.100 (/etc/ha.d/haresources:1:5)
    lb2 IPaddr2::192.168.0.100/24/eth0
        ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    why: two groups can be on two nodes, and then both answer for the address; when one group stops it takes the address from the other.
    fix: keep one of the two.

not compared with the other node: heartbeat: no daemon of ha-suite runs here

1 error, 1 warning
`,
  });
});

test('for machines', async () => {
  const { stdout, code } = await check(DOUBTFUL, '--json');
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      version: 1,
      errors: 0,
      warnings: 1,
      findings: [
        {
          ...{ file: '/etc/ha.d/ha.cf', line: 2, column: 7, severity: 'warning', code: 'check/one-path' },
          message: 'the nodes hear each other through eth0 only',
          why: expect.stringMatching(/both serve the same addresses/),
          fix: expect.stringMatching(/^add a second path/),
        },
      ],
      otherNode: { compared: false, problem: 'heartbeat: no daemon of ha-suite runs here' },
    },
  ]);
});

test.each<
  [name: string, files: Readonly<Record<string, string>>, words: readonly string[], code: number, last: string]
>([
  ['nothing', GOOD, [], 0, '0 errors, 0 warnings'],
  ['nothing, strictly', GOOD, ['--strict'], 0, '0 errors, 0 warnings'],
  ['a warning', DOUBTFUL, [], 0, '0 errors, 1 warning'],
  ['a warning, strictly', DOUBTFUL, ['--strict'], 1, '0 errors, 1 warning'],
  ['an error', WRONG, [], 1, '1 error, 1 warning'],
])('exit code and counts: %s', async (_name, files, words, code, last) => {
  const { stdout, ...said } = await check(files, ...words);
  expect([said, stdout.trimEnd().split('\n').at(-1)]).toEqual([{ stderr: '', code }, last]);
});

test.each<[words: readonly string[], said: RegExp]>([
  [['--dir', '/nowhere/'], /^ha: \/nowhere: there is no ha\.cf, authkeys, haresources or ldirectord\.cf\n$/],
  [['--peer', '/nowhere'], /^ha: \/nowhere: there is no .* of the other node\n$/],
  [['--nonsense'], /unknown option '--nonsense'/],
  [['lb2'], /too many arguments/],
])('%j is wrong usage', async (words, said) => {
  const { stdout, stderr, code } = await check(GOOD, ...words);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toMatch(said);
});

test('files that are not in place yet', async () => {
  const elsewhere = Object.fromEntries(
    Object.entries(GOOD).map(([path, text]) => [path.replace('/etc/ha.d/', './new/'), text]),
  );
  expect((await check(elsewhere, '--dir', './new/')).stdout).toBe('0 errors, 0 warnings\n');
});

test('what heartbeat and ldirectord say about their files is said here too, explained', async () => {
  const { stdout, code } = await check({
    ...GOOD,
    '/etc/ha.d/ha.cf': `${GOOD['/etc/ha.d/ha.cf']}keepalife 2\n`,
    '/etc/ha.d/ldirectord.cf': 'virtual=192.168.0.100:80\n    reel=10.0.0.1:80 masq\n',
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^\/etc\/ha\.d\/ha\.cf:5:1: error: .*\(did you mean 'keepalive'\?\)$/m);
  expect(stdout).toMatch(/^\/etc\/ha\.d\/ldirectord\.cf:2:5: error: .*\(did you mean 'real'\?\)$/m);
  expect(stdout).toMatch(/^ {4}why: ldirectord does not start with this: the node cannot take over\.$/m);
  expect(stdout).toMatch(/^ {4}fix: .*ha\.cf\(5\)/m);
});

test('a director without heartbeat', async () => {
  const { stdout, code } = await check({
    '/etc/ha.d/ldirectord.cf': 'virtual=192.168.0.100:80\n    real=10.0.0.1:80 masq\n',
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/warning: 192\.168\.0\.100 is on no interface/);
  expect(stdout).toMatch(/\n0 errors, 1 warning\n$/);
});

test('one file is missing', async () => {
  const { '/etc/ha.d/authkeys': _keys, ...others } = GOOD;
  const { stdout, code } = await check(others);
  expect(code).toBe(1);
  expect(stdout).toMatch(/authkeys:1:1: error: there is no such file/);
});
