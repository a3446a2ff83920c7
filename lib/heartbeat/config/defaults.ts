/** Fills in what ha.cf leaves open (heartbeat reference 2.2 and 2.3, steps 2, 4, 8, 10 and 11). */
import { type Millis, millis } from '../../time.js';
import type { Draft } from './draft.js';
import type { Environment } from './environment.js';
import { portOf } from './media.js';
import type { HaConfig } from './model.js';

/** What `cl_status hbparameter` answers for values that the file leaves open. */
export const DEFAULT_PARAMETERS: Readonly<Record<string, string>> = {
  cluster: 'linux-ha',
  hopfudge: '1',
  keepalive: '1000ms',
  deadtime: '30000ms',
  baud: '19200',
  auto_failback: 'legacy',
  hbgenmethod: 'file',
  realtime: 'true',
  msgfmt: 'classic',
  conn_logd_time: '60',
  log_badpack: 'true',
  syslogmsgfmt: 'true',
  coredumps: 'true',
  pacemaker: 'false',
  autojoin: 'none',
  uuidfrom: 'file',
  compression: 'zlib',
  compression_threshold: '2',
  traditional_compression: 'no',
  max_rexmit_delay: '250',
  record_config_changes: 'on',
  record_pengine_inputs: 'on',
  enable_config_writes: 'on',
  memreserve: '6500',
};

/** Deadtime above 10 s, else 12 s below 6 s, else twice the deadtime. */
export const defaultInitdead = (deadtime: Millis): Millis => {
  if (deadtime > 10_000) return deadtime;
  return deadtime < 6_000 ? millis(12_000) : millis(2 * deadtime);
};

/** The configuration that the daemon works with. */
export const complete = (draft: Draft, env: Environment): HaConfig => {
  const { set } = draft;
  const keepalive = set.keepalive ?? millis(1000);
  const deadtime = set.deadtime ?? millis(30_000);
  const warntime = set.warntime ?? millis(Math.floor(deadtime / 2));
  const initdead = set.initdead ?? defaultInitdead(deadtime);
  const deadping = set.deadping ?? deadtime;
  const udpPort = portOf({ draft, env });
  return {
    nodes: draft.nodes,
    media: draft.media,
    keepalive,
    deadtime,
    warntime,
    initdead,
    deadping,
    udpPort,
    autoFailback: set.autoFailback ?? 'legacy',
    hopfudge: set.hopfudge ?? 1,
    messageFormat: set.messageFormat ?? 'classic',
    compression: {
      algorithm: set.compressionAlgorithm ?? 'zlib',
      threshold: (set.compressionThreshold ?? 2) * 1024,
      traditional: set.traditionalCompression ?? false,
    },
    maxRexmitDelay: set.maxRexmitDelay ?? millis(250),
    generationMethod: set.generationMethod ?? 'file',
    logfile: set.logfile,
    debugfile: set.debugfile,
    logfacility: set.logfacility,
    useLogd: set.useLogd ?? false,
    syslogFormat: set.syslogFormat ?? true,
    logBadPackets: set.logBadPackets ?? true,
    debug: set.debug ?? 0,
    realtime: set.realtime ?? true,
    realtimePriority: set.realtimePriority,
    coreDumps: set.coreDumps ?? true,
    watchdog: set.watchdog,
    fencing: set.fencing,
    clients: draft.clients,
    apiAuth: draft.apiAuth,
    environment: draft.environment,
    parameters: {
      ...DEFAULT_PARAMETERS,
      // Known to clients and scripts, yet not in the table of -D.
      debug: '0',
      warntime: `${warntime}ms`,
      initdead: `${initdead}ms`,
      deadping: `${deadping}ms`,
      udpport: `${udpPort}`,
      ...draft.parameters,
    },
  };
};
