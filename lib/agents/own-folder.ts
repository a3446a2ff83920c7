/** Where the suite's own files stand on this machine: the built commands and resource agents. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Looks upwards from a file for the folder that holds `bin` and `resource.d` with our built files. */
const findUpwards = (folder: string, wanted: string): string | undefined => {
  for (const candidate of [join(folder, wanted), join(folder, 'dist', wanted)]) {
    if (existsSync(candidate)) return realpathSync(candidate);
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(parent, wanted);
};

const here = dirname(fileURLToPath(import.meta.url));

/** The folder of the built resource agents (`dist/resource.d`), or undefined where they are not built. */
export const ownResourceFolder = (): string | undefined => {
  const agent = findUpwards(here, join('resource.d', 'IPaddr.js'));
  return agent === undefined ? undefined : dirname(agent);
};

/** The built file of one of our commands, e.g. `ldirectord-ts`, or undefined. */
export const ownCommand = (name: string): string | undefined => findUpwards(here, join('bin', `${name}.js`));
