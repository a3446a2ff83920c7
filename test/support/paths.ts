/** Where the tests find the project's own files, independent of the working directory. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const findRoot = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));

/** The folder that holds package.json. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A path inside compat-fixtures. */
export const fixture = (...parts: readonly string[]): string => join(projectRoot, 'compat-fixtures', ...parts);

/** The built file of a command, e.g. `command('cl_status')`. */
export const command = (name: string): string => join(projectRoot, 'dist', 'bin', `${name}.js`);
