/** Installs without a package manager: the same files as the package, and a list by which they are removed again. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stage } from './stage.mjs';

const LIST = '/var/lib/ha-suite/installed-files';
const PLACE = '/usr/lib/ha-suite/place';

const isThere = (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
const installed = () =>
  existsSync(LIST)
    ? readFileSync(LIST, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];

const ACCOUNTS = [
  ['getent', ['group', 'haclient'], 'groupadd', ['--system', 'haclient']],
  [
    ...['getent', ['passwd', 'hacluster'], 'useradd'],
    ['--system', '--gid', 'haclient', '--home-dir', '/var/lib/heartbeat', '--shell', '/usr/sbin/nologin', 'hacluster'],
  ],
];

/** The folders above a path that are not there yet. */
const missingAbove = (path) => {
  const folder = dirname(path);
  return isThere(folder) ? [] : [...missingAbove(folder), folder];
};

/** What an earlier installation of ours has and this one lacks. */
const removeStale = (ours, paths) => {
  const wanted = new Set(paths);
  for (const path of ours) {
    if (!wanted.has(path) && isThere(path) && !lstatSync(path).isDirectory()) rmSync(path);
  }
};

/** Answers what is in the way; nothing has been written then. */
export const installDirectly = (at) => {
  const scratch = mkdtempSync(join(tmpdir(), 'ha-suite-install-'));
  try {
    const paths = stage(scratch, { node: realpathSync(process.execPath), at });
    const ours = new Set(installed());
    const inTheWay = paths.filter(
      (path) =>
        isThere(path) &&
        !ours.has(path) &&
        !(lstatSync(path).isDirectory() && lstatSync(join(scratch, path)).isDirectory()),
    );
    // A link that is there for good, whoever has made it.
    const foreign = inTheWay.filter((path) => path !== '/etc/heartbeat');
    if (foreign.length > 0) return foreign;
    const isFolder = (path) => lstatSync(join(scratch, path)).isDirectory();
    // Folders that somebody else has made are not ours to remove.
    const own = paths.filter((path) => !isFolder(path) || ours.has(path) || !isThere(path));
    const list = new Set([...ours, ...paths.flatMap(missingAbove), ...own]);
    if (ours.size > 0) spawnSync(PLACE, ['refresh'], { stdio: 'inherit' });
    removeStale(ours, paths);
    for (const path of paths) {
      if (isFolder(path)) continue;
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      rmSync(path, { force: true });
      cpSync(join(scratch, path), path, { verbatimSymlinks: true });
    }
    for (const path of paths.filter((each) => !isThere(each))) mkdirSync(path, { recursive: true, mode: 0o755 });
    mkdirSync(dirname(LIST), { recursive: true, mode: 0o755 });
    writeFileSync(LIST, `${[...list].sort().join('\n')}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const [look, words, make, options] of ACCOUNTS) {
    if (spawnSync(look, words, { stdio: 'ignore' }).status !== 0) spawnSync(make, options, { stdio: 'inherit' });
  }
  spawnSync(PLACE, ['add'], { stdio: 'inherit' });
  return [];
};

/** Removes what `installDirectly` has written, and folders that are empty then; answers whether there was anything. */
export const removeDirectly = () => {
  const paths = installed();
  if (paths.length === 0) return false;
  spawnSync(PLACE, ['remove'], { stdio: 'inherit' });
  for (const path of [...paths].reverse()) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) rmSync(path, { force: true });
    if (stat?.isDirectory()) {
      try {
        rmdirSync(path);
      } catch {
        // Something else is in it.
      }
    }
  }
  rmSync(dirname(LIST), { recursive: true, force: true });
  return true;
};
