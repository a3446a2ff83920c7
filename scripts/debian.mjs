/** The Debian side of the set-up: which listed packages are missing, and how they are installed without starting anything. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const POLICY = '/usr/sbin/policy-rc.d';

/** Below this folder of the project lie the programs that are taken out of packages, with the paths they have there. */
const TAKEN = join('.setup', 'debian');

/**
 * The packages that scripts/debian-packages.txt lists for a command (`start` or `test`), with their reasons. `file`: only
 * this program of the package is wanted.
 */
export const listedPackages = (file, mode) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split('|').map((part) => part.trim()))
    .filter(([, modes = '']) => modes.split(',').includes(mode))
    .map(([what, , reason]) => {
      const [name, file] = what.split(':');
      return { name, file, reason };
    });

/** Names of all installed packages among `names` (or of all there are); undefined when this is no Debian. */
const installed = (names = []) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are the placeholders of dpkg-query
  const format = '${db:Status-Status} ${Package}\\n';
  const query = spawnSync('dpkg-query', ['-W', '-f', format, ...names], {
    encoding: 'utf8',
  });
  if (query.error) return undefined;
  return new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  );
};

/** Those of the packages that are not installed; undefined when this is no Debian. */
export const missingPackages = (packages) => {
  const present = installed(packages.map(({ name }) => name));
  const isThere = ({ name, file }) => (file === undefined ? present.has(name) : existsSync(join(TAKEN, file)));
  return present && packages.filter((one) => !isThere(one));
};

/** The shell commands that take one program out of its package. */
const takeLine = ({ name, file }) =>
  `apt-get download ${name} && mkdir -p ${TAKEN} && dpkg-deb --fsys-tarfile ${name}_*.deb | tar -xC ${TAKEN} .${file}`;

/** The one line of commands that does it by hand. */
export const installLine = (packages) => {
  const whole = packages.filter(({ file }) => file === undefined).map(({ name }) => name);
  return [
    'apt-get update',
    ...(whole.length === 0 ? [] : [`apt-get install -y --no-install-recommends ${whole.join(' ')}`]),
    ...packages.filter(({ file }) => file !== undefined).map(takeLine),
  ].join(' && ');
};

/**
 * Words in front of a command that give it a machine name with a domain, which the set-up of inn2 insists on; the machine
 * keeps its own name. None where the system allows no such thing.
 */
const withFullName = () => {
  const inOwnNames = ['unshare', '--uts', 'sh', '-c', 'hostname ha-suite.example.test && exec "$@"', 'sh'];
  const [file, ...args] = inOwnNames;
  return spawnSync(file, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? inOwnNames : [];
};

/** Runs a program without questions; its pages of output are shown only when it fails. */
const quietly = ([file, ...args], cwd) => {
  const result = spawnSync(file, args, {
    encoding: 'utf8',
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' },
  });
  if (result.status !== 0)
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? result.error?.message ?? ''}`);
  return result.status === 0;
};

const apt = (...words) => quietly([...withFullName(), 'apt-get', '-q', ...words]);

/** Runs `action` while invoke-rc.d is told to start nothing; an administrator's own policy stays as it is. */
const withoutStarts = (action) => {
  if (existsSync(POLICY)) return action();
  writeFileSync(
    POLICY,
    '#!/bin/sh\n# Put here by the set-up of ha-suite while it installs packages; 101 = start nothing.\nexit 101\n',
    {
      mode: 0o755,
    },
  );
  try {
    return action();
  } finally {
    rmSync(POLICY, { force: true });
  }
};

/** A machine that runs tests must not become a cluster node at its next boot: disables the units of new packages. */
const disableUnits = (packages) => {
  if (packages.length === 0) return;
  const { stdout = '' } = spawnSync('dpkg-query', ['-L', ...packages], { encoding: 'utf8' });
  const units = [...stdout.matchAll(/\/systemd\/system\/([^/\s]+\.service)$/gm)].map(([, unit]) => unit);
  if (units.length > 0) spawnSync('systemctl', ['disable', '--quiet', ...units], { stdio: 'ignore' });
};

const haveLists = () =>
  existsSync('/var/lib/apt/lists') && readdirSync('/var/lib/apt/lists').some((f) => f.includes('_Packages'));

/** Tries with the package lists that are there, and once more with fresh ones. */
const withLists = (action, say) => {
  if (haveLists() && action()) return true;
  say('refreshing the package lists');
  return apt('update') && action();
};

/** Takes one program out of its package, which is not installed; true when it worked. */
const take = ({ name, file }) => {
  mkdirSync(TAKEN, { recursive: true });
  const folder = mkdtempSync(join(TAKEN, 'download-'));
  const unpack = 'dpkg-deb --fsys-tarfile ./*.deb | tar -x "./$1"';
  try {
    if (!quietly(['apt-get', '-q', 'download', name], folder)) return false;
    if (!quietly(['sh', '-c', unpack, 'sh', file.slice(1)], folder)) return false;
    mkdirSync(dirname(join(TAKEN, file)), { recursive: true });
    renameSync(join(folder, file), join(TAKEN, file));
    return true;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Installs packages as root; true when it worked. */
const install = (packages, say) => {
  if (packages.length === 0) return true;
  const before = installed() ?? new Set();
  const names = packages.map(({ name }) => name);
  const once = () => {
    say('apt-get install …');
    return apt('install', '-y', '--no-install-recommends', ...names);
  };
  const done = withoutStarts(() => withLists(once, say));
  disableUnits([...(installed() ?? [])].filter((name) => !before.has(name)));
  return done;
};

/** Installs packages as root, or takes programs out of them; true when it worked. Says what it does through `say`. */
export const installPackages = (packages, say) => {
  for (const { name, file, reason } of packages)
    say(`Debian package ${name}${file === undefined ? '' : ` (only ${file})`}: ${reason}`);
  const whole = packages.filter(({ file }) => file === undefined);
  const parts = packages.filter(({ file }) => file !== undefined);
  return install(whole, say) && parts.every((part) => withLists(() => take(part), say));
};
