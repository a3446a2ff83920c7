/** LVSSyncDaemonSwap: which half of the IPVS connection synchronisation runs here; the other half takes over at stop. */
import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../platform/exec.js';
import { findIpvsadm } from '../platform/ipvsadm-program.js';
import { seconds } from '../time.js';
import type { Agent, AgentContext, AgentResult } from './agent.js';

export type SyncState = 'master' | 'backup';

export interface SyncDaemonSettings {
  /** `[ipvs] engine`: there is nothing to synchronise with nft, and `auto` may end there. */
  readonly engine: 'auto' | 'kernel' | 'nft';
}

const STOPPED = 3;
const ARGUMENTS = 2;

/** Kernel thread names: ipvs_syncmaster up to Linux 2.6.3x, ipvs-m:0:0 since. */
const THREADS: Readonly<Record<SyncState, RegExp>> = {
  master: /^(ipvs_syncmaster|ipvs-m:)/,
  backup: /^(ipvs_syncbackup|ipvs-b:)/,
};

const other = (state: SyncState): SyncState => (state === 'master' ? 'backup' : 'master');

/** The interface and syncid of /etc/default/ipvsadm, where Debian's ipvsadm has them. */
export const parseDefaults = (text: string): { readonly device?: string; readonly syncId?: string } => {
  const value = (name: string): string | undefined =>
    new RegExp(`^[ \\t]*${name}=["']?([A-Za-z0-9_.:-]+)["']?`, 'm').exec(text)?.[1];
  const [device, syncId] = [value('IFACE'), value('SYNCID')];
  return { ...(device === undefined ? {} : { device }), ...(syncId === undefined ? {} : { syncId }) };
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').trimEnd();
  } catch {
    return '';
  }
};

/** The kernel thread of a state; containers do not see it. */
const threadPid = (state: SyncState): number | undefined => {
  const pid = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && THREADS[state].test(readText(`/proc/${name}/comm`)),
  );
  return pid === undefined ? undefined : Number(pid);
};

/** Which states run, by what `ipvsadm --list --daemon` prints. */
export const parseDaemonList = (output: string): readonly SyncState[] =>
  (['master', 'backup'] as const).filter((state) => new RegExp(`^${state} sync daemon`, 'm').test(output));

type Ipvsadm = (...args: readonly string[]) => Promise<{ readonly output: string; readonly failed?: string }>;

/** A caller of ipvsadm(8), or why there is none. */
const ipvsadmFor = (signal: AbortSignal): Ipvsadm => {
  const program = findIpvsadm();
  return async (...args) => {
    if (program === undefined) return { output: '', failed: 'ipvsadm(8) is not installed' };
    const result = await run(program, args, { timeout: seconds(20), signal });
    if (result.code === 0) return { output: result.stdout };
    return { output: '', failed: result.stderr.trim().replace(/\n/g, ' ') || `exit status ${result.code}` };
  };
};

const status = async (state: SyncState, ipvsadm: Ipvsadm): Promise<AgentResult> => {
  const listed = await ipvsadm('--list', '--daemon');
  const pid = threadPid(state);
  const running = listed.failed === undefined ? parseDaemonList(listed.output).includes(state) : pid !== undefined;
  if (!running) return { code: STOPPED, output: `${state} stopped` };
  const thread = pid === undefined ? '' : `\n(ipvs_sync${state} pid: ${pid})`;
  return { code: 0, output: `${state} running${thread}` };
};

/** Ends one half (if it runs) and starts the other. */
const swap = async (
  leave: SyncState,
  enter: SyncState,
  options: readonly string[],
  ipvsadm: Ipvsadm,
): Promise<string | undefined> => {
  const listed = await ipvsadm('--list', '--daemon');
  if (listed.failed !== undefined) return listed.failed;
  const running = parseDaemonList(listed.output);
  if (running.includes(leave)) {
    const { failed } = await ipvsadm('--stop-daemon', leave);
    if (failed !== undefined) return failed;
  }
  return running.includes(enter) ? undefined : (await ipvsadm('--start-daemon', enter, ...options)).failed;
};

const synchronisable = ({ engine }: SyncDaemonSettings, ipvsFailed: string | undefined): boolean =>
  engine === 'kernel' || (engine === 'auto' && !/initialize ipvs|not installed/i.test(ipvsFailed ?? ''));

const change = async (
  verb: 'start' | 'stop',
  state: SyncState,
  args: readonly string[],
  settings: SyncDaemonSettings,
  { log, signal }: AgentContext,
): Promise<AgentResult> => {
  const ipvsadm = ipvsadmFor(signal);
  const defaults = parseDefaults(readText('/etc/default/ipvsadm'));
  const [device, syncId] = [args[0] ?? defaults.device ?? 'eth0', args[1] ?? defaults.syncId];
  const options = ['--mcast-interface', device, ...(syncId === undefined ? [] : ['--syncid', syncId])];
  const [leave, enter] = verb === 'start' ? [other(state), state] : [state, other(state)];
  if (settings.engine === 'nft') {
    log('WARN', 'Connections are not synchronised: the nft engine has no sync daemon');
    return { code: 0, output: '' };
  }
  const failed = await swap(leave, enter, options, ipvsadm);
  if (failed === undefined) return { code: 0, output: '' };
  if (!synchronisable(settings, failed)) {
    // Without ip_vs the nft engine serves; the group must not fail for a convenience that it cannot have.
    log('WARN', `Connections are not synchronised: ${failed}`);
    return { code: 0, output: '' };
  }
  // What matters at a stop is that our half ended; that the other half cannot start is no reason to keep the group.
  const stillRunning = verb === 'stop' && (await status(state, ipvsadm)).code === 0;
  log(verb === 'stop' && !stillRunning ? 'WARN' : 'ERROR', `${enter} sync daemon: ${failed}`);
  return { code: verb === 'stop' && !stillRunning ? 0 : 1, output: failed };
};

/** `LVSSyncDaemonSwap::master[::interface[::syncid]]` */
export const createSyncDaemon = (settings: SyncDaemonSettings): Agent => ({
  name: 'LVSSyncDaemonSwap',
  run: async (verb, args, context) => {
    const [state, ...rest] = args;
    if (state !== 'master' && state !== 'backup') {
      return { code: ARGUMENTS, output: `'${state ?? ''}' is neither master nor backup` };
    }
    if (verb === 'start' || verb === 'stop') return change(verb, state, rest, settings, context);
    return status(state, ipvsadmFor(context.signal));
  },
});
