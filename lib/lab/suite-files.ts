/** Installs the suite into a lab host the way a package does: commands on the search path, agents in resource.d. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from './host.js';

const findRoot = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));

/** The folder of this installation, with dist/, packaging/ and compat-fixtures/. */
export const suiteRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Empty configuration folder, our agents, and the user and group that heartbeat's files belong to. */
const INSTALL = `
set -eu
rm -rf /etc/ha.d
mkdir -p /etc/ha.d/resource.d /etc/ha.d/rc.d /etc/ha.d/conf
for file in "$1"/dist/bin/*.js; do name=\${file##*/}; ln -sf "$file" "/usr/local/sbin/\${name%.js}"; done
for file in "$1"/dist/resource.d/*.js; do
  [ -e "$file" ] || continue
  name=\${file##*/}; ln -s "$file" "/etc/ha.d/resource.d/\${name%.js}"
done
`;

/** What the init script or tmpfiles.d of either implementation prepares (heartbeat reference 1.2). */
const RUN_FOLDERS = `
set -eu
getent group haclient >/dev/null || echo 'haclient:x:990:' >>/etc/group
getent passwd hacluster >/dev/null || echo 'hacluster:x:990:990::/var/lib/heartbeat:/usr/sbin/nologin' >>/etc/passwd
mkdir -p /run/heartbeat /run/resource-agents /var/lib/heartbeat/cores/root /var/lib/heartbeat/cores/hacluster /var/lib/heartbeat/cores/nobody
chown hacluster:haclient /run/heartbeat
chmod 750 /run/heartbeat
chmod 1755 /run/resource-agents
`;

/** Makes the folders that a running heartbeat, genuine or ours, expects. */
export const prepareRunFolders = async (host: Host): Promise<void> => {
  if (!host.ownFiles) throw new Error(`${host.name} shares the files of this machine: nothing is installed there`);
  await host.get(['sh', '-c', RUN_FOLDERS]);
};

/** Puts the suite's commands and agents in place; whatever the machine has in /etc/ha.d is not seen by the host. */
export const installSuite = async (host: Host): Promise<void> => {
  await prepareRunFolders(host);
  await host.get(['sh', '-c', INSTALL, 'install', suiteRoot]);
};
