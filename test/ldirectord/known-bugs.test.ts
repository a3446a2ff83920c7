/** Every known bug of ldirectord 4.12 is decided, stands in docs/differences.md, and has a test. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrors } from '../../lib/config/diagnostic.js';
import { printChange } from '../../lib/ipvs/grammar/print-command.js';
import { down, up } from '../../lib/ldirectord/checks/verdict.js';
import { plainFacts } from '../../lib/ldirectord/config/facts.js';
import { parseDirectorConfig } from '../../lib/ldirectord/config/parse.js';
import { adopt, hear } from '../../lib/ldirectord/director.js';
import { only, plan } from '../../lib/ldirectord/plan.js';
import { projectRoot } from '../support/paths.js';
import { config, fallback, real, virtual } from './build.js';
import { KNOWN_BUGS } from './known-bugs.js';

/** First and last number of the reference's list. */
const NUMBERS = Array.from({ length: 25 }, (_, index) => index + 1);

const differences = readFileSync(join(projectRoot, 'docs', 'differences.md'), 'utf8');
const chapter = /^## ldirectord$(.*?)^## /ms.exec(differences)?.[1] ?? '';
/** The tables of what was mended and of what was kept, by the heading above the second. */
const [mended = '', kept = ''] = chapter.split(/^### Kept.*$/m);
const rowsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^\| (.+?) \|/gm)].map(([, subject = '']) => subject);

const source = (file: string): string => {
  const path = join(projectRoot, 'test', file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};
/** Whether a test of that name (or one that begins so) is declared in a file. */
const declares = (file: string, name: string): boolean =>
  name.length > 10 &&
  source(file)
    .split('\n')
    .some((line) => /^\s*(test|describe|\]|\)|\})/.test(line) && line.includes(name));

test('every number of the list is decided', () => {
  expect([...new Set(KNOWN_BUGS.map(({ number }) => number))]).toEqual(NUMBERS);
});

describe.each(KNOWN_BUGS.map((bug) => [`${bug.number}: ${bug.bug}`, bug] as const))('%s', (_, bug) => {
  test('stands in docs/differences.md, where what is kept is told apart', () => {
    expect(rowsOf(bug.decision === 'fixed' ? mended : kept)).toContain(bug.row);
  });

  test('is proven by tests that are there', () => {
    expect(bug.proof.length).toBeGreaterThan(0);
    expect(bug.proof.filter(([file, name]) => !declares(file, name))).toEqual([]);
  });
});

test('a real that is quiesced keeps its thresholds', () => {
  const web = virtual('10.0.0.3:80', [real('192.168.0.1', 80, { upper: 20, lower: 10 })], { quiescent: true });
  const table = {
    services: [
      {
        key: web.key,
        scheduler: 'wrr',
        flags: [],
        persistent: undefined,
        netmask: undefined,
        ops: false,
        destinations: [{ address: '192.168.0.1', port: 80, method: 'masq' as const, weight: 1, upper: 20, lower: 10 }],
      },
    ],
  };
  const director = adopt(config([web]), table);
  const [probe = ''] = director.membersByProbe.keys();
  const heard = hear(director, probe, down('L4REFUSED', 'Connection refused'));
  const changes = plan(heard.director, table, only(heard.touched)).map(({ change }) => printChange(change).join(' '));
  expect(changes).toEqual(['-e -t 10.0.0.3:80 -r 192.168.0.1:80 -m -w 0 -x 20 -y 10']);
});

test('checktype=off: the fallback serves', () => {
  const web = virtual('10.0.0.3:80', [real('192.168.0.1')], {
    checkType: { kind: 'off' },
    fallback: fallback('127.0.0.1', 80),
  });
  const director = adopt(config([web]), { services: [] });
  const commands = plan(director, { services: [] }, 'all').map(({ change }) => printChange(change).join(' '));
  expect(commands).toEqual(['-A -t 10.0.0.3:80 -s wrr', '-a -t 10.0.0.3:80 -r 127.0.0.1:80 -g -w 1']);
  // With checktype=on the real would come in with its first round, and push it out.
  const [probe = ''] = director.membersByProbe.keys();
  expect(hear(director, probe, up()).touched.size).toBe(1);
});

test.each([
  ['tcp and udp', { tcp: 80, udp: 80 }, false],
  ['tcp only', { tcp: 80 }, true],
] as const)('a service name in a global fallback must exist for tcp and udp: %s', (_, ports, refused) => {
  const known: Readonly<Record<string, number>> = ports;
  const { diagnostics } = parseDirectorConfig('fallback=127.0.0.1:web\n', 'test.cf', {
    ...plainFacts,
    port: (name, protocol) => (name === 'web' ? known[protocol] : undefined),
  });
  expect(hasErrors(diagnostics)).toBe(refused);
});
