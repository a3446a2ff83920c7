/** `[monitor NAME]`: every key, and what is wrong where. */
import { parseSuite } from '../../lib/config/suite.js';

const read = (lines: string) => parseSuite(`[monitor web]\n${lines}`, 'x.ini');
const probe = (lines: string) => read(lines).value.monitors[0]?.probe;
const errors = (lines: string): readonly string[] =>
  read(lines).diagnostics.map(
    ({ at, severity, message, suggestion }) =>
      `${at.line}:${at.column}: ${severity}: ${message}${suggestion === undefined ? '' : ` (${suggestion}?)`}`,
  );

test('a program, with every default', () => {
  expect(read('command = /usr/bin/killall -0 haproxy\n')).toEqual({
    value: expect.objectContaining({
      monitors: [
        {
          name: 'web',
          probe: { kind: 'command', argv: ['/usr/bin/killall', '-0', 'haproxy'] },
          interval: 10_000,
          timeout: 5000,
          rise: 1,
          fall: 3,
          holddown: 30_000,
          onfail: 'standby',
        },
      ],
    }),
    diagnostics: [],
  });
});

test('every key', () => {
  const { value, diagnostics } = read(
    'check = https://localhost/up\nexpect = status 200\nverify = full\ninterval = 2s\ntimeout = 500ms\nrise = 2\nfall = 4\nholddown = 0\nonfail = log\n',
  );
  expect(diagnostics).toEqual([]);
  expect(value.monitors).toEqual([
    {
      name: 'web',
      probe: {
        kind: 'page',
        url: 'https://localhost/up',
        expect: { status: [200, 200], body: undefined },
        verify: 'full',
      },
      interval: 2000,
      timeout: 500,
      rise: 2,
      fall: 4,
      holddown: 0,
      onfail: 'log',
    },
  ]);
});

test('a short interval shortens the timeout that nobody has named', () => {
  const { value, diagnostics } = read('check = connect 127.0.0.1:443\ninterval = 2s\n');
  expect([value.monitors[0]?.timeout, diagnostics]).toEqual([2000, []]);
});

test.each([
  ['connect 127.0.0.1:443', { kind: 'connect', host: '127.0.0.1', port: 443 }],
  ['connect  [::1]:80', { kind: 'connect', host: '::1', port: 80 }],
  ['connect db.example.com:5432', { kind: 'connect', host: 'db.example.com', port: 5432 }],
  ['http://localhost', { kind: 'page', url: 'http://localhost' }],
  ['https://[2001:db8::1]:8443/a/b?c=d', { kind: 'page', url: 'https://[2001:db8::1]:8443/a/b?c=d' }],
])('check = %s', (text, expected) => {
  expect(probe(`check = ${text}\n`)).toMatchObject(expected);
});

test.each([
  ['status 204', { status: [204, 204], body: undefined }],
  ['status 200-399', { status: [200, 399], body: undefined }],
  ['body all is well', { status: [200, 299], body: 'all is well' }],
  ['status 503 body "down" for good', { status: [503, 503], body: '"down" for good' }],
])('expect = %s', (text, expected) => {
  expect(probe(`check = http://h/\nexpect = ${text}\n`)).toMatchObject({ expect: expected });
});

const TARGETS = 'check: is `connect ADDRESS:PORT`, or a URL that begins with http:// or https://';
const EXPECTATIONS = 'expect: is `status 200`, `status 200-399`, `body TEXT`, or both: `status 200 body TEXT`';

test.each([
  ['rise = 1\n', ['1:2: error: monitor web has neither command nor check']],
  ['check = localhost:80\n', [`2:9: error: ${TARGETS}`]],
  ['check = ftp://localhost/\n', [`2:9: error: ${TARGETS}`]],
  ['check = http://host/with blank\n', [`2:9: error: ${TARGETS}`]],
  ['check = http://host:0/\n', ['2:9: error: check: there is no port 0']],
  ['check = http://host:65536/\n', ['2:9: error: check: there is no port 65536']],
  [
    'check = connect localhost\n',
    ['2:9: error: check: connect takes an address and a port, e.g. 127.0.0.1:443 or [::1]:443'],
  ],
  ['check = http://h/\nexpect = 200\n', [`3:10: error: ${EXPECTATIONS}`]],
  ['check = http://h/\nexpect = status 2\n', [`3:10: error: ${EXPECTATIONS}`]],
  ['check = http://h/\nexpect = status 200body\n', [`3:10: error: ${EXPECTATIONS}`]],
  ['check = http://h/\nexpect = status 400-200\n', ['3:10: error: expect: no status is from 400 to 200']],
  ['command = /c\ncheck = http://h/\n', ['3:1: error: check belongs to a monitor without command']],
  ['command = /c\nexpect = status 200\n', ['3:1: error: expect belongs to a check of an http or https URL']],
  ['check = connect h:1\nexpect = status 200\n', ['3:1: error: expect belongs to a check of an http or https URL']],
  ['check = http://h/\nverify = chain\n', ['3:1: error: verify belongs to a check of an https URL']],
  ['command = /c\ninterval = 1s\ntimeout = 2s\n', ['4:1: error: timeout must not be longer than interval']],
  ['command = /c\nonfail = stanby\n', ['3:10: error: onfail: must be one of: standby, log (standby?)']],
  ['command = /c\nholddwn = 1\n', ["3:1: error: unknown key 'holddwn' in section [monitor] (holddown?)"]],
  ['command = /c\ninterval = 50ms\n', ['3:12: error: interval: must be at least 100 ms']],
])('%j', (lines, expected) => {
  expect(errors(lines)).toEqual(expected);
});
