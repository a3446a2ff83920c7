/** The directives of ha.cf that set one value each (heartbeat reference 2.2). */
import type { Millis } from '../../time.js';
import { coreDumpLines } from './core-dumps.js';
import type { Context, Directive } from './draft.js';
import { anything, bad, boolean, choice, error, number, time, words } from './kinds.js';
import {
  autoFailback,
  baud,
  env,
  hopfudge,
  niceFailback,
  node,
  pacemaker,
  udpport,
  useLogd,
  watchdog,
} from './own-rules.js';
import { logged, raw } from './start-line.js';

/** The facilities of syslog(3), in the spelling of syslog.conf(5). */
export const FACILITIES = [
  ...['auth', 'authpriv', 'cron', 'daemon', 'ftp', 'kern', 'lpr', 'mail', 'mark', 'news', 'security', 'syslog'],
  ...['user', 'uucp', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7', 'none'],
] as const;

const configBoolean = boolean(
  () => undefined,
  error((value) => `ha_config_check_boolean:Invalid directive value ${value}`),
);

const setter =
  <K extends keyof Context['draft']['set']>(key: K) =>
  (context: Context, value: NonNullable<Context['draft']['set'][K]>): void => {
    context.draft.set[key] = value;
  };

export const SCALARS: Readonly<Record<string, Directive>> = {
  node,
  keepalive: time(1, setter('keepalive')),
  deadtime: time(0, setter('deadtime')),
  warntime: time(1, setter('warntime'), (value) => raw(`Warn time [${value}] is invalid.\n`)),
  initdead: time(0, setter('initdead')),
  deadping: time(0, setter('deadping')),
  udpport,
  baud,
  auto_failback: autoFailback,
  nice_failback: niceFailback,
  logfile: words((context, word) => setter('logfile')(context, word.value)),
  debugfile: words((context, word) => setter('debugfile')(context, word.value)),
  logfacility: choice(
    FACILITIES,
    setter('logfacility'),
    error((value) => `Log facility(${value}) not valid`),
  ),
  use_logd: useLogd,
  conn_logd_time: time(1, () => undefined),
  syslogmsgfmt: boolean(setter('syslogFormat')),
  log_badpack: boolean(setter('logBadPackets')),
  debug: number([0, 255], setter('debug')),
  watchdog,
  env,
  hopfudge,
  msgfmt: choice(['classic', 'netstring'], setter('messageFormat')),
  compression: choice(
    ['zlib', 'bz2'],
    setter('compressionAlgorithm'),
    error((value) => `Compression module(${value}) not found`),
  ),
  compression_threshold: number(
    [1, 1_000_000],
    setter('compressionThreshold'),
    error((value) => `set_compression_threshold: compress_threshhold(${value}) invalid`),
  ),
  traditional_compression: boolean(
    setter('traditionalCompression'),
    error((value) => `set_traditional_compression:Invalid directive value ${value}`),
  ),
  max_rexmit_delay: number(
    [1, 1_000_000],
    (context, value) => setter('maxRexmitDelay')(context, value as Millis),
    error((value) => `Invalid max_rexmit_delay time(${value})`),
  ),
  hbgenmethod: choice(
    ['file', 'time'],
    setter('generationMethod'),
    error((value) => `Illegal hb generation method [${value}]`),
  ),
  uuidfrom: choice(
    ['file', 'nodename'],
    () => undefined,
    error((value) => `Invalid uuidfrom directive [${value}]`),
  ),
  realtime: boolean(setter('realtime')),
  rtprio: number(
    [1, 99],
    setter('realtimePriority'),
    error((value) => `Illegal realtime priority [${value}]`),
  ),
  memreserve: number([1, 999_999_999], () => undefined),
  coredumps: boolean((context, value) => {
    setter('coreDumps')(context, value);
    if (value) context.say(coreDumpLines(context.env));
  }),
  coreroot: words((context, word) => {
    if (!word.value.startsWith('/'))
      bad(context, word, 'a folder is given with its full path', {
        genuine: logged('ERROR', `Invalid core directory [${word.value}]`),
      });
  }),
  use_apphbd: boolean(() => undefined),
  cluster: anything,
  quorum_server: anything,
  autojoin: choice(
    ['none', 'other', 'any'],
    () => undefined,
    error((value) => `Invalid autojoin directive [${value}]`),
  ),
  pacemaker,
  crm: pacemaker,
  crm_daemon_dir: anything,
  crmd_spawns_pengine: configBoolean,
  record_config_changes: configBoolean,
  record_pengine_inputs: configBoolean,
  enable_config_writes: configBoolean,
};
