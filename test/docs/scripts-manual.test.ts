/** The manuals name every command and script that is installed beside the daemon. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/paths.js';

const names = (...folder: readonly string[]): readonly string[] =>
  readdirSync(join(projectRoot, ...folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name.replace(/\.ts$/, ''));

const page = (name: string): string => readFileSync(join(projectRoot, 'man', name), 'utf8');

test.each([...names('share'), ...names('packaging', 'share')])('ha-scripts(7) names %s', (name) => {
  expect(page('ha-scripts.7')).toMatch(new RegExp(`(Nm |, |/)${name}\\b`));
});

test('ha-scripts(7) names the event scripts that an administrator may replace', () => {
  for (const name of names('packaging', 'etc', 'ha.d', 'rc.d').filter((name) => name !== 'ask_resources'))
    expect(page('ha-scripts.7')).toMatch(new RegExp(`[ ,]${name}( |$)`, 'm'));
});

test('lvs.alert(8) names every option that the alert takes', () => {
  const [, options = ''] =
    /getopts (\S+)/.exec(readFileSync(join(projectRoot, 'packaging/mon/lvs.alert'), 'utf8')) ?? [];
  // What mon may add to say which kind of alert it is, like -u.
  const kinds = ['a', 'D', 'T', 'O'];
  const letters = options
    .replaceAll(':', '')
    .split('')
    .filter((letter) => !kinds.includes(letter));
  expect(letters.length).toBeGreaterThan(8);
  for (const letter of letters) expect(page('lvs.alert.8')).toContain(`Fl ${letter}`);
});
