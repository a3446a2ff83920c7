/** The grammar of the command line (ldirectord reference 1.1). */
import fc from 'fast-check';
import { parseArguments } from '../../../lib/ldirectord/cli/arguments.js';

const parse = (line: string): unknown => {
  const result = parseArguments(line.split(' ').filter((word) => word !== ''));
  if (result.kind === 'usage') return result.complaint ?? 'usage';
  if (result.kind !== 'command') return result.kind;
  const { command, configWord, debug, json, table, shadow, foreground } = result;
  return [
    configWord ?? '(default)',
    command,
    ...(debug ? ['debug'] : []),
    ...(json ? ['json'] : []),
    ...(table ? ['table'] : []),
    ...(shadow ? ['shadow'] : []),
    ...(foreground ? ['foreground'] : []),
  ].join(' ');
};

test.each([
  ['start', '(default) start'],
  ['ldirectord.cf start', 'ldirectord.cf start'],
  ['www.cf status whatever --else', 'www.cf status'],
  ['-d x.cf start', 'x.cf start debug'],
  ['--debug x.cf start', 'x.cf start debug'],
  ['-- status', '(default) status'],
  ['check', '(default) check'],
  ['check --json', '(default) check json'],
  ['x.cf check --json', 'x.cf check json'],
  ['status --json', '(default) status json'],
  ['status --table', '(default) status table'],
  ['x.cf status --json', 'x.cf status json'],
  ['-d x.cf status --table', 'x.cf status debug table'],
  // Genuine ignores what follows the command, and so do all other commands here.
  ['x.cf start --json --table', 'x.cf start'],
  ['x.cf check --table', 'x.cf check'],
  ['-v', 'version'],
  ['--version start', 'version'],
  ['-dv', 'version'],
  ['-h -v', 'help'],
  ['-v -h', 'help'],
  ['-?', 'help'],
  ['-d --help', 'help'],
])('ldirectord %s', (line, expected) => expect(parse(line)).toBe(expected));

test.each([
  ['', 'usage'],
  ['bogus', 'usage'],
  ['x.cf bogus', 'usage'],
  // Option parsing stops at the first word: "start" is the configuration here.
  ['start -d', 'usage'],
  ['stop extra', 'usage'],
  ['--nosuch', 'Unknown option: nosuch'],
  ['-x start', 'Unknown option: x'],
  // Long options cannot be abbreviated.
  ['--vers', 'Unknown option: vers'],
  ['--deb start', 'Unknown option: deb'],
])('ldirectord %s is wrong use', (line, expected) => expect(parse(line)).toBe(expected));

test.each([
  ['--shadow', '(default) start shadow foreground'],
  ['--shadow www.cf', 'www.cf start shadow foreground'],
  ['-d --shadow www.cf', 'www.cf start debug shadow foreground'],
  ['--shadow start', '(default) start shadow'],
  ['--shadow -d www.cf start', 'www.cf start debug shadow'],
  ['--shadow www.cf stop', 'www.cf stop shadow'],
  ['--shadow www.cf reload', 'www.cf reload shadow'],
  ['--shadow status --json', '(default) status json shadow'],
  ['--shadow www.cf status --table', 'www.cf status table shadow'],
  ['--shadow --version', 'version'],
])('ldirectord %s', (line, expected) => expect(parse(line)).toBe(expected));

test.each([
  // Genuine ignores what follows the command: this would start the daemon that acts.
  ['www.cf start --shadow', /--shadow goes before the configuration/],
  ['start --shadow', /--shadow goes before the configuration/],
  ['--shadow www.cf bogus', /bogus is no command/],
  ['--shadow www.cf check', /check starts nothing/],
  ['--shadow check', /check starts nothing/],
  ['--shadow www.cf start --json', /--json is not understood/],
  ['--shadow start www.cf', /www\.cf is not understood/],
])('ldirectord %s is wrong use', (line, expected) => expect(parse(line)).toMatch(expected));

test('property: no words make it throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('-d', '--', '-', 'start', '--debug', '-h=x', '--=')), {
        maxLength: 5,
      }),
      (argv) => {
        expect(['help', 'version', 'usage', 'command']).toContain(parseArguments(argv).kind);
      },
    ),
  );
});
