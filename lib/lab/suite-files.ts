/** Installs the suite into a lab host the way a package does: commands on the search path, agents in resource.d. */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Host } from './host.js';
import { suiteRoot } from './suite-root.js';

export { suiteRoot };

/** A link for every command of one folder of dist/, named as an administrator calls it. */
const linksTo = (folder: string, into: string): readonly (readonly [target: string, path: string])[] => {
  const built = join(suiteRoot, 'dist', folder);
  const names = existsSync(built) ? readdirSync(built).filter((name) => name.endsWith('.js')) : [];
  return names.map((name) => [join(built, name), join(into, basename(name, '.js'))]);
};

const requireOwnFiles = (host: Host): void => {
  if (!host.ownFiles) throw new Error(`${host.name} shares the files of this machine: nothing is installed there`);
};

/** Adds a line to a table like /etc/group unless the name is there; gives the number in its third column. */
const numberOf = (table: string, name: string, line: string): number => {
  const find = (): string | undefined =>
    readFileSync(table, 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`${name}:`));
  if (find() === undefined) appendFileSync(table, `${line}\n`);
  return Number(find()?.split(':')[2]);
};

/**
 * Makes the folders that a running heartbeat, genuine or ours, expects, and the user and group that they belong to, as
 * the init script or tmpfiles.d of either does (heartbeat reference 1.2).
 */
export const prepareRunFolders = async (host: Host): Promise<void> => {
  requireOwnFiles(host);
  const at = host.outside;
  const group = numberOf(at('/etc/group'), 'haclient', 'haclient:x:990:');
  const user = numberOf(
    at('/etc/passwd'),
    'hacluster',
    `hacluster:x:990:${group}::/var/lib/heartbeat:/usr/sbin/nologin`,
  );
  for (const name of ['root', 'hacluster', 'nobody']) {
    mkdirSync(at(`/var/lib/heartbeat/cores/${name}`), { recursive: true });
  }
  mkdirSync(at('/run/heartbeat'), { recursive: true });
  chownSync(at('/run/heartbeat'), user, group);
  chmodSync(at('/run/heartbeat'), 0o750);
  mkdirSync(at('/run/resource-agents'), { recursive: true });
  chmodSync(at('/run/resource-agents'), 0o1755);
};

/**
 * Puts the suite's commands and agents in place, beside empty configuration folders; whatever the machine has in
 * /etc/ha.d is not seen by the host.
 */
export const installSuite = async (host: Host): Promise<void> => {
  await prepareRunFolders(host);
  rmSync(host.outside('/etc/ha.d'), { recursive: true, force: true });
  for (const folder of ['resource.d', 'rc.d', 'conf']) {
    mkdirSync(host.outside(`/etc/ha.d/${folder}`), { recursive: true });
  }
  const links = [
    ...linksTo('bin', host.outside('/usr/local/sbin')),
    ...linksTo('resource.d', host.outside('/etc/ha.d/resource.d')),
  ];
  for (const [target, path] of links) {
    rmSync(path, { force: true });
    symlinkSync(target, path);
  }
};
