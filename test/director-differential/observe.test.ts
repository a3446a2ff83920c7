/** The comparer finds every kind of planted difference, and a rule explains only what it is meant for. */
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { worldFacts } from '../support/director-differential/facts.js';
import { type Difference, differencesOf, type Observation } from '../support/director-differential/observe.js';
import { type Context, LINE_RULES, RULES } from '../support/director-differential/rules.js';

const TABLE = ['TCP  10.0.0.3:80 wrr', '  -> 192.168.0.1:80 Masq 5 x20 y0', '  -> 192.168.0.2:80 Route 1 x0 y0'];
const ADD = '-a -t 10.0.0.3:80 -x 20 -y 0 -r 192.168.0.1:80 -m -w 5'.split(' ');
const entry = (text: string): string => `[Fri Nov 27 06:29:42 2026|test.cf|69] ${text}`;

const quiet: Observation = {
  table: TABLE,
  calls: [{ argv: ADD, code: 0 }],
  log: [
    entry('Added real server: 192.168.0.1:80 (10.0.0.3:80) (Weight set to 5)'),
    entry('Added virtual server: 10.0.0.3:80'),
  ],
  cli: [
    {
      argv: ['test.cf', 'status'],
      rc: 0,
      stdout: '',
      stderr: 'ldirectord for /etc/ha.d/test.cf is running with pid: 69\n',
    },
  ],
  notes: { checks: ['10.0.0.3 80 192.168.0.1 80'], fallbacks: ['start 10.0.0.3:80 tcp'] },
};
const whatDiffers = (genuine: Observation, ours: Observation): readonly Difference['what'][] =>
  differencesOf(genuine, ours, LINE_RULES).map(({ what }) => what);

test('two that did the same do not differ, whatever their pids and places', () => {
  const other: Observation = {
    ...quiet,
    log: quiet.log.map((line) => line.replace('|69]', '|4711]')),
    cli: quiet.cli.map((one) => ({ ...one, stderr: one.stderr.replace('69', '4711') })),
  };
  expect(whatDiffers(quiet, other)).toEqual([]);
});

test.each<[string, Partial<Observation>, Difference['what']]>([
  ['a weight', { table: TABLE.map((line) => line.replace('Masq 5', 'Masq 4')) }, 'table'],
  ['a threshold', { table: TABLE.map((line) => line.replace('x20', 'x10')) }, 'table'],
  ['a method', { table: TABLE.map((line) => line.replace('Route', 'Tunnel')) }, 'table'],
  ['a scheduler', { table: TABLE.map((line) => line.replace('wrr', 'rr')) }, 'table'],
  ['a real less', { table: TABLE.slice(0, 2) }, 'table'],
  ['a real more', { table: [...TABLE, '  -> 192.168.0.3:80 Masq 1 x0 y0'] }, 'table'],
  ['an empty table', { table: [] }, 'table'],
  ['a change less', { calls: [] }, 'changes'],
  ['a change twice', { calls: [...quiet.calls, ...quiet.calls] }, 'changes'],
  ['another change', { calls: [{ argv: ADD.map((word) => (word === '5' ? '4' : word)), code: 0 }] }, 'changes'],
  ['a change that failed', { calls: [{ argv: ADD, code: 255 }] }, 'changes'],
  ['a line less about a server', { log: quiet.log.slice(1) }, 'log'],
  ['another line about a server', { log: quiet.log.map((line) => line.replace('to 5', 'to 4')) }, 'log'],
  ['a line less', { log: quiet.log.slice(0, 1) }, 'lines'],
  ['a line more', { log: [...quiet.log, entry('Something else')] }, 'lines'],
  ['an exit status', { cli: quiet.cli.map((one) => ({ ...one, rc: 3 })) }, 'said'],
  ['standard output', { cli: quiet.cli.map((one) => ({ ...one, stdout: 'running\n' })) }, 'said'],
  ['standard error', { cli: quiet.cli.map((one) => ({ ...one, stderr: '' })) }, 'said'],
  ['a command less', { cli: [] }, 'said'],
  ['a call of a check', { notes: { ...quiet.notes, checks: [] } }, 'notes'],
  ['a call of the fallback command', { notes: { ...quiet.notes, fallbacks: ['stop 10.0.0.3:80 tcp'] } }, 'notes'],
])('%s: a planted difference is found', (_, planted, what) => {
  expect(whatDiffers(quiet, { ...quiet, ...planted })).toContain(what);
  expect(whatDiffers({ ...quiet, ...planted }, quiet)).toContain(what);
});

test('a command counts as ipvsadm carries it out: for direct routing under the port of the virtual', () => {
  const add = (server: string, method: string) => ({
    argv: `-a -t 10.0.0.3:80 -r ${server} ${method} -w 1`.split(' '),
    code: 0,
  });
  const of = (server: string, method: string): Observation => ({ ...quiet, calls: [add(server, method)] });
  expect(whatDiffers(of('192.168.0.1:8080', '-g'), of('192.168.0.1:80', '-g'))).toEqual([]);
  expect(whatDiffers(of('192.168.0.1:8080', '-m'), of('192.168.0.1:80', '-m'))).toContain('changes');
});

const CONFIG = `checkinterval=1
fallback=127.0.0.1:80
virtual=10.0.0.3:80
\treal=192.168.0.1:80 masq 5 u:20
\treal=192.168.0.2:8080 gate
\tquiescent=yes
virtual=1
\treal=192.168.0.3:80 gate
`;
const context: Context = {
  config: parseDirectorConfig(CONFIG, 'test.cf', worldFacts).value,
  previous: undefined,
  text: CONFIG.split('\n'),
  previousText: [],
  ourTableBefore: new Set(),
  synchronising: false,
  restart: false,
  broken: false,
  deletedByHand: new Set(),
  fallbackCalls: new Map(),
};
const explained = (difference: Difference, more: Partial<Context> = {}): readonly string[] =>
  RULES.filter((rule) => rule.explains(difference, { ...context, ...more })).map(({ row }) => row);
const table = (
  server: string,
  genuine: string | undefined,
  ours: string | undefined,
  virtual = 'tcp:10.0.0.3:80',
): Difference => ({
  what: 'table',
  virtual,
  server,
  genuine,
  ours,
});

describe('rules', () => {
  test('a missing or extra real, another weight and another scheduler are never explained', () => {
    const name = '192.168.0.1:80';
    expect(explained(table(name, '  -> 192.168.0.1:80 Masq 5 x20 y0', undefined))).toEqual([]);
    expect(explained(table(name, undefined, '  -> 192.168.0.1:80 Masq 5 x20 y0'))).toEqual([]);
    expect(explained(table(name, '  -> 192.168.0.1:80 Masq 5 x20 y0', '  -> 192.168.0.1:80 Masq 4 x20 y0'))).toEqual(
      [],
    );
    expect(explained(table('', 'TCP  10.0.0.3:80 wrr', 'TCP  10.0.0.3:80 rr'))).toEqual([]);
    const more = { synchronising: true, restart: true };
    expect(explained(table(name, '  -> 192.168.0.1:80 Masq 5 x20 y0', undefined), more)).toEqual([]);
  });

  test('thresholds may only be kept where genuine loses them, at weight 0', () => {
    const name = '192.168.0.1:80';
    expect(explained(table(name, '  -> 192.168.0.1:80 Masq 0 x0 y0', '  -> 192.168.0.1:80 Masq 0 x20 y0'))).toEqual([
      'quiescing',
    ]);
    expect(explained(table(name, '  -> 192.168.0.1:80 Masq 0 x20 y0', '  -> 192.168.0.1:80 Masq 0 x0 y0'))).toEqual([]);
    expect(explained(table(name, '  -> 192.168.0.1:80 Masq 5 x0 y0', '  -> 192.168.0.1:80 Masq 5 x20 y0'))).toEqual([]);
  });

  test('only a real whose port is mapped follows its check where genuine does not', () => {
    const row = 'gate or ipip real on another port, quiescent=yes';
    expect(
      explained(table('192.168.0.2:80', '  -> 192.168.0.2:80 Route 0 x0 y0', '  -> 192.168.0.2:80 Route 1 x0 y0')),
    ).toEqual([row]);
    expect(
      explained(table('192.168.0.1:80', '  -> 192.168.0.1:80 Masq 0 x0 y0', '  -> 192.168.0.1:80 Masq 5 x20 y0')),
    ).toEqual([]);
  });

  test('only the global fallback of a mark may be there where genuine has none', () => {
    const line = '  -> 127.0.0.1:80 Route 1 x0 y0';
    expect(explained(table('127.0.0.1:80', undefined, line, 'fwm:1'))).toEqual([
      'global `fallback` and firewall marks',
    ]);
    expect(explained(table('127.0.0.1:80', undefined, line))).toEqual([]);
    expect(explained(table('127.0.0.1:80', line, undefined, 'fwm:1'))).toEqual([]);
  });

  test('the dance explains nothing outside a start or reload, and nothing that happens twice', () => {
    const changes = (ours: readonly string[]): Difference => ({
      what: 'changes',
      virtual: 'tcp:10.0.0.3:80',
      server: '192.168.0.1:80',
      genuine: ['-a masq 5', '-d', '-a masq 5'],
      ours,
    });
    expect(explained(changes(['-a masq 5']))).toEqual([]);
    expect(explained(changes(['-a masq 5']), { synchronising: true })).toEqual(['start, reload']);
    expect(explained(changes(['-a masq 5', '-d', '-a masq 5']), { synchronising: true })).toEqual([]);
  });

  test('a virtual that nobody deleted by hand may not come back', () => {
    const back = table('', undefined, 'TCP  10.0.0.3:80 wrr');
    expect(explained(back)).toEqual([]);
    expect(explained(back, { deletedByHand: new Set(['tcp:10.0.0.3:80']) })).toEqual([
      'a virtual that has vanished from the table',
    ]);
  });

  test('another exit status, output or line of the log is never explained away', () => {
    const said = { rc: 0, stdout: '', stderr: [] };
    expect(explained({ what: 'said', genuine: said, ours: { ...said, rc: 1 } }, { synchronising: true })).toEqual([]);
    expect(
      explained({ what: 'lines', genuine: ['Added virtual server: 1'], ours: [] }, { synchronising: true }),
    ).toEqual([]);
  });
});
