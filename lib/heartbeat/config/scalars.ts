/** The directives of ha.cf that set one value each (heartbeat reference 2.2). */

import type { Word } from '../../config/source.js';
import { suggest } from '../../config/suggest.js';
import type { Millis } from '../../time.js';
import type { Context, Directive, Said } from './draft.js';
import { logged, raw } from './start-line.js';
import { leadingNumber, parseBoolean, parseNumber, parseTime } from './values.js';

const words = (apply: (context: Context, word: Word) => void): Directive => ({ kind: 'words', apply });

const TIME_FORM = 'a time is a number of seconds (1, 0.5) or has a unit glued to it (1500ms)';

const bad = (context: Context, word: Word, message: string, more: Partial<Said> = {}): void =>
  context.fail(word, { code: `ha.cf/bad-${context.directive}`, message, ...more });

/** A time of at least `min` milliseconds; genuine rejects others silently unless it has a text. */
const time = (
  min: number,
  store: (context: Context, value: Millis) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const value = parseTime(word.value);
    if (value === undefined) return bad(context, word, TIME_FORM, { genuine: genuine(word.value) });
    if (value < min)
      return bad(context, word, `${context.directive} must be greater than zero`, { genuine: genuine(word.value) });
    return store(context, value);
  });

const boolean = (
  store: (context: Context, value: boolean) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const value = parseBoolean(word.value);
    if (value === undefined) return bad(context, word, 'say on or off', { genuine: genuine(word.value) });
    return store(context, value);
  });

const choice = <T extends string>(
  choices: readonly T[],
  store: (context: Context, value: T) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const value = choices.find((candidate) => candidate === word.value);
    if (value !== undefined) return store(context, value);
    const suggestion = suggest(word.value, choices);
    return bad(context, word, `must be one of: ${choices.join(', ')}`, { suggestion, genuine: genuine(word.value) });
  });

const number = (
  range: readonly [min: number, max: number],
  store: (context: Context, value: number) => void,
  genuine: (text: string) => NonNullable<Said['genuine']> = () => [],
): Directive =>
  words((context, word) => {
    const [min, max] = range;
    const value = parseNumber(word.value);
    if (value !== undefined && value >= min && value <= max) return store(context, value);
    return bad(context, word, `must be a number from ${min} to ${max}`, { genuine: genuine(word.value) });
  });

const anything = words(() => undefined);
const error =
  (text: (value: string) => string) =>
  (value: string): NonNullable<Said['genuine']> =>
    logged('ERROR', text(value));

/** Genuine takes leading digits, so that only a number out of range is wrong there; we want a whole number. */
const hopfudge = words((context, word) => {
  const value = parseNumber(word.value);
  if (value !== undefined && value <= 255) {
    context.draft.set.hopfudge = value;
    return;
  }
  const message = 'must be a number from 0 to 255';
  const seen = leadingNumber(word.value);
  if (seen >= 0 && seen <= 255) context.refuse(word, { code: 'ha.cf/bad-hopfudge', message: `hopfudge ${message}` });
  else bad(context, word, message);
});

const udpport = words((context, word) => {
  const port = parseNumber(word.value);
  if (port === undefined || port < 1 || port > 65535) {
    const message = 'a port is a number from 1 to 65535';
    if (leadingNumber(word.value) > 0) return context.refuse(word, { code: 'ha.cf/bad-udpport', message });
    return bad(context, word, message, { genuine: raw(`heartbeat: invalid port [${word.value}] specified.\n`) });
  }
  const owner = [...context.env.udpServices].find(([name, number]) => number === port && name !== 'ha-cluster')?.[0];
  if (owner !== undefined && context.env.udpServices.get('ha-cluster') !== port)
    context.warn(word, {
      code: 'ha.cf/reserved-port',
      message: `udp port ${port} belongs to the service ${owner}`,
      genuine: logged('WARN', `heartbeat: udp port ${word.value} reserved for service "${owner}".`),
    });
  // Genuine prints this even in the right place (heartbeat reference 2.2); we only when it is true.
  if (context.draft.media.some(({ value }) => 'port' in value && !value.kind.startsWith('mcast')))
    context.warn(word, {
      code: 'ha.cf/udpport-after-media',
      message: 'udpport only applies to the bcast and ucast lines after it',
      genuine: raw('heartbeat: udpport setting must precede media statements'),
    });
  context.draft.set.udpPort = port;
});

const BAUD = [9600, 19200, 38400, 57600, 115200, 230400, 460800];

const baud = words((context, word) => {
  if (context.draft.baud !== undefined)
    return bad(context, word, 'baud may be given once only', {
      genuine: raw('heartbeat: Baudrate multiply specified.\n'),
    });
  const value = parseNumber(word.value);
  context.draft.baud = value ?? 0;
  if (value === undefined || !BAUD.includes(value))
    return bad(context, word, `must be one of: ${BAUD.join(', ')}`, {
      genuine: raw(`heartbeat: invalid baudrate [${word.value}] specified.\n`),
    });
  if (context.draft.media.some((medium) => medium.value.kind === 'serial'))
    context.warn(word, {
      code: 'ha.cf/baud-after-media',
      message: 'baud only applies to the serial lines after it',
      genuine: raw('heartbeat: baudrate setting must precede media statements'),
    });
});

const autoFailback = words((context, word) => {
  const wanted = parseBoolean(word.value);
  if (wanted === undefined && word.value.toLowerCase() !== 'legacy') {
    const suggestion = suggest(word.value, ['on', 'off', 'legacy']);
    return bad(context, word, 'must be on, off or legacy', { suggestion });
  }
  context.draft.set.autoFailback = wanted === undefined ? 'legacy' : wanted ? 'on' : 'off';
});

/**
 * Genuine ignores whether the argument says on or off: after `auto_failback on|off` the word means off, otherwise legacy.
 * A genuine peer with the same file acts like that, so we must too (heartbeat reference 2.2).
 */
const niceFailback = words((context, word) => {
  const obsolete = 'nice_failback flag is obsolete.. Use auto_failback {on, off, legacy} instead.';
  const end = 'See documentation for details.';
  if (parseBoolean(word.value) === undefined)
    return bad(context, word, 'nice_failback is obsolete: use auto_failback on, off or legacy', {
      genuine: logged('ERROR', obsolete, end),
    });
  const { set } = context.draft;
  const modern = set.autoFailback === 'on' || set.autoFailback === 'off';
  set.autoFailback = modern ? 'off' : 'legacy';
  const meaning = modern
    ? [`'nice_failback ${word.value}' has been changed to 'auto_failback off'`]
    : [
        `nice_failback ${word.value} has been strictly interpreted as 'auto_failback legacy'`,
        "Consider converting to 'auto_failback on'.",
        'When you do, then you can use ipfail, and hb_standby',
      ];
  return context.warn(word, {
    code: 'ha.cf/nice-failback',
    message: `nice_failback is obsolete and means auto_failback ${set.autoFailback} here, whatever its argument; write that instead`,
    genuine: logged('ERROR', obsolete, ...meaning, end),
  });
});

/** The facilities of syslog(3), in the spelling of syslog.conf(5). */
export const FACILITIES = [
  ...['auth', 'authpriv', 'cron', 'daemon', 'ftp', 'kern', 'lpr', 'mail', 'mark', 'news', 'security', 'syslog'],
  ...['user', 'uucp', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7', 'none'],
] as const;

const LOGD_OFF = logged('WARN', 'Logging daemon is disabled --enabling logging daemon is recommended');

const useLogd = boolean(
  (context, value) => {
    context.draft.set.useLogd = value;
    context.say(
      value
        ? [
            ...logged('info', 'Enabling logging daemon '),
            ...logged('WARN', 'Initializing connection to logging daemon failed. Logging daemon may not be running'),
            ...logged('info', 'logfile and debug file are those specified in logd config file (default /etc/logd.cf)'),
          ]
        : LOGD_OFF,
    );
  },
  () => LOGD_OFF,
);

const watchdog = words((context, word) => {
  if (context.draft.set.watchdog !== undefined)
    return bad(context, word, 'watchdog may be given once only', {
      genuine: raw('heartbeat: Watchdog device multiply specified.\n'),
    });
  context.draft.set.watchdog = word.value;
});

const env = words((context, word) => {
  const equals = word.value.indexOf('=');
  if (equals === 0)
    return bad(context, word, 'the name of the variable is missing', {
      genuine: logged('ERROR', `set_env: invalid nvpair(${word.value})`),
    });
  const name = equals < 0 ? word.value : word.value.slice(0, equals);
  // Genuine exports whatever stands there; a name that no shell can read is of no use to a script.
  if (!/^[A-Za-z0-9_]+$/.test(name))
    context.warn(word, { code: 'ha.cf/odd-env', message: `scripts cannot read a variable called HA_${name}` });
  context.draft.environment[name] = equals < 0 ? '' : word.value.slice(equals + 1);
});

const pacemaker = words((context, word) => {
  if (context.draft.parameters.pacemaker !== undefined)
    return bad(context, word, 'pacemaker (or crm) may be given once only', {
      genuine: logged('ERROR', 'pacemaker/crm directive used multiple times!'),
    });
  context.draft.parameters.pacemaker = word.value;
  context.say(logged('info', `Pacemaker support: ${word.value}`));
  // Out of scope for ever: the suite replaces haresources clusters (heartbeat reference 2.2).
  if (parseBoolean(word.value) !== false)
    context.refuse(word, {
      code: 'ha.cf/pacemaker',
      message: 'Pacemaker clusters are not supported, only haresources',
    });
});

const node = words((context, word) => {
  const name = word.value.toLowerCase();
  const { nodes } = context.draft;
  if (name.length > 99) return bad(context, word, 'a node name has at most 99 characters');
  const twin = nodes.find(({ value }) => value === name);
  if (twin !== undefined)
    return context.warn(word, {
      code: 'ha.cf/node-twice',
      message: `node ${name} stands already in line ${twin.at.line}`,
    });
  nodes.push({ value: name, at: word.at });
});

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
    () => undefined,
    error((value) => `Compression module(${value}) not found`),
  ),
  compression_threshold: number(
    [1, 1_000_000],
    () => undefined,
    error((value) => `set_compression_threshold: compress_threshhold(${value}) invalid`),
  ),
  traditional_compression: boolean(
    () => undefined,
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
  coredumps: boolean(() => undefined),
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
