/** Where this installation stands. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const findRoot = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));

/** The folder of this installation, with dist/, packaging/ and compat-fixtures/. */
export const suiteRoot = findRoot(dirname(fileURLToPath(import.meta.url)));
