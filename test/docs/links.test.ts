/** Whoever follows a link of the README or of docs/ arrives: at a file that is there, and at a heading that is in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../support/paths.js';

const texts = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(projectRoot, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
/** Code is no text: what looks like a link in it is none. */
const withoutCode = (markdown: string): string => markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '``');

/** The anchor that a heading gets on the usual sites. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchorsOf = (path: string): readonly string[] =>
  [
    ...read(path)
      .replace(/^```.*?^```$/gms, '')
      .matchAll(/^#+ (.*)$/gm),
  ].map(([, heading = '']) => anchor(heading));

test.each(texts)('%s: every link leads somewhere', (path) => {
  const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken = links
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => {
      const [file = '', heading] = target.split('#');
      const there = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(projectRoot, there))) return true;
      return heading !== undefined && !anchorsOf(there).includes(heading);
    });
  expect(broken).toEqual([]);
});

test('the README leads to every page of docs/', () => {
  const readme = read('README.md');
  for (const path of texts.filter((each) => each.startsWith('docs'))) expect(readme).toContain(`(${path})`);
});

test('every index of symptoms has all headings of its page', () => {
  const path = join('docs', 'troubleshooting.md');
  const linked = [
    ...(read(path)
      .split('\n## ')[0]
      ?.matchAll(/\]\(#([^)]+)\)/g) ?? []),
  ].map(([, target]) => target);
  expect(linked.toSorted()).toEqual(anchorsOf(path).slice(1).toSorted());
});
