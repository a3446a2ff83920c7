/** A receive pattern that backtracks without end must not stop the daemon: nothing else could run meanwhile. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/paths.js';

/** Runs in a process of its own, because the setting is one of the whole engine. */
const search = (limited: boolean): string => {
  const built = (file: string): string =>
    JSON.stringify(pathToFileURL(join(projectRoot, 'dist/build/lib/ldirectord', file)).href);
  const script = `
    import { limitBacktracking } from ${built('wiring/regexp-limit.js')};
    import { receiveMatcher } from ${built('checks/receive.js')};
    if (${limited}) limitBacktracking();
    process.stdout.write(String(receiveMatcher('(a+)+b')('a'.repeat(60) + 'cab')));
  `;
  try {
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 3000 });
  } catch {
    return 'no answer in time';
  }
};

test('the search ends, with the right answer', () => {
  expect(search(true)).toBe('true');
});

test('without it the search is given up when its time is over', () => {
  expect(search(false)).toBe('false');
});
