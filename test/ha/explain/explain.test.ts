/** `ha explain`: the situations of golden.txt, its words, its JSON and its exit codes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Explanation } from '../../../lib/ha/explain/explanation.js';
import { haIn } from '../../support/ha.js';
import { projectRoot } from '../../support/paths.js';
import { blockOf, blocksIn } from './golden.js';
import { dead, deathOf, explainIn, FILES, type Situation } from './scenes.js';
import { FAILED, SITUATIONS } from './situations.js';

const golden = blocksIn(readFileSync(join(projectRoot, 'test/ha/explain/golden.txt'), 'utf8'));

const explained = async (situation: Situation, word: string): Promise<readonly Explanation[]> => {
  const { stdout } = await explainIn(situation, '--json', word);
  return (JSON.parse(stdout) as { explanations: Explanation[] }).explanations;
};

test.each(SITUATIONS)('$title', async (asked) => {
  expect(await blockOf(asked)).toBe(golden.get(asked.title));
});

test('golden.txt has these situations and no other', () => {
  expect([...golden.keys()]).toEqual(SITUATIONS.map(({ title }) => title));
});

test.each(SITUATIONS)('$title: says why, names a line, and says what to do', async ({ situation, word }) => {
  for (const { because, decidedBy, wouldChange } of await explained(situation, word)) {
    expect(because.length).toBeGreaterThan(0);
    expect(wouldChange.length).toBeGreaterThan(0);
    // A line that is named stands in that file.
    for (const { file, line, text } of decidedBy) {
      const lines = ({ ...FILES, ...situation.files }[file] ?? '').split('\n');
      expect([file, line === null ? null : lines[line - 1]?.trim()]).toEqual([file, text]);
    }
    for (const sentence of [...because, ...wouldChange]) expect(sentence).not.toMatch(/undefined|null|NaN|\s$/);
  }
});

test('for machines', async () => {
  const situation: Situation = {
    other: dead('lb1'),
    places: ['here', 'here'],
    events: deathOf('lb1', 720),
    withoutDirector: true,
  };
  const { stdout, code } = await explainIn(situation, '--json', '10.0.0.100');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    asked: '10.0.0.100',
    explanations: [
      {
        subject: { kind: 'address', name: '10.0.0.100' },
        what: '10.0.0.100 is on lb2, in place of lb1, for 12 min.',
        decidedBy: [
          { file: '/etc/ha.d/haresources', line: 2, directive: 'group' },
          { file: '/etc/ha.d/ha.cf', line: 3, directive: 'deadtime', text: 'deadtime 1' },
          { file: '/etc/ha.d/ha.cf', line: 6, directive: 'auto_failback', text: 'auto_failback off' },
        ],
      },
    ],
  });
});

test('an address is found however it is written, and a node with its link', async () => {
  const six: Situation = {
    files: { '/etc/ha.d/haresources': 'lb1 IPv6addr::2001:DB8:0::5/64/eth0\n' },
    ...{ silent: 'stopped', withoutDirector: true },
  };
  for (const word of ['2001:db8::5', '2001:0db8::0005', 'IPv6addr::2001:DB8:0::5/64/eth0', 'IPv6addr'])
    expect((await explained(six, word)).map(({ decidedBy }) => decidedBy[0]?.line)).toEqual([1]);
  expect((await explained({}, 'lb1:eth0')).map(({ subject }) => subject)).toEqual([{ kind: 'node', name: 'lb1' }]);
});

test('a start that failed long before the other node got the group is not why', async () => {
  const failed = (age: number): Situation => ({
    places: ['there', 'there'],
    events: [
      ...FAILED.map(([, what]) => [age, what] as const),
      [60, { type: 'holding', name: 'lb1', from: 'local', to: 'all' }],
    ],
  });
  const whyNot = async (age: number): Promise<string> =>
    (await explained(failed(age), '10.0.0.200')).flatMap(({ notElsewhere }) => notElsewhere).join(' ');
  expect(await whyNot(90)).toContain('could not be started');
  expect(await whyNot(86_400)).not.toContain('could not be started');
});

test('without any daemon: exit code 3, from the files alone', async () => {
  const { stdout, code } = await explainIn({ silent: 'stopped', live: null }, 'lb2');
  expect([code, stdout]).toEqual([3, expect.stringContaining('heartbeat: no daemon of ha-suite runs here.')]);
});

test('files of another place', async () => {
  const files = { 'a.cf': 'node a b\nbcast eth0\nauto_failback on\n', 'a.res': '\nb 10.9.9.9\n' };
  const { stdout, code } = await explainIn(
    { ...{ files, silent: 'stopped', live: null } },
    ...['--ha-cf', 'a.cf', '--haresources', 'a.res', '10.9.9.9'],
  );
  expect([code, stdout]).toEqual([3, expect.stringContaining('a.res:2  b 10.9.9.9')]);
});

test('a file with errors is told, and explained as far as it goes', async () => {
  const situation = { files: { '/etc/ha.d/ha.cf': 'deadtime 1\nnonsense\n' } };
  const { stdout, stderr, code } = await explainIn(situation, '10.0.0.200');
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^ha: \/etc\/ha\.d\/ha\.cf has errors, /)]);
  expect(stdout).toContain('/etc/ha.d/ha.cf:1        deadtime 1');
});

test.each([
  [
    ['10.0.0.101'],
    1,
    /^ha: nothing is called '10\.0\.0\.101' \(did you mean '10\.0\.0\.100'\?\): known are 10\.0\.0\.100, /,
  ],
  [['lb9'], 1, /^ha: nothing is called 'lb9' \(did you mean 'lb1'\?\)/],
  [['webserver'], 1, /^ha: nothing is called 'webserver': known are /],
  [['--ha-cf', 'none', 'lb1'], 6, /^ha: none: No such file/],
  [[], 2, /missing required argument 'name'/],
])('%j', async (words, code, said) => {
  const result = await explainIn({}, ...words);
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toMatch(said);
});

test('nothing is known where nothing is', async () => {
  const { stderr, code } = await haIn({}, ['explain', 'lb1']);
  expect([code, stderr]).toEqual([1, "ha: nothing is called 'lb1': nothing is known here at all\n"]);
});

test('whatever the files and the word are, it answers', async () => {
  const piece = fc.constantFrom(
    'lb1',
    'node',
    'real',
    '=',
    '10.0.0.100',
    ':80',
    ' ',
    '\n',
    '    ',
    'virtual',
    '\\',
    '::',
    '[',
    '#',
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, text, fc.string({ minLength: 1 }), async (haCf, haResources, director, word) => {
      const files = {
        ...{ '/etc/ha.d/ha.cf': haCf, '/etc/ha.d/haresources': haResources },
        '/etc/ha.d/ldirectord.cf': director,
      };
      for (const silent of ['stopped', undefined] as const) {
        const { code } = await explainIn({ files, ...(silent === undefined ? {} : { silent }) }, '--', word);
        expect([0, 1, 3]).toContain(code);
      }
    }),
    { numRuns: 60 },
  );
});
