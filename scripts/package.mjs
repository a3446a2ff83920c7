/**
 * Builds dist/ha-suite_VERSION_ARCHITECTURE.deb: everything the commands need but Node itself. The same sources give the same
 * bytes; SOURCE_DATE_EPOCH, or else the time of the last commit, stands for the time.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuilt } from './build-stamp.mjs';
import { debianArchitecture } from './package/architecture.mjs';
import { runtimePackages } from './package/runtime-packages.mjs';
import { stage } from './package/stage.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = join('packaging', 'debian');
const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'];

const isOnPath = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Seconds since 1970 that stand for the time of the build. */
export const sourceTime = () => {
  if (process.env.SOURCE_DATE_EPOCH !== undefined) return Number(process.env.SOURCE_DATE_EPOCH);
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : 0;
};

const everythingBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...everythingBelow(path)] : [path];
  });

/** With a native part the package is for one architecture and needs the C and C++ libraries. */
const target = () => {
  const isNative = runtimePackages().some((name) => name.startsWith('@koromix/'));
  if (!isNative) return { architecture: 'all', libraries: '' };
  if (debianArchitecture === undefined) throw new Error(`Debian has no architecture for ${process.arch}`);
  return { architecture: debianArchitecture, libraries: ', libc6 (>= 2.28), libstdc++6' };
};

const writeControl = (folder, control, paths) => {
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'control'), control, { mode: 0o644 });
  copyFileSync(join(SOURCES, 'triggers'), join(folder, 'triggers'));
  chmodSync(join(folder, 'triggers'), 0o644);
  for (const script of SCRIPTS) {
    copyFileSync(join(SOURCES, script), join(folder, script));
    chmodSync(join(folder, script), 0o755);
  }
  const sums = paths
    .filter(([, path]) => lstatSync(path).isFile())
    .map(([name, path]) => `${createHash('md5').update(readFileSync(path)).digest('hex')}  ${name}`);
  writeFileSync(join(folder, 'md5sums'), `${sums.sort().join('\n')}\n`, { mode: 0o644 });
};

/** Builds the package and answers its path, relative to the repository. */
export const buildPackage = () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { architecture, libraries } = target();
  const at = sourceTime();
  const scratch = join('dist', 'package');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o755 });
  stage(scratch, { node: '/usr/bin/node', at });
  const overrides = join(scratch, 'usr/share/lintian/overrides');
  mkdirSync(overrides, { recursive: true, mode: 0o755 });
  copyFileSync(join(SOURCES, 'lintian-overrides'), join(overrides, 'ha-suite'));
  const all = everythingBelow(scratch).map((path) => [path.slice(scratch.length + 1), path]);
  const size = all.reduce(
    (sum, [, path]) => sum + (lstatSync(path).isFile() ? Math.ceil(lstatSync(path).size / 1024) : 1),
    0,
  );
  const control = readFileSync(join(SOURCES, 'control'), 'utf8')
    .replace('@VERSION@', `${version}-1`)
    .replace('@ARCHITECTURE@', architecture)
    .replace('@LIBRARIES@', libraries)
    .replace('@SIZE@', String(size));
  writeControl(join(scratch, 'DEBIAN'), control, all);
  const file = join('dist', `ha-suite_${version}-1_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', scratch, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(at) },
  });
  rmSync(scratch, { recursive: true, force: true });
  return file;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.chdir(root);
  if (!isOnPath('dpkg-deb')) {
    console.error(
      'dpkg-deb is missing: the package can be built on Debian and its relatives only (npm run install-system installs anywhere).',
    );
    process.exit(1);
  }
  if (!isBuilt()) execFileSync(process.execPath, [join('scripts', 'build.mjs')], { stdio: 'inherit' });
  console.log(buildPackage());
}
