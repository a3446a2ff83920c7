/** Command lines of checks: which monitors stand for them, and which need a shell. */
import fc from 'fast-check';
import { parseSuite } from '../../lib/config/suite.js';
import { EMPTY_PLAN } from '../../lib/import/plan.js';
import { sourcesOf } from '../../lib/import/render/noted.js';
import { renderSuite } from '../../lib/import/render/suite.js';
import { probesOf } from '../../lib/import/shell-command.js';

/** The probes as `key=value …`, or the problem. */
const said = (line: string): readonly string[] | string => {
  const found = probesOf(line);
  return 'problem' in found
    ? found.problem
    : found.probes.map(({ keys }) => [...keys].map(([key, value]) => `${key}=${value}`).join(' '));
};

const SHELL = 'it needs a shell, which monitors do not have';

test.each<readonly [string, readonly string[] | string]>([
  ['/usr/bin/killall -0 haproxy', ['command=/usr/bin/killall -0 haproxy']],
  ['killall -0 haproxy', ['command=/usr/bin/killall -0 haproxy']],
  ['/bin/pidof nginx >/dev/null 2>&1', ['command=/bin/pidof nginx']],
  ['/a && /b x', ['command=/a', 'command=/b x']],
  ["/bin/sh -c 'killall -0 squid'", ['command=/usr/bin/killall -0 squid']],
  ['[ -e /run/ok ]', ['command=/usr/bin/test -e /run/ok']],
  ['</dev/tcp/127.0.0.1/443', ['check=connect 127.0.0.1:443']],
  ['< /dev/tcp/::1/80', ['check=connect [::1]:80']],
  ["/usr/bin/curl -k 'https://localhost/ews/healthcheck.htm'", ['check=https://localhost/ews/healthcheck.htm']],
  ['curl -sf -m 2 -o /dev/null http://127.0.0.1:8080/up', ['check=http://127.0.0.1:8080/up timeout=2s']],
  ['curl -fsS https://www.example.com/', ['check=https://www.example.com/ verify=full']],
  ['/usr/bin/curl -H Host:x http://127.0.0.1/', ['command=/usr/bin/curl -H Host:x http://127.0.0.1/']],
  ['/usr/bin/curl -o /tmp/page http://127.0.0.1/', ['command=/usr/bin/curl -o /tmp/page http://127.0.0.1/']],
  ['/a | /b', SHELL],
  ['/a || /b', SHELL],
  ['/a; /b', SHELL],
  ['/a $HOME', SHELL],
  ['/a > /tmp/x', SHELL],
  ['/a &&', SHELL],
  ['', SHELL],
  ['[[ -e /x ]] && exit 1 || exit 0', SHELL],
  ['check_it', "'check_it' has no full path"],
  ['/a "b c"', 'an argument with blanks in it cannot be written in ha-suite.ini'],
  ["/a ''", 'an argument with blanks in it cannot be written in ha-suite.ini'],
])('%s', (line, expected) => {
  expect(said(line)).toEqual(expected);
});

test('whatever the line, a probe is a monitor that ha-suite.ini can have', () => {
  const word = fc.constantFrom(
    '/bin/a',
    'curl',
    '-k',
    '&&',
    "'x y'",
    '"b',
    ';',
    '#',
    '=',
    'http://a/',
    '</dev/tcp/h/1',
    '\\',
    '[',
  );
  const line = fc.oneof(
    fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `/bin/a ${text}`),
  );
  fc.assert(
    fc.property(line, (text) => {
      const found = probesOf(text);
      if ('problem' in found) return;
      const at = { file: 'x', line: 1, column: 1 };
      const monitors = found.probes.map(({ keys }, index) => ({ name: `m${index}`, keys: new Map(keys), from: at }));
      for (const { keys } of monitors) keys.delete('timeout');
      const ini = renderSuite({ ...EMPTY_PLAN, monitors }, sourcesOf(['x'])) ?? '';
      const { value, diagnostics } = parseSuite(ini, 'ha-suite.ini');
      expect(diagnostics).toEqual([]);
      expect(value.monitors.map(({ probe }) => (probe.kind === 'command' ? probe.argv.join(' ') : probe.kind))).toEqual(
        monitors.map(
          ({ keys }) => keys.get('command') ?? (keys.get('check')?.startsWith('connect') ? 'connect' : 'page'),
        ),
      );
    }),
    { numRuns: 2000 },
  );
});
