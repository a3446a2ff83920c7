/** What a program found out inside User-Mode Linux: one boot for all tests of a file. To be called at the top of it only. */
import { join } from 'node:path';
import { projectRoot } from '../support/paths.js';
import { runInUml } from '../support/uml.js';

/**
 * Runs a script of this folder before the tests; the function that comes back gives its findings by name. `deadline` in
 * milliseconds, for a machine that does much else.
 */
export const findingsOf = (script: string, deadline = 400_000): ((name: string) => unknown) => {
  const program = join(projectRoot, 'dist', 'build', 'test', 'ipvs', script);
  const found = new Map<string, unknown>();
  beforeAll(async () => {
    for (const line of await runInUml(program, { deadline })) {
      const { name, value } = line as { readonly name: string; readonly value: unknown };
      found.set(name, value);
    }
  }, deadline + 20_000);
  return (name) => {
    if (!found.has(name)) throw new Error(`nothing was found about: ${name}`);
    return found.get(name);
  };
};
