/** Optional packages: loaded when used, and named in the log where they are missing. */
import { loadDriver } from '../../../lib/ldirectord/checks/driver.js';

test('a package that is there', async () => {
  expect(await loadDriver('mysql', 'mysql2', async () => 'driver')).toEqual({ driver: 'driver' });
});

test('one that is missing: L7EXEC, and a line that says what to do', async () => {
  const name = 'no-such-package-anywhere';
  expect(await loadDriver('mysql', name, () => import(name))).toEqual({
    failure: {
      state: 'down',
      cause: 'L7EXEC',
      detail: `no ${name}`,
      text: '',
      note: expect.stringMatching(
        /^service=mysql needs the npm package 'no-such-package-anywhere', which cannot be loaded \(Cannot find .*\): install it where ha-suite is installed \(npm install no-such-package-anywhere\)/,
      ) as string,
    },
  });
});

test('all that the checks ask for are optional dependencies', async () => {
  for (const name of ['mysql2', 'pg', 'oracledb']) expect(await import(name)).toBeDefined();
});
