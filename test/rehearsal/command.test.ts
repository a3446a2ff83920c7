/** The words of `ha rehearse`, its output and its exit codes. */
import { haIn, type Said } from '../support/ha.js';

const FILES: Readonly<Record<string, string>> = {
  '/etc/ha.d/ha.cf': 'keepalive 500ms\ndeadtime 2\ninitdead 10\nbcast eth0\nauto_failback on\nnode lb1 lb2\n',
  '/etc/ha.d/haresources': 'lb1 10.0.0.100\n',
  'wrong.cf': 'keepalife 2\nnode lb1 lb2\nbcast eth0\n',
  'a.story': '# Monday\nlb1 loses power at 10s\nlb1 boots at 20s\n',
};
const DIRECTOR_CF = `checkinterval=5
checktimeout=2
quiescent=no
virtual=10.0.0.100:80
        real=10.1.0.1:80 gate
        real=10.1.0.2:80 gate
        checktype=connect
`;
const ha = (...words: readonly string[]): Promise<Said> => haIn(FILES, words);

test('the report: what happened, the outage of every address, the verdict', async () => {
  const { stdout, stderr, code } = await ha('rehearse', 'lb1 loses power at 10s');
  expect([stderr, code]).toEqual(['', 0]);
  expect(stdout).toMatch(/^Rehearsed: lb1 loses power at 10s \(80 s, seed 1\)\n/);
  expect(stdout).toMatch(/^ +10\.000 s +lb1 loses power$/m);
  expect(stdout).toMatch(/^ +1\d\.\d{3} s {2}lb2 {2}WARN: node lb1: is dead$/m);
  expect(stdout).toMatch(/^10\.0\.0\.100 +[12]\.\d{3} s +[12]\.\d{3} s +0\.000 s +lb2$/m);
  expect(stdout).toMatch(/\nEvery address has one owner in the end\.\n$/);
});

test('an address that ends without an owner, or with two, is exit code 1', async () => {
  const both = await ha('rehearse', 'lb1 loses power at 10s; lb2 loses power at 12s');
  expect([both.code, both.stdout.trim().split('\n').at(-1)]).toEqual([1, '10.0.0.100 ends without an owner.']);
  const split = await ha('rehearse', 'eth0 down at 10s');
  // Clients come over the same cable.
  expect([split.code, split.stdout.trim().split('\n').at(-1)]).toEqual([1, '10.0.0.100 ends on lb1 and lb2.']);
});

test('the same for machines', async () => {
  const { stdout, code } = await ha('rehearse', '--json', '--seed', '5', 'lb1 loses power at 10s');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    seed: 5,
    story: ['lb1 loses power at 10s'],
    passed: true,
    addresses: [{ address: '10.0.0.100', owners: ['lb2'] }],
  });
});

test('a story from a file', async () => {
  const { stdout, code } = await ha('rehearse', '--file', 'a.story');
  expect([code, stdout.split('\n')[0]]).toEqual([
    0,
    'Rehearsed: lb1 loses power at 10s; lb1 boots at 20s (90 s, seed 1)',
  ]);
});

describe('with ldirectord', () => {
  const withFiles = (files: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Said> =>
    haIn({ ...FILES, ...files }, ['rehearse', ...words]);
  const named = { '/etc/ha.d/haresources': 'lb1 10.0.0.100 ldirectord::l.cf\n', '/etc/ha.d/conf/l.cf': DIRECTOR_CF };

  test('the report has a second table, and its lines in the timeline', async () => {
    const { stdout, stderr, code } = await withFiles(named, '10.1.0.1 silent at 10s; end at 100s');
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(
      /^ +\d+\.\d{3} s {2}lb1 {2}ldirectord: Deleted real server: 10\.1\.0\.1:80 \(10\.0\.0\.100:80\)$/m,
    );
    expect(stdout).toMatch(/^service +no answer +longest +on fallback +sent to the dead +requests lost +in the end$/m);
    expect(stdout).toMatch(
      /^tcp:10\.0\.0\.100:80 +0\.000 s +0\.000 s +0\.000 s +\d\.\d{3} s +\d\.\d% +1 server on lb1$/m,
    );
    expect(stdout).toMatch(/\nEvery address has one owner in the end, and every service a server that answers\.\n$/);
  });

  test('a service that ends without a server is exit code 1', async () => {
    const story = '10.1.0.1 silent at 10s; 10.1.0.2 silent at 10s';
    const { stdout, code } = await withFiles(named, story);
    expect([code, stdout.trim().split('\n').at(-1)]).toEqual([
      1,
      'tcp:10.0.0.100:80 ends without a server that answers.',
    ]);
    const json = await withFiles(named, '--json', story);
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      1,
      { version: 1, passed: false, services: [{ service: 'tcp:10.0.0.100:80', owners: ['lb1'], servers: [] }] },
    ]);
  });

  test('a file that is given', async () => {
    const { stdout, code } = await withFiles({ 'l.cf': DIRECTOR_CF }, '--ldirectord-cf', 'l.cf', '10.1.0.1 refuses');
    expect(code).toBe(0);
    // haresources names none: it runs on both nodes.
    for (const node of ['lb1', 'lb2']) expect(stdout).toContain(`${node}  ldirectord: Deleted real server`);
    const none = await withFiles({}, '--ldirectord-cf', 'l.cf', 'end at 1s');
    expect([none.code, none.stderr]).toEqual([6, 'ha: l.cf: No such file or directory\n']);
    const wrong = await withFiles({ 'l.cf': 'checktimeot=5\n' }, '--ldirectord-cf', 'l.cf', 'end at 1s');
    expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([
      6,
      "l.cf:1:1: error: unknown directive 'checktimeot' (did you mean 'checktimeout'?)",
    ]);
  });

  test('one that is nowhere is told, and the rest is played', async () => {
    const files = { '/etc/ha.d/haresources': 'lb1 10.0.0.100 ldirectord::l.cf\n' };
    const { stdout, stderr, code } = await withFiles(files, 'end at 1s');
    expect([code, stderr]).toEqual([
      0,
      'ha: no file for ldirectord::l.cf is found: its real servers are not played; see --ldirectord-cf\n',
    ]);
    expect(stdout).not.toContain('service');
  });
});

test('a search', async () => {
  const { stdout, code } = await ha('rehearse', '--random', '20', '--json');
  const { story, passed } = JSON.parse(stdout) as { story: string[]; passed: boolean };
  expect(story.length).toBeGreaterThan(0);
  expect(code).toBe(passed ? 0 : 1);
  // What it prints can be played again.
  expect(JSON.parse((await ha('rehearse', '--json', story.join('; '))).stdout).addresses).toEqual(
    JSON.parse(stdout).addresses,
  );
});

test.each([
  [['rehearse'], 2, /what shall happen/],
  [['rehearse', 'lb3 boots at 1s'], 2, /^story:1:1: error: there is no node 'lb3'/],
  [['rehearse', '--file', 'none.story'], 2, /^ha: none\.story: No such file/],
  [['rehearse', '--ha-cf', 'none', 'x'], 6, /^ha: none: No such file/],
  [
    ['rehearse', '--ha-cf', 'wrong.cf', 'lb1 boots at 1s'],
    6,
    /^wrong\.cf:1:1: error: .*\(did you mean 'keepalive'\?\)/,
  ],
  [['rehearse', '--seed', 'x', 'a'], 2, /^ha: --seed must be a whole number, not 'x'/],
  [['rehearse', '--script-time', 'soon', 'a'], 2, /^ha: --script-time must be a time such as 2s/],
  [['rehearse', '--random', '0'], 2, /--random must be at least 1/],
  [['rehearse', '--nonsense'], 2, /unknown option '--nonsense'/],
  [['dance'], 2, /unknown command 'dance'/],
])('%j', async (words, code, said) => {
  const result = await ha(...words);
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toMatch(said);
});

test('help and version', async () => {
  expect(await ha('--version')).toEqual({ stdout: 'ha-suite test\n', stderr: '', code: 0 });
  for (const words of [['--help'], ['rehearse', '--help']]) {
    const { stdout, code } = await ha(...words);
    expect([code, stdout.includes('Examples:')]).toEqual([0, true]);
  }
});
