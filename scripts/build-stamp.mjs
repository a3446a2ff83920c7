/** Says whether dist/ was built from the sources as they are now: one hash over names, sizes and times of change. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['bin', 'lib', 'ocf', 'resource.d', 'share', 'test'];
const FILES = ['scripts/build.mjs', 'tsconfig.json', 'package-lock.json'];
const STAMP = join('dist', '.built-from');

/** Every file below a folder, as paths relative to the working directory; nothing when there is no such folder. */
export const filesBelow = (folder) => {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
};

/** The state of all sources as one hexadecimal hash. */
export const sourceState = () => {
  const hash = createHash('sha1');
  for (const file of [...FOLDERS.flatMap(filesBelow).filter((name) => name.endsWith('.ts')), ...FILES].sort()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
};

/** Whether the last complete build was made from the present sources. */
export const isBuilt = () => {
  try {
    return readFileSync(STAMP, 'utf8') === sourceState();
  } catch {
    return false;
  }
};

/** Notes that a build of sources in the given state is complete. */
export const markBuilt = (state) => writeFileSync(STAMP, state);
