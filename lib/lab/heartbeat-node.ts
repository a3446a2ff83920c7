/** A lab host that runs heartbeat, the genuine one or ours, behind one set of commands. */
import type { ExecResult } from '../platform/exec.js';
import { millis } from '../time.js';
import type { Host } from './host.js';
import { installSuite, prepareRunFolders } from './suite-files.js';

export type Implementation = 'ours' | 'genuine';

export interface HeartbeatFiles {
  readonly haCf: string;
  readonly authkeys: string;
  readonly haresources: string;
}

/** Which groups move (heartbeat reference 8.4). */
export type StandbyScope = 'all' | 'local' | 'foreign' | 'failback';

export interface HeartbeatNode {
  readonly host: Host;
  readonly implementation: Implementation;
  /** Starts the daemon; resolves when the command has returned. */
  readonly start: () => Promise<ExecResult>;
  /** Asks for a graceful stop and waits until the daemon is gone. */
  readonly stop: () => Promise<ExecResult>;
  readonly standby: (scope: StandbyScope) => Promise<ExecResult>;
  readonly takeover: (scope: StandbyScope) => Promise<ExecResult>;
  readonly clStatus: (...args: readonly string[]) => Promise<ExecResult>;
  /** The lines of /var/log/ha-log so far. */
  readonly log: () => Promise<readonly string[]>;
}

interface Programs {
  readonly daemon: string;
  readonly standby: string;
  readonly takeover: string;
  readonly clStatus: string;
}

const programs: Readonly<Record<Implementation, Programs>> = {
  // Debian's places (heartbeat reference 1.1).
  genuine: {
    daemon: '/usr/libexec/heartbeat/heartbeat',
    standby: '/usr/share/heartbeat/hb_standby',
    takeover: '/usr/share/heartbeat/hb_takeover',
    clStatus: '/usr/bin/cl_status',
  },
  ours: {
    daemon: '/usr/local/sbin/ha-heartbeat',
    standby: '/usr/local/sbin/hb_standby',
    takeover: '/usr/local/sbin/hb_takeover',
    clStatus: '/usr/local/sbin/cl_status',
  },
};

/** The command lines of one implementation, e.g. to ask a genuine daemon with our cl_status. */
export const heartbeatPrograms = (implementation: Implementation): Programs => programs[implementation];

/** Installs an implementation and its three files on a host; nothing is started yet. */
export const installHeartbeat = async (
  host: Host,
  implementation: Implementation,
  files: HeartbeatFiles,
): Promise<HeartbeatNode> => {
  const { daemon, standby, takeover, clStatus } = programs[implementation];
  if (implementation === 'ours') await installSuite(host);
  else await prepareRunFolders(host);
  await host.write('/etc/ha.d/ha.cf', files.haCf);
  await host.write('/etc/ha.d/haresources', files.haresources);
  // Both implementations refuse keys that others can read (heartbeat reference 2.5).
  await host.write('/etc/ha.d/authkeys', files.authkeys, '600');
  return {
    host,
    implementation,
    start: () => host.run([daemon]),
    stop: () => host.run([daemon, '-k'], { timeout: millis(60_000) }),
    standby: (scope) => host.run([standby, scope]),
    takeover: (scope) => host.run([takeover, scope]),
    clStatus: (...args) => host.run([clStatus, ...args]),
    log: async () => (await host.read('/var/log/ha-log')).split('\n').filter((line) => line !== ''),
  };
};
