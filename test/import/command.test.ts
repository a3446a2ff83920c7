/** The words of `ha import`, what it prints and writes, and its exit codes. */
import { readFileSync } from 'node:fs';
import { haIn, type Said, type Written, writingTo } from '../support/ha.js';
import { fixture } from '../support/paths.js';

const latin1 = (name: string): string => readFileSync(fixture('import', name), 'latin1');

const FILES: Readonly<Record<string, string>> = {
  'vip.conf': latin1('vip-only.conf'),
  'mail.conf': latin1('nat-mail.conf'),
  'lb1.conf': latin1('seed-002-lb1.conf'),
  'haproxy.cfg': latin1('seed-002-haproxy.cfg'),
  'open.conf': 'vrrp_instance A {\n  state MASTER\n',
  'other.txt': '# what is this?\nListen 80\n',
  'empty.conf': '\n# nothing\n',
  'umlaut.conf': Buffer.from('global_defs {\n}\nvrrp_script "prüfe" {\n script "/bin/ü"\n}\nx_ü 1\n', 'utf8').toString(
    'latin1',
  ),
  'there/ha.cf': 'node a b\n',
};
const ha = (...words: readonly string[]): Promise<Said> => haIn(FILES, ['import', ...words]);

test('files are printed one after another; a file without a remark is exit code 0', async () => {
  const { stdout, stderr, code } = await ha('vip.conf');
  expect([code, stderr]).toEqual([0, 'All 11 statements are carried over.\n']);
  expect(stdout.match(/^==> .* <==$/gm)).toEqual(['==> ha.cf <==', '==> haresources <==', '==> authkeys <==']);
  expect(stdout).toContain('\nlb1 IPaddr2::192.168.1.100/24/eth0:vip\n');
});

test('a remark has its place, what is lost and what to do, and makes exit code 1', async () => {
  const { stderr, code } = await ha('mail.conf');
  expect(code).toBe(1);
  expect(stderr).toContain(
    [
      'mail.conf:54:2: lost: quorum 2',
      '    fewer servers than this count as none;',
      '    the fallback is used while no server is up; give it to as many servers as can carry the load',
      '',
    ].join('\n'),
  );
  expect(stderr).toMatch(/\n59 of 70 statements are carried over as they are\. Remarks: 6 lost, 5 changed\.\n$/);
});

test('names and the address of the other node', async () => {
  const { stdout } = await ha('vip.conf', '--node', 'a1', '--peer', 'a2', '--peer-ip', '192.168.1.12');
  expect(stdout).toContain('\nnode a1 a2\n');
  expect(stdout).toContain('\nucast eth0 192.168.1.12\n');
  expect(stdout).toContain('\na1 IPaddr2::');
});

test('into a folder: authkeys is nobody else’s business', async () => {
  const written = new Map<string, Written>();
  const { stdout, code } = await haIn(FILES, ['import', 'vip.conf', '--output', 'new'], writingTo(FILES, written));
  expect([code, stdout]).toEqual([0, 'new/ha.cf\nnew/haresources\nnew/authkeys\n']);
  expect([...written].map(([path, { mode }]) => [path, mode.toString(8)])).toEqual([
    ['new/ha.cf', '644'],
    ['new/haresources', '644'],
    ['new/authkeys', '600'],
  ]);
  expect(written.get('new/authkeys')?.text).toMatch(/^1 sha1 s3cr3t$/m);
});

test('nothing is overwritten, and nothing written at all, without --force', async () => {
  const written = new Map<string, Written>();
  const refused = await haIn(FILES, ['import', 'vip.conf', '--output', 'there/'], writingTo(FILES, written));
  expect([refused.code, refused.stdout, written.size]).toEqual([2, '', 0]);
  expect(refused.stderr).toBe('ha: there/ha.cf is there already: name another folder, or say --force\n');
  const forced = await haIn(FILES, ['import', 'vip.conf', '--output', 'there/', '--force'], writingTo(FILES, written));
  expect([forced.code, written.size]).toEqual([0, 3]);
});

test('for machines', async () => {
  const { stdout, stderr, code } = await ha('lb1.conf', 'haproxy.cfg', '--json');
  const document = JSON.parse(stdout) as {
    version: number;
    files: { name: string; mode: string; text: string }[];
    remarks: { kind: string; file: string; line: number; column: number; endLine: number }[];
  };
  expect([code, stderr, document.version]).toEqual([1, '', 1]);
  expect(document.files.map(({ name, mode }) => [name, mode])).toEqual([
    ['ha.cf', '0644'],
    ['haresources', '0644'],
    ['authkeys', '0600'],
    ['ha-suite.ini', '0644'],
  ]);
  expect(document.remarks[0]).toMatchObject({ kind: 'lost', file: 'lb1.conf', line: 5, column: 4, endLine: 5 });
  expect(document.remarks.filter(({ file }) => file === 'haproxy.cfg')).toHaveLength(8);
});

test('a secret is in authkeys only', async () => {
  const { stdout, stderr } = await ha('lb1.conf');
  expect(stdout.match(/superpassword/g)).toHaveLength(1);
  expect(stderr).not.toContain('superpassword');
  const broken = await haIn({ k: 'global_defs {\n}\na { auth_pass "hidden\n}\n' }, ['import', 'k']);
  expect([broken.code, broken.stderr.includes('auth_pass *******'), broken.stderr.includes('hidden')]).toEqual([
    6,
    true,
    false,
  ]);
  const stats = 'listen a 10.0.0.1:80\n server b 10.0.0.2:80\n stats auth me:hidden\n';
  const told = await haIn({ h: stats }, ['import', 'h']);
  expect([told.stderr.includes('lost: stats auth ***'), told.stderr.includes('hidden')]).toEqual([true, false]);
});

test('UTF-8 comes through', async () => {
  const { stderr } = await ha('umlaut.conf');
  expect(stderr).toContain("umlaut.conf:6:1: lost: x_ü 1\n    'x_ü' is not known to the import;");
});

test.each<readonly [readonly string[], number, RegExp]>([
  [[], 2, /missing required argument 'file'/],
  [['none.conf'], 6, /^ha: none\.conf: No such file or directory\n$/],
  [
    ['open.conf'],
    6,
    /^open\.conf:1:17: error: the block 'vrrp_instance' .* never closed by a \}\n {4}vrrp_instance A \{\n {20}\^\n$/,
  ],
  [['other.txt'], 6, /^other\.txt:2:1: error: neither a keepalived\.conf nor a haproxy\.cfg begins with 'Listen'\n/],
  [['empty.conf'], 6, /^empty\.conf:1:1: error: there is nothing in this file\n$/],
  [['vip.conf', 'mail.conf'], 6, /^mail\.conf:1:1: error: a second file of keepalived/],
  [['vip.conf', '--node', 'a b'], 2, /--node must be the name of a node/],
  [['vip.conf', '--peer', 'LB1'], 2, /two machines with different names/],
  [['vip.conf', '--peer-ip', 'x'], 2, /--peer-ip must be an address, not 'x'/],
  [['vip.conf', '--address', '1.2.3.4/99'], 2, /--address must be an address such as/],
  [['vip.conf', '--interface', 'e th'], 2, /--interface must be the name of an interface/],
  [['vip.conf', '--haproxy', 'eat'], 2, /Allowed choices are auto, keep, replace/],
])('%j', async (words, code, said) => {
  const result = await ha(...words);
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toMatch(said);
});

/** Whole outputs, for people who want to see what to expect: the files, then the report. */
const GOLDEN: readonly (readonly [string, readonly string[]])[] = [
  ['dr-web-farm', ['dr-web-farm.conf']],
  ['cloud-haproxy-pair', ['cloud-haproxy-pair.conf']],
  ['seed-002', ['seed-002-lb1.conf', 'seed-002-haproxy.cfg']],
  ['haproxy-simple-web', ['haproxy-simple-web.cfg']],
];

test.each(GOLDEN)('the whole of %s', async (name, files) => {
  const texts = Object.fromEntries(files.map((file) => [file, latin1(file)]));
  const { stdout, stderr } = await haIn(texts, ['import', ...files]);
  expect(`${stdout}\n${stderr}`).toBe(readFileSync(fixture('import', 'golden', `${name}.txt`), 'utf8'));
});
