/** exim inside a host of the lab: a server that takes mail, one that refuses connections, and one that refuses names. */
import type { Host } from '../../../lib/lab/host.js';
import { startInHost } from './started.js';

export const EXIM_PORTS = { smtp: 25, submission: 587, refusesConnections: 26, refusesNames: 27 } as const;

const config = (address: string): string => `
exim_path = /usr/sbin/exim4
spool_directory = /run/exim/spool
log_file_path = /run/exim/%slog
pid_file_path = /run/exim/exim.pid
primary_hostname = mail.example
smtp_banner = mail.example ESMTP ready\\nsecond line
local_interfaces = ${address}
daemon_smtp_ports = ${Object.values(EXIM_PORTS).join(' : ')}
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
acl_smtp_connect = connects
acl_smtp_helo = names

begin acl
connects:
  deny condition = \${if eq{$received_port}{${EXIM_PORTS.refusesConnections}}}
       message = not today
  accept
names:
  deny condition = \${if eq{$received_port}{${EXIM_PORTS.refusesNames}}}
       message = unwelcome
  accept
`;

export const startExim = async (host: Host, address: string): Promise<void> => {
  await host.write('/etc/exim4/exim4.conf', config(address));
  await host.get(['install', '-d', '-o', 'Debian-exim', '/run/exim', '/run/exim/spool']);
  await startInHost(host, ['/usr/sbin/exim4', '-bdf', '-v'], address, Object.values(EXIM_PORTS), ['/run/exim/mainlog']);
};
