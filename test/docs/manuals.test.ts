/** The manuals are held to what the commands, the parsers and package.json really say, in both directions. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { SUB_COMMANDS } from '../../lib/ha/sub-commands.js';
import { COMMANDS, SPELLINGS } from '../../lib/ipvs/grammar/options.js';
import { manualOf, optionsOf, pageSource, pages } from '../support/manual-pages.js';
import { command, projectRoot } from '../support/paths.js';

const read = (...parts: string[]): string => readFileSync(join(projectRoot, ...parts), 'utf8');
const packageJson = JSON.parse(read('package.json')) as {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

const helpOf = (name: string, ...subCommand: readonly string[]): string => {
  const words = [...subCommand, '--help'];
  const { stdout, stderr } = spawnSync(command(name), words, { encoding: 'utf8', timeout: 120_000 });
  return stdout + stderr;
};

/** Options that a help explains; its examples also show those of other programs. */
const optionsIn = (help: string): readonly string[] =>
  (help.split(/^Examples:$/m)[0] ?? '').match(/(?<![\w/.-])--?[A-Za-z?][a-z-]*/g) ?? [];

const sorted = (words: readonly string[]): readonly string[] => [...new Set(words)].sort();

describe.each(Object.keys(packageJson.bin))('%s', (name) => {
  const help = helpOf(name);

  test('is built', () => {
    expect(existsSync(command(name))).toBe(true);
  });

  test('its help shows examples, each of which calls it', () => {
    const examples = help.split(/^Examples:$/m)[1] ?? '';
    expect(examples).toContain(name === 'ldirectord-ts' ? 'ldirectord' : name);
  });

  // The help of ha-ipvsadm leaves most long forms to the manual, which is held to the grammar below.
  if (name !== 'ha-ipvsadm')
    test('its help and its manual have the same options', () => {
      expect(sorted(optionsOf(manualOf(name)))).toEqual(sorted(optionsIn(help)));
    });
});

describe.each(SUB_COMMANDS)('ha $name', ({ name }) => {
  const help = helpOf('ha', name);
  const manual = manualOf(`ha-${name}`);

  test('its help shows examples, each of which calls it', () => {
    expect(help.split(/^Examples:$/m)[1] ?? '').toContain(`ha ${name}`);
  });

  test('its help and its manual have the same options', () => {
    expect(sorted([...optionsOf(manual), '-h', '--help'])).toEqual(sorted(optionsIn(help)));
  });

  test('its page shows examples and its exit status, and ha(8) refers to it', () => {
    expect([/^\.Sh EXAMPLES$/m.test(manual), /^\.Sh EXIT STATUS$/m.test(manual)]).toEqual([true, true]);
    expect(manualOf('ha')).toContain(`.Xr ha-${name} 8`);
  });
});

test('ha-ipvsadm: the manual has every option of the grammar and no other, the help names none that does not exist', () => {
  const spellings = [...Object.entries(COMMANDS), ...Object.entries(SPELLINGS)].flatMap(([name, entry]) => [
    `--${'long' in entry ? entry.long : name}`,
    ...[...(entry.short ?? '')].map((letter) => `-${letter}`),
  ]);
  const documented = optionsOf(manualOf('ha-ipvsadm'));
  expect(sorted(documented)).toEqual(sorted(spellings));
  const named = optionsIn(helpOf('ha-ipvsadm')).flatMap((word) =>
    word.startsWith('--') ? [word] : [...word.slice(1)].map((letter) => `-${letter}`),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(sorted(named).filter((word) => !spellings.includes(word))).toEqual([]);
});

test('every manual page is mdoc with the sections a reader looks for', () => {
  for (const page of pages) {
    const text = pageSource(page);
    expect([page, text.startsWith('.'), /^\.Sh NAME$/m.test(text), /^\.Sh DESCRIPTION$/m.test(text)]).toEqual([
      page,
      true,
      true,
      true,
    ]);
  }
});

test('every page of a command shows examples and its exit status', () => {
  for (const name of Object.keys(packageJson.bin)) {
    const manual = manualOf(name);
    expect([name, /^\.Sh EXAMPLES$/m.test(manual), /^\.Sh EXIT STATUS$/m.test(manual)]).toEqual([name, true, true]);
  }
});

test('there is a page for every file format', () => {
  for (const format of ['ha.cf', 'authkeys', 'haresources', 'ldirectord.cf', 'ha-suite.ini'])
    expect(manualOf(format)).toContain('.Sh EXAMPLES');
});

test('every page that a page refers to is one of ours in its section, or has a name unlike any of ours', () => {
  const ours = new Map(pages.map((page) => [page.replace(/\.\d$/, ''), page.at(-1)]));
  for (const page of pages) {
    const wrong = [...pageSource(page).matchAll(/\bXr (\S+) (\d)/g)].filter(([, name = '', section]) =>
      ours.has(name) ? ours.get(name) !== section : [...ours.keys()].some((each) => distance(each, name) < 3),
    );
    expect([page, wrong.map(([reference]) => reference)]).toEqual([page, []]);
  }
});

test('the README says why of every run-time dependency', () => {
  const readme = read('README.md');
  for (const name of Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies }))
    expect(readme).toMatch(new RegExp(`^\\| ${name}( \\(optional\\))? \\| .{15,} \\|$`, 'm'));
});
