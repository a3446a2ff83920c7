/** ha-suite.ini: defaults, every setting, and what is wrong where. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { DEFAULT_SUITE, engineChoice, parseSuite } from '../../lib/config/suite.js';
import { loadSuite } from '../../lib/platform/suite-file.js';

const errors = (text: string): readonly string[] =>
  parseSuite(text, 'x.ini')
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(
      ({ at, message, suggestion }) => `${at.line}:${at.column}: ${message}${suggestion ? ` (${suggestion}?)` : ''}`,
    );

describe('settings', () => {
  test('an empty file and no file are all defaults', () => {
    expect(parseSuite('', 'x.ini')).toEqual({ value: DEFAULT_SUITE, diagnostics: [] });
    expect(loadSuite('/nonexistent/ha-suite.ini')).toEqual({ value: DEFAULT_SUITE, diagnostics: [] });
  });

  test('a folder in place of the file is an error', () => {
    expect(loadSuite('/').diagnostics).toMatchObject([{ code: 'ha-suite.ini/unreadable', severity: 'error' }]);
  });

  test.each([
    [0o644, []],
    [0o600, []],
    [
      0o664,
      ['warning: others than root may write it (mode 0664), and so decide what runs as root: chown root, chmod 644'],
    ],
    [
      0o646,
      ['warning: others than root may write it (mode 0646), and so decide what runs as root: chown root, chmod 644'],
    ],
  ])('a file of mode %o', (mode, said) => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-suite-ini-'));
    try {
      const path = join(folder, 'ha-suite.ini');
      writeFileSync(path, '[agents]\nwatch = no\n');
      chmodSync(path, mode);
      const { value, diagnostics } = loadSuite(path);
      expect(diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toEqual(said);
      expect(value.agents.watch).toBe('no');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    [0o600, 'password = x', 0],
    [0o644, 'password = x', 1],
    [0o644, 'passwordfile = /x', 0],
  ])('a file of mode %o with %s', (mode, line, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-suite-ini-'));
    try {
      const path = join(folder, 'ha-suite.ini');
      writeFileSync(path, `[status]\nuser = ops\n${line}\n`);
      chmodSync(path, mode);
      expect(loadSuite(path).diagnostics.map(({ code }) => code)).toEqual(
        Array.from({ length: count }, () => 'ha-suite.ini/password'),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('everything set', () => {
    const { value, diagnostics } = parseSuite(
      `; what our own file can say
[ipvs]
engine = nft
[agents]
prefer = builtin        ; run ours
[announce]
count = 3
interval = 150ms
refresh = 2m
probe = 0.1
[tls]
verify = "full"
[status]
listen = [::]:8694
user = ops
passwordfile = /etc/ha.d/page.password
certificate = /etc/ssl/page.pem
key = /etc/ssl/private/page.key
insecure = no
[recorder]
enabled = no
size = 4M
[monitor web]
command = /usr/local/bin/check --fast
interval = 2s
timeout = 1s
rise = 2
fall = 4
onfail = standby
[monitor db]
command = /bin/true
`,
      'x.ini',
    );
    expect(diagnostics).toEqual([]);
    expect(value).toEqual({
      ipvs: { engine: 'nft' },
      agents: { prefer: 'builtin', watch: 'yes' },
      announce: { count: 3, interval: 150, refresh: 120_000, probe: 100, probefirst: 'no' },
      tls: { verify: 'full' },
      status: {
        ...{ listen: '[::]:8694', user: 'ops', password: undefined, passwordfile: '/etc/ha.d/page.password' },
        ...{ certificate: '/etc/ssl/page.pem', key: '/etc/ssl/private/page.key', insecure: 'no' },
      },
      recorder: { enabled: 'no', size: 4 << 20 },
      notifications: [],
      monitors: [
        {
          name: 'web',
          probe: { kind: 'command', argv: ['/usr/local/bin/check', '--fast'] },
          interval: 2000,
          timeout: 1000,
          rise: 2,
          fall: 4,
          holddown: 30_000,
          onfail: 'standby',
        },
        {
          name: 'db',
          probe: { kind: 'command', argv: ['/bin/true'] },
          interval: 10_000,
          timeout: 5000,
          rise: 1,
          fall: 3,
          holddown: 30_000,
          onfail: 'standby',
        },
      ],
    });
  });
});

test.each([
  ['listen = 10.0.0.1:8694', 1],
  ['listen = [::]:8694', 1],
  ['listen = 10.0.0.1:8694\ninsecure = yes', 0],
  ['listen = 10.0.0.1:8694\nuser = ops\npasswordfile = /x', 0],
  ['listen = 127.0.0.1:8694', 0],
  ['listen = [::1]:8694', 0],
])('[status] %j: a warning that nobody is served, when others could read it without a password', (lines, count) => {
  const { diagnostics } = parseSuite(`[status]\n${lines}\n`, 'x.ini');
  expect(diagnostics.map(({ severity, code, at }) => [severity, code, at.line])).toEqual(
    Array.from({ length: count }, () => ['warning', 'ha-suite.ini/status-open', 2]),
  );
});

test.each([
  ['262144', 256 << 10],
  ['512k', 512 << 10],
  ['20MB', 20 << 20],
  ['20 MiB', 20 << 20],
  ['1g', 1 << 30],
])('[recorder] size = %s', (text, bytes) => {
  expect(parseSuite(`[recorder]\nsize = ${text}\n`, 'x.ini')).toMatchObject({
    value: { recorder: { enabled: 'yes', size: bytes } },
    diagnostics: [],
  });
});

describe('errors have a place', () => {
  test.each([
    ['[ipv]\nengine = nft\n', ['1:2: unknown section [ipv] (ipvs?)']],
    ['[ipvs]\n  engin = nft\n', ["2:3: unknown key 'engin' in section [ipvs] (engine?)"]],
    ['[ipvs]\nengine = kernal\n', ['2:10: engine: must be one of: auto, kernel, nft (kernel?)']],
    [
      '[announce]\ncount = 0\ninterval = soon\n',
      [
        '2:9: count: must be a number from 1 to 100',
        '3:12: interval: a duration is a number of seconds, or a number with ms, s, m, h or d',
      ],
    ],
    ['[announce]\ncount = 5  interval = 200ms\n', ['2:9: count: must be a number from 1 to 100']],
    ['engine = nft\n', ['1:1: a setting stands below a [section]']],
    ['[ipvs]\nnft\n', ["2:1: a line is '[section]' or 'key = value'"]],
    ['[ipvs]\nengine = nft\nengine = auto\n', ['3:1: engine stands already in line 2']],
    ['[tls]\n[tls]\n', ['2:2: [tls] stands already in line 1']],
    ['[monitor]\n', ['1:2: a monitor has a name: [monitor web]']],
    ['[monitor web]\nrise = 1\n', ['1:2: monitor web has neither command nor check']],
    ['[monitor web]\ncommand = check\n', ['2:11: command: a command is given with its full path (no shell is used)']],
    ['[monitor web]\ncommand = /c\ninterval = 1s\ntimeout = 2s\n', ['4:1: timeout must not be longer than interval']],
    ['[recorder]\nenabled = off\n', ['2:11: enabled: must be one of: no, yes']],
    ['[recorder]\nsize = big\n', ['2:8: size: a size is a number of bytes, or a number with k, M or G']],
    ['[recorder]\nsize = 20k\n', ['2:8: size: must be from 256k to 1024M']],
    ['[status]\nuser = ops\n', ['2:1: a user needs a passwordfile (or a password)']],
    ['[status]\npassword = x\n', ['2:1: a password needs a user']],
    ['[status]\npasswordfile = /x\n', ['2:1: a password needs a user']],
    [
      '[status]\nuser = ops\npassword = x\npasswordfile = /x\n',
      ['4:1: the password stands already in this section: password or passwordfile'],
    ],
    ['[status]\ncertificate = /x\n', ['2:1: a certificate needs a key']],
    ['[status]\nkey = /x\n', ['2:1: a key needs a certificate']],
    ['[status]\nkey = page.key\n', ['2:7: key: a file is given with its full path']],
    ['[status]\nuser = a:b\n', ['2:8: user: a user has a name without a colon']],
    ['[status]\npassword =\n', ['2:10: password: must not be empty']],
    ['[status]\ninsecure = true\n', ['2:12: insecure: must be one of: no, yes']],
    ['[status]\nlisten = 8694\n', ['2:10: listen: must be an address and a port, e.g. 127.0.0.1:8694 or [::1]:8694']],
    [
      '[__proto__]\nx = 1\n[ipvs]\n__proto__ = 1\n',
      ['1:2: unknown section [__proto__]', "4:1: unknown key '__proto__' in section [ipvs]"],
    ],
  ])('%j', (text, expected) => {
    expect(errors(text)).toEqual(expected);
  });

  test('any text: never throws, and every finding lies inside the text', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('[ipvs]', '[announce]', '[monitor x]', 'engine = nft', 'count=5', 'command = /x', ' rise =', '='),
      fc.string().map((word) => `engine = ${word}`),
      fc.string().map((word) => `[${word}]`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const split = text.split(/\r?\n/);
        for (const { at, sourceLine, length } of parseSuite(text, 'x.ini').diagnostics) {
          expect(sourceLine).toBe(split[at.line - 1]);
          expect(at.column).toBeGreaterThanOrEqual(1);
          expect(at.column).toBeLessThanOrEqual(Math.max(1, sourceLine.length));
          expect(length).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the engine', () => {
  const suite = { ...DEFAULT_SUITE, ipvs: { engine: 'nft' as const } };

  test('the environment wins', () => {
    expect(engineChoice(suite, {})).toEqual({ engine: 'nft' });
    expect(engineChoice(suite, { HA_SUITE_IPVS_ENGINE: 'kernel' })).toEqual({ engine: 'kernel' });
  });

  test('a word that is no engine is reported', () => {
    expect(engineChoice(suite, { HA_SUITE_IPVS_ENGINE: 'ebpf' })).toEqual({
      engine: 'nft',
      problem: 'HA_SUITE_IPVS_ENGINE=ebpf: must be one of auto, kernel, nft',
    });
  });
});
