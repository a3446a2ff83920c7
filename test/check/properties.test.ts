/** Whatever stands in the files, a check ends with findings that point into them. */
import fc from 'fast-check';
import { haIn } from '../support/ha.js';

const word = fc.constantFrom(
  ...[
    'node',
    'lb1',
    'lb2',
    'LB3',
    'bcast',
    'mcast',
    'ucast',
    'eth0',
    'eth7',
    '225.0.0.1',
    '694',
    '1',
    '0',
    'ping',
    'ping_group',
  ],
  ...[
    '192.168.0.100',
    '192.168.0.11',
    '10.0.0.300',
    'fd00::1',
    '::1',
    'keepalive',
    'deadtime',
    'warntime',
    '2',
    '500ms',
    'serial',
  ],
  ...[
    'respawn',
    'hacluster',
    '/usr/lib/heartbeat/ipfail',
    'auto_failback',
    'legacy',
    'on',
    'udpport',
    'auth',
    'sha1',
    'crc',
    'key',
  ],
  ...[
    'IPaddr::192.168.0.100',
    'IPaddr2::192.168.0.100/24/eth0',
    'IPv6addr::fd00:0:0:0:0:0:0:1/64',
    'IPaddr2::',
    'ldirectord',
    'ldirectord::www.cf',
    'x::y::z',
    '\\',
    '#',
    '=',
  ],
  ...[
    'virtual=192.168.0.100:80',
    'virtual=1',
    'virtual6=[fd00::1]:80',
    '    real=10.0.0.1:80 masq',
    '    real=192.168.0.100:80 gate',
    '    fallback=127.0.0.1',
    'fallback=10.0.0.1:80 masq',
  ],
  ...[
    '    checktype=external',
    '    checkcommand=/x',
    '    fallbackcommand="a b',
    'callback="/y"',
    '    receive="x("',
    '    persistent=60',
    'quiescent=yes',
    '[monitor a]',
    'command = /z',
    '[',
    'constructor',
    '__proto__',
  ],
);
const line = fc.oneof(
  { weight: 5, arbitrary: fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
);
const file = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
const names = ['ha.cf', 'authkeys', 'haresources', 'ha-suite.ini', 'ldirectord.cf', 'conf/www.cf', 'nodeinfo'];
const folder = fc.tuple(...names.map(() => fc.option(file, { nil: undefined, freq: 6 })));

const below = (path: string, texts: readonly (string | undefined)[]): Readonly<Record<string, string>> =>
  Object.fromEntries(texts.flatMap((text, index) => (text === undefined ? [] : [[`${path}/${names[index]}`, text]])));

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly why: string;
  readonly fix: string;
}

test('no rule throws, and every finding has a place, a reason and a remedy', async () => {
  await fc.assert(
    fc.asyncProperty(folder, folder, async (own, peer) => {
      const files = { ...below('/etc/ha.d', own), ...below('/peer', peer) };
      const { stdout, code } = await haIn(files, ['check', '--json', '--peer', '/peer']);
      if (code === 2) return;
      const { findings, errors } = JSON.parse(stdout) as { findings: readonly Place[]; errors: number };
      expect(code).toBe(errors > 0 ? 1 : 0);
      for (const { file, line, column, why, fix } of findings) {
        expect([line >= 1, column >= 1, why.length > 10, fix.length > 10]).toEqual([true, true, true, true]);
        const text = files[file];
        if (text !== undefined) expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }
    }),
    { numRuns: 80 },
  );
});

test('what is in authkeys is never printed', async () => {
  const secret = fc.stringMatching(/^[a-z]{12}$/);
  await fc.assert(
    fc.asyncProperty(secret, secret, file, async (one, other, haCf) => {
      const files = {
        '/etc/ha.d/ha.cf': haCf,
        '/etc/ha.d/authkeys': `auth 1\n1 sha1 ${one}\n`,
        '/peer/authkeys': `auth 1\n1 sha1 ${other}\n2 md5 ${one}\n`,
      };
      const { stdout } = await haIn(files, ['check', '--peer', '/peer']);
      expect(stdout.includes(one) || stdout.includes(other)).toBe(false);
    }),
    { numRuns: 50 },
  );
});
