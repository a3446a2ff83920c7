/** mandoc, which knows the mdoc language best, has nothing to complain about in our manual pages. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../support/paths.js';

/** Whether a page of another package is installed here is not our affair; test/docs holds the references to the pages there are. */
const ABOUT_THIS_MACHINE = /STYLE: referenced manual not found|outdated mandoc\.db|^$/;

/** `FILE:LINE:COLUMN: LEVEL: COMPLAINT` for each finding. */
const lint = (paths: readonly string[]): readonly string[] => {
  const { stdout, error } = spawnSync('mandoc', ['-Tlint', '-Wall', ...paths], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stdout.split('\n').filter((line) => !ABOUT_THIS_MACHINE.test(line));
};

test('the manual pages', () => {
  const folder = join(projectRoot, 'man');
  const pages = readdirSync(folder).map((name) => join(folder, name));
  expect(pages.length).toBeGreaterThan(10);
  expect(lint(pages)).toEqual([]);
});

test('a page with mistakes is complained about', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-suite-man-'));
  try {
    const page = join(folder, 'bad.8');
    writeFileSync(
      page,
      `.Dd November 21, 2026\n.Dt BAD 8\n.Os\n.Sh NAME\n.Nm bad\n.Nd ${'long '.repeat(3)}\n${'x '.repeat(50)}\n.Bl\n`,
    );
    expect(lint([page]).join('\n')).toMatch(/longer than 80 bytes[\s\S]*(ERROR|WARNING)/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
