/** Configuration texts of every quality: valid ones, ones with any directive and value, and ones that somebody has spoilt. */
import fc from 'fast-check';
import { configText, habits, written } from './config-arbitrary.js';

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const GLOBAL_NAMES = [
  'checktimeout',
  'negotiatetimeout',
  'checkinterval',
  'checkcount',
  'failurecount',
  'autoreload',
  'callback',
  'fallback',
  'fallback6',
  'fallbackcommand',
  'logfile',
  'execute',
  'supervised',
  'fork',
  'quiescent',
  'readdquiescent',
  'emailalert',
  'emailalertfrom',
  'emailalertfreq',
  'emailalertstatus',
  'smtp',
  'cleanstop',
  'maintenancedir',
  'connecttimeout',
] as const;
const SECTION_NAMES = [
  'real',
  'real6',
  'protocol',
  'scheduler',
  'schedflags',
  'persistent',
  'netmask',
  'ops',
  'checktype',
  'service',
  'checkcommand',
  'checkport',
  'checktimeout',
  'negotiatetimeout',
  'checkcount',
  'failurecount',
  'checkinterval',
  'request',
  'receive',
  'virtualhost',
  'httpmethod',
  'login',
  'passwd',
  'database',
  'secret',
  'load',
  'fallback',
  'fallback6',
  'fallbackcommand',
  'quiescent',
  'cleanstop',
  'emailalert',
  'emailalertfreq',
  'emailalertstatus',
  'smtp',
  'monitorfile',
  'servicename',
  'comment',
] as const;

const words: Readonly<Record<string, readonly string[]>> = {
  real: [
    '192.168.0.1:80 gate',
    '192.168.0.1:80 masq 5',
    '192.168.0.1 ipip',
    '192.168.0.1->192.168.0.3:80 gate 2',
    '192.168.0.3->192.168.0.1:80 gate',
    '192.168.0.1:80 masq 3 "/x", "y"',
    '192.168.0.1:80 masq "/x" "y"',
    '192.168.0.1:80 masq l:1 u:2',
    '192.168.0.1:80 masq u:2 l:1',
    '192.168.0.1:80',
    '192.168.0.1:80 ',
    '192.168.0.1:99999 gate',
    '192.168.0.1:0 gate',
    '192.168.0.1:nosuch gate',
    '192.168.0.1::80 gate',
    '192.168.0.256:80 gate',
    'web5.example.test:http gate',
    'nosuch.example.test:80 gate',
    '[2001:db8:0:1::1]:80 gate',
    '[2001:db8:0:1::1]',
    'six.example.test:80 masq',
    '192.168.0.1:80 nat',
    '192.168.0.1:80 gate 1 2',
    '-> gate',
  ],
  fallback: [
    '127.0.0.1',
    '127.0.0.1:80 gate',
    '127.0.0.1:http',
    '127.0.0.1:80 masq 5',
    '[::1]:80',
    'localhost:80 ipip',
    'nosuch.example.test:80',
    '127.0.0.1:0x50',
    '',
    ' ',
  ],
  checktype: [
    'connect',
    'negotiate',
    'ping',
    'external',
    'external-perl',
    'on',
    'off',
    '0',
    '3',
    'ping2',
    '"connect"',
    'connect foo',
    'Connect',
    '',
  ],
  service: ['http', 'https', 'dns', 'none', 'sip', 'ftp', 'HTTP', 'http foo', 'web', ''],
  protocol: ['tcp', 'udp', 'fwm', 'TCP', 'tcp udp', 'sctp', ''],
  scheduler: ['rr', 'wlc', 'WLC', 'Wlc', 'nosuch', '7', ''],
  netmask: ['255.255.255.0', '255.255.255.300', '24', '64', '129', '0', '255.255.255', '255.255.255.0 '],
  httpmethod: ['GET', 'head', 'POST', 'GETX', ''],
  emailalertstatus: ['all', 'none', 'starting,running', 'starting, none', 'Starting', 'stopping ,reloading', ''],
  logfile: ['"/var/log/other.log"', '"/nosuch/log"', '"local0"', '/var/log/bare.log', '""'],
  maintenancedir: ['/run', '/nosuch', '', '"/run"'],
  monitorfile: ['/run/monitor', '"/run/monitor"', '/nosuch/monitor', '"/run/a" junk', ''],
  smtp: ['mail.example.test', '"mail.example.test"', '10.0.0.25', '[::1]', ''],
  supervised: ['yes', 'no', 'yes ', ''],
};
const PLAIN = [
  'yes',
  'no',
  'Yes',
  'yes ',
  '"yes"',
  '1',
  '0',
  '-5',
  'about 7 s',
  '80',
  '65535',
  '65536',
  '99999999999',
  '007',
  'abc',
  '"/index.html"',
  '"quoted" junk',
  '"open',
  "'single'",
  '""',
  '"a"b"',
  '',
  ' ',
  'a # b',
  '"a#b"',
  '/bin/true -x',
  'admin@example.test',
  'a@example.test, b@example.test',
  '\t7',
];

const valueFor = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: oneOf(...(words[name.replace(/6$/, '')] ?? PLAIN)) },
    { weight: 1, arbitrary: oneOf(...PLAIN) },
  );

const equals = oneOf('=', '=', '=', ' = ', ' =', '= ', '==', ' ');
const lineOf = (names: readonly string[], indent: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  oneOf(...names).chain((name) =>
    fc.tuple(indent, equals, valueFor(name)).map(([blanks, sign, value]) => `${blanks}${name}${sign}${value}`),
  );

const virtualLine = oneOf(
  'virtual=10.0.0.3:80',
  'virtual=10.0.0.3:http',
  'virtual=10.0.0.3:443',
  'virtual=10.0.0.3:53',
  'virtual = 10.0.0.4:8080 # shop',
  'virtual=vip.example.test:80',
  'virtual=1',
  'virtual=2 abc',
  'virtual=10.0.0.3',
  'virtual=nosuch.example.test:80',
  'virtual=10.0.0.3:99999',
  'virtual=10.0.0.300:80',
  'virtual=[2001:db8::5]:80',
  'virtual=',
  'virtual6=[2001:db8::5]:80',
  'virtual6=[2001:DB8:0::5]:http',
  'virtual6=[2001:db8:zz::5]:80',
  'virtual6=six.example.test:80',
  'virtual6=7',
  'virtual6=10.0.0.3:80',
  ' virtual=10.0.0.3:81',
);

const indent = oneOf('    ', '    ', '    ', '\t', '     ', '   ', '', '  \t');
const sectionLines = fc.tuple(
  virtualLine,
  fc.array(
    fc.oneof(
      { weight: 12, arbitrary: lineOf(SECTION_NAMES, indent) },
      { weight: 1, arbitrary: lineOf(GLOBAL_NAMES, indent) },
      { weight: 1, arbitrary: oneOf('# c', '    # c', '    ', '     ', '\t', '', '    nonsense=1', '    real') },
    ),
    { maxLength: 5 },
  ),
);

/** Any directives with any values: mostly wrong somewhere. */
const anything = fc
  .tuple(
    fc.array(lineOf(GLOBAL_NAMES, fc.constant('')), { maxLength: 3 }),
    fc.array(sectionLines, { maxLength: 2 }),
    fc.array(lineOf(GLOBAL_NAMES, oneOf('', '', ' ')), { maxLength: 2 }),
  )
  .map(([before, sections, after]) =>
    [...before, ...sections.flatMap(([first, rest]) => [first, ...rest, '']), ...after]
      .map((line) => `${line}\n`)
      .join(''),
  );

/** One valid directive in an otherwise plain virtual, so that its own value decides. */
const single = fc
  .tuple(virtualLine, lineOf(SECTION_NAMES, fc.constant('    ')), fc.boolean())
  .map(([first, line, last]) => `${first}\n${line}\n${last ? '    real=192.168.0.9:80 gate\n' : ''}`);
const singleGlobal = lineOf(GLOBAL_NAMES, fc.constant('')).map(
  (line) => `${line}\n\nvirtual=10.0.0.3:80\n    checktype=on\n`,
);

const valid = fc.tuple(written, habits).map(([config, style]) => configText(config, style));

type Spoil = (lines: readonly string[], at: number) => readonly string[];
const onLine =
  (change: (line: string, at: number) => string): Spoil =>
  (lines, at) =>
    lines.map((line, index) => (index === at % lines.length ? change(line, at) : line));
const SPOILS: readonly Spoil[] = [
  (lines, at) => lines.filter((_, index) => index !== at % lines.length),
  (lines, at) => lines.flatMap((line, index) => (index === at % lines.length ? [line, line] : [line])),
  (lines, at) => lines.flatMap((line, index) => (index === at % lines.length ? [line, ''] : [line])),
  (lines, at) => lines.slice(0, (at % lines.length) + 1),
  (lines) => lines.map((line) => `${line}\r`),
  onLine((line) => line.trimStart()),
  onLine((line) => ` ${line.trimStart()}`),
  onLine((line) => `${line} `),
  onLine((line) => `${line}\t# note`),
  onLine((line) => `\u00a0${line}`),
  onLine((line) => line.toUpperCase()),
  onLine((line) => line.replace('=', '')),
  onLine((line) => line.replace(/=.*/, '=')),
  onLine((line) => line.replaceAll('"', '')),
  onLine((line) => line.replace(/[0-9]/, '')),
  onLine((line, at) => line.slice(0, at % (line.length + 1))),
  onLine((line, at) => `${line.slice(0, at % (line.length + 1))}x${line.slice(at % (line.length + 1))}`),
];
const spoilt = fc
  .tuple(
    valid,
    fc.array(fc.tuple(oneOf(...SPOILS), fc.nat({ max: 10_000 })), { minLength: 1, maxLength: 2 }),
    fc.boolean(),
  )
  .map(([text, spoils, ends]) => {
    const lines = spoils.reduce<readonly string[]>(
      (left, [spoil, at]) => (left.length === 0 ? left : spoil(left, at)),
      text.split('\n').slice(0, -1),
    );
    return `${lines.join('\n')}${ends ? '\n' : ''}`;
  });

const text = fc.oneof(
  { weight: 2, arbitrary: valid },
  { weight: 4, arbitrary: spoilt },
  { weight: 3, arbitrary: anything },
  { weight: 4, arbitrary: single },
  { weight: 2, arbitrary: singleGlobal },
);

/** A spoilt range may hold billions of addresses, which genuine would take one by one until its memory is full. */
const RANGE = /([0-9A-Za-z.[\]:-]*)->([0-9A-Za-z.[\]-]*)/g;
const isSmall = (text: string): boolean =>
  [...text.matchAll(RANGE)].every(([, first = '', last = '']) =>
    [first, last].every((end) => !/^[0-9.]+$/.test(end) || end.startsWith('192.168.0.')),
  );

/** Texts without repetition, always the same for a seed; characters are bytes (latin1). */
export const generateTexts = (seed: number, count: number): readonly string[] => [
  ...new Set(fc.sample(text, { seed, numRuns: count }).filter(isSmall)),
];
