/**
 * What is put where the genuine packages have their files, if nothing stands there (packaging/debian/place): links to our
 * agents and scripts, and copies of files that an administrator may change.
 */
import { basename, join } from 'node:path';
import { filesBelow } from '../build-stamp.mjs';

const LIBRARY = '/usr/lib/ha-suite';
const SHARE = '/usr/share/ha-suite';

/** Files of these names below packaging/etc are changed by administrators, or belong to a package that may come beside ours. */
const COPIED = ['shellfuncs'];

/** OCF agents have the name that configurations know, which is mostly that of resource-agents, and one that is always ours. */
const OCF_AGENTS = '/usr/lib/ocf/resource.d';
const PROVIDERS = ['heartbeat', 'ha-suite'];

/** `[kind, path, source]` for each of them, sorted by path. */
export const places = () => {
  const agents = filesBelow(join('dist', 'resource.d'))
    .filter((file) => !file.includes('.parts/'))
    .map((file) => [
      'link',
      `/etc/ha.d/resource.d/${basename(file, '.js')}`,
      `${LIBRARY}/resource.d/${basename(file)}`,
    ]);
  const etc = filesBelow(join('packaging', 'etc')).map((file) => {
    const path = file.slice('packaging/etc/'.length);
    return [COPIED.includes(basename(file)) ? 'copy' : 'link', `/etc/${path}`, `${SHARE}/etc/${path}`];
  });
  const ocf = [
    ...filesBelow(join('packaging', 'ocf', 'heartbeat')).map((file) => [
      basename(file),
      `${SHARE}/ocf/heartbeat/${basename(file)}`,
    ]),
    ...filesBelow(join('dist', 'ocf')).map((file) => [basename(file, '.js'), `${LIBRARY}/ocf/${basename(file)}`]),
  ].flatMap(([name, source]) => PROVIDERS.map((provider) => ['link', `${OCF_AGENTS}/${provider}/${name}`, source]));
  const copied = ['init.d', 'logrotate.d', 'default'].flatMap((folder) =>
    filesBelow(join('packaging', folder)).map((file) => [
      ...['copy', `/etc/${folder}/${basename(file)}`, `${SHARE}/${folder}/${basename(file)}`],
    ]),
  );
  return [...agents, ...etc, ...ocf, ...copied].sort(([, one], [, other]) => (one < other ? -1 : 1));
};
