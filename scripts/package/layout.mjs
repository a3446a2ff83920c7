/** Every file of an installation: where it stands and what it is made from. */
import { statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { filesBelow } from '../build-stamp.mjs';
import { filesOf, runtimePackages } from './runtime-packages.mjs';

const LIBRARY = '/usr/lib/ha-suite';
const SHARE = '/usr/share/ha-suite';

/** Commands on the search path, by folder: their own names, and the genuine ones. */
const COMMANDS = {
  '/usr/bin': { cl_status: 'cl_status' },
  '/usr/sbin': {
    ...{ ha: 'ha', 'ha-heartbeat': 'ha-heartbeat', 'ldirectord-ts': 'ldirectord-ts', 'ha-ipvsadm': 'ha-ipvsadm' },
    ...{
      'ha-realserver': 'ha-realserver',
      ldirectord: 'ldirectord-ts',
      send_arp: 'send_arp',
      hb_standby: 'hb_standby',
      hb_takeover: 'hb_takeover',
    },
  },
  '/usr/libexec/heartbeat': { heartbeat: 'ha-heartbeat', ipfail: 'ipfail' },
  // Where the genuine packages of other distributions and older releases have them: `respawn` lines name these.
  '/usr/lib/heartbeat': { heartbeat: 'ha-heartbeat', ipfail: 'ipfail' },
};

/** Commands of bin/ that genuine has in its share folder; those of share/ are all there. */
const SHARED = ['hb_standby', 'hb_takeover'];

/** Second names of manual pages. */
const MANUAL_LINKS = { 'heartbeat.8': 'ha-heartbeat.8', 'ldirectord.8': 'ldirectord-ts.8' };

const FOLDERS = [
  ...['/etc/ha.d', '/etc/ha.d/conf', '/etc/ha.d/rc.d', '/etc/ha.d/resource.d'],
  ...['root', 'hacluster', 'nobody'].map((user) => `/var/lib/heartbeat/cores/${user}`),
];

const file = (path, from, how = {}) => ({ kind: 'file', path, from, mode: 0o644, ...how });
/** Debian wants a link within /usr to be a relative one. */
const link = (path, to) => ({ kind: 'link', path, to: to.startsWith('/') ? relative(dirname(path), to) : to });

/** Files of a folder of the repository, at the same relative places below another one. */
const tree = (from, to) =>
  filesBelow(from).map((source) =>
    file(`${to}${source.slice(from.length)}`, source, { mode: statSync(source).mode & 0o111 ? 0o755 : 0o644 }),
  );

/** The built commands of a folder, and the parts they load. */
const built = (folder) =>
  filesBelow(join('dist', folder)).map((source) => {
    const how = source.includes('.parts/') ? { isPart: true } : { mode: 0o755, isProgram: true };
    return file(`${LIBRARY}/${source.slice('dist/'.length)}`, source, how);
  });

const shared = () => [
  ...SHARED.map((name) => ['bin', name]),
  ...filesBelow(join('dist', 'share'))
    .filter((source) => !source.includes('.parts/'))
    .map((source) => ['share', basename(source, '.js')]),
];

const commands = () =>
  Object.entries(COMMANDS).flatMap(([folder, names]) =>
    Object.entries(names).map(([name, command]) => link(`${folder}/${name}`, `${LIBRARY}/bin/${command}.js`)),
  );

const manuals = () => [
  ...filesBelow('man').map((page) =>
    file(`/usr/share/man/man${page.at(-1)}/${basename(page)}.gz`, page, { isPacked: true }),
  ),
  ...Object.entries(MANUAL_LINKS).map(([name, page]) => link(`/usr/share/man/man8/${name}.gz`, `${page}.gz`)),
];

/**
 * `kind: 'file'` with `from` (a path in the repository), `mode`, and whether it is to be compressed (`isPacked`), begins with
 * the line that names its interpreter (`isProgram`), or is a part of such a one (`isPart`); `kind: 'link'` with `to`; `kind: 'folder'`.
 */
export const layout = () => [
  ...FOLDERS.map((path) => ({ kind: 'folder', path })),
  ...['bin', 'ocf', 'resource.d', 'share'].flatMap(built),
  ...runtimePackages()
    .flatMap(filesOf)
    .map((path) => file(`${LIBRARY}/node_modules/${path}`, join('node_modules', path))),
  file(`${LIBRARY}/place`, 'packaging/debian/place', { mode: 0o755 }),
  file('/usr/sbin/ha-suite-divert-ipvsadm', 'packaging/debian/ha-suite-divert-ipvsadm', { mode: 0o755 }),
  ...commands(),
  ...shared().map(([folder, name]) => link(`/usr/share/heartbeat/${name}`, `${LIBRARY}/${folder}/${name}.js`)),
  ...tree('packaging/share', '/usr/share/heartbeat'),
  ...['etc', 'ocf', 'mon', 'init.d', 'logrotate.d', 'default', 'schema'].flatMap((folder) =>
    tree(`packaging/${folder}`, `${SHARE}/${folder}`),
  ),
  ...tree('packaging/systemd', '/lib/systemd/system'),
  ...tree('packaging/tmpfiles.d', '/usr/lib/tmpfiles.d'),
  file('/usr/share/bash-completion/completions/ha-suite', 'packaging/bash-completion/ha-suite'),
  ...[
    'ha-heartbeat',
    'ldirectord',
    'ldirectord-ts',
    'cl_status',
    'hb_standby',
    'hb_takeover',
    'ha-suite-divert-ipvsadm',
  ].map((name) => link(`/usr/share/bash-completion/completions/${name}`, 'ha-suite')),
  ...manuals(),
  ...tree('packaging/examples', '/usr/share/doc/ha-suite/examples'),
  ...filesBelow('docs').map((page) => file(`/usr/share/doc/ha-suite/${basename(page)}`, page)),
  file('/usr/share/doc/ha-suite/README.md', 'README.md'),
  link('/etc/heartbeat', 'ha.d'),
];
