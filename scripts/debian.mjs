/** The Debian side of the set-up: which listed packages are missing, and how they are installed without starting anything. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const POLICY = '/usr/sbin/policy-rc.d';

/** The packages that scripts/debian-packages.txt lists for a command (`start` or `test`), with their reasons. */
export const listedPackages = (file, mode) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split('|').map((part) => part.trim()))
    .filter(([, modes = '']) => modes.split(',').includes(mode))
    .map(([name, , reason]) => ({ name, reason }));

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
  return present && packages.filter(({ name }) => !present.has(name));
};

/** The one command that installs packages by hand. */
export const installLine = (packages) =>
  `apt-get update && apt-get install -y --no-install-recommends ${packages.map(({ name }) => name).join(' ')}`;

/**
 * Words in front of a command that give it a machine name with a domain, which the set-up of inn2 insists on; the machine
 * keeps its own name. None where the system allows no such thing.
 */
const withFullName = () => {
  const inOwnNames = ['unshare', '--uts', 'sh', '-c', 'hostname ha-suite.example.test && exec "$@"', 'sh'];
  const [file, ...args] = inOwnNames;
  return spawnSync(file, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? inOwnNames : [];
};

/** Runs apt-get without questions; its pages of output are shown only when it fails. */
const apt = (...words) => {
  const [file, ...args] = [...withFullName(), 'apt-get', '-q', ...words];
  const result = spawnSync(file, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' },
  });
  if (result.status !== 0)
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? result.error?.message ?? ''}`);
  return result.status === 0;
};

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

/** Installs packages as root; true when it worked. Says what it does through `say`. */
export const installPackages = (packages, say) => {
  for (const { name, reason } of packages) say(`Debian package ${name}: ${reason}`);
  const before = installed() ?? new Set();
  const names = packages.map(({ name }) => name);
  const install = () => {
    say('apt-get install …');
    return apt('install', '-y', '--no-install-recommends', ...names);
  };
  const update = () => {
    say('refreshing the package lists');
    return apt('update');
  };
  const haveLists =
    existsSync('/var/lib/apt/lists') && readdirSync('/var/lib/apt/lists').some((f) => f.includes('_Packages'));
  const done = withoutStarts(() => (haveLists && install()) || (update() && install()));
  disableUnits([...(installed() ?? [])].filter((name) => !before.has(name)));
  return done;
};
