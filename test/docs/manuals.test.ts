/** The manuals and the README are held to what the commands and package.json really say. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, projectRoot } from '../support/paths.js';

const read = (...parts: string[]): string => readFileSync(join(projectRoot, ...parts), 'utf8');
const packageJson = JSON.parse(read('package.json')) as {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

const manualOf = (name: string): string => {
  const page = readdirSync(join(projectRoot, 'man')).find((file) => file.replace(/\.\d$/, '') === name);
  if (page === undefined) throw new Error(`no manual page for ${name}`);
  return read('man', page);
};

/** mdoc writes `--json` as `Fl -json`; both spellings count. */
const mentions = (manual: string, option: string): boolean => {
  const plain = manual.replaceAll('\\-', '-');
  const word = option.replace(/^--?/, '');
  return new RegExp(`(^|[^\\w-])(--?|Fl -?)${word}([^\\w-]|$)`, 'm').test(plain);
};

describe.each(Object.keys(packageJson.bin))('%s', (name) => {
  test('is built', () => {
    expect(existsSync(command(name))).toBe(true);
  });

  test('its manual names every long option of --help', () => {
    const { stdout, stderr } = spawnSync(command(name), ['--help'], { encoding: 'utf8', timeout: 10_000 });
    const options = [...new Set((stdout + stderr).match(/(?<![\w-])--[a-z][a-z-]+/g) ?? [])];
    const manual = manualOf(name);
    expect(options.filter((option) => !mentions(manual, option))).toEqual([]);
  });
});

test('every manual page is mdoc with the sections a reader looks for', () => {
  for (const page of readdirSync(join(projectRoot, 'man'))) {
    const text = read('man', page);
    expect([page, text.startsWith('.'), /^\.Sh NAME$/m.test(text), /^\.Sh DESCRIPTION$/m.test(text)]).toEqual([
      page,
      true,
      true,
      true,
    ]);
  }
});

test('there is a page for every file format', () => {
  for (const format of ['ha.cf', 'authkeys', 'haresources', 'ldirectord.cf', 'ha-suite.ini'])
    expect(manualOf(format)).toContain('.Sh DESCRIPTION');
});

test('the README says why of every run-time dependency', () => {
  const readme = read('README.md');
  for (const name of Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies }))
    expect(readme).toMatch(new RegExp(`^\\| ${name}( \\(optional\\))? \\| .{15,} \\|$`, 'm'));
});

test('every relative link of the README leads somewhere', () => {
  for (const [, target] of read('README.md').matchAll(/\]\(([^)#:]+)\)/g))
    expect([target, existsSync(join(projectRoot, target ?? ''))]).toEqual([target, true]);
});
