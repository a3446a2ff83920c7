/** The directives that `-D` and `-v` print, in the genuine order and words (heartbeat reference 2.2, 8.1). */
import { DEFAULT_PARAMETERS } from './config/defaults.js';
import type { HaConfig, Medium } from './config/model.js';

const DIRECTIVES: readonly (readonly [name: string, description: string])[] = [
  ['cluster', 'the name of cluster'],
  ['hopfudge', '# of hops above cluster size'],
  ['keepalive', 'keepalive time'],
  ['deadtime', 'node deadtime'],
  ['deadping', 'ping deadtime'],
  ['initdead', 'initial deadtime'],
  ['warntime', 'warning time'],
  ['watchdog', 'watchdog device'],
  ['baud', 'baud rate'],
  ['udpport', 'UDP port number'],
  ['logfacility', 'syslog log facility'],
  ['logfile', 'log file'],
  ['debugfile', 'debug file'],
  ['auto_failback', 'auto failback'],
  ['rtprio', 'realtime priority'],
  ['hbgenmethod', 'protocol generation computation method'],
  ['realtime', 'enable realtime behavior?'],
  ['debug', 'debug level'],
  ['msgfmt', 'message format in the wire'],
  ['use_logd', 'use logging daemon'],
  ['conn_logd_time', 'the interval to reconnect to logd'],
  ['log_badpack', 'warn about bad packets'],
  ['syslogmsgfmt', 'log to files in syslog format'],
  ['coredumps', 'enable Linux-HA core dumps'],
  ['coreroot', 'set root directory of core dump area'],
  ['crmd_spawns_pengine', 'should pengine be spawned directly by heartbeat'],
  ['pacemaker', 'enable Pacemaker resource management'],
  ['autojoin', 'set automatic join mode/style'],
  ['uuidfrom', 'set the source for uuid'],
  ['compression', 'set compression module'],
  ['compression_threshold', 'set compression threshold'],
  ['traditional_compression', 'set traditional_compression'],
  ['max_rexmit_delay', 'set the maximum rexmit delay time'],
  ['record_config_changes', 'record changes to the cib (valid only with: pacemaker on)'],
  ['record_pengine_inputs', 'record the input used by the policy engine (valid only with: pacemaker on)'],
  ['enable_config_writes', 'write configuration changes to disk (valid only with: pacemaker on)'],
  ['memreserve', 'number of kbytes to preallocate in heartbeat'],
  ['quorum_server', 'the name or ip of quorum server'],
];

interface Row {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

/** The directives that have a value. */
const rows = (values: Readonly<Record<string, string>>): readonly Row[] =>
  DIRECTIVES.flatMap(([name, text]) => {
    const value = values[name];
    return value === undefined ? [] : [{ name, value, text }];
  });

const wikiWord = (name: string): string =>
  name
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

const plain = (): readonly string[] => [
  'Directive                Default   Description',
  '-'.repeat(80),
  ...rows(DEFAULT_PARAMETERS).map(({ name, value, text }) => `${name.padEnd(24)} ${value.padEnd(9)} ${text}`),
];

const wiki = (): readonly string[] => [
  '##Put this output in the ha.cf/DefaultValues page',
  'The [wiki:ha.cf ha.cf] directives with default values are shown below - along with a brief description.',
  "This was produced by {{{heartbeat -DW}}} ''# (version 3.0.6)''",
  '',
  "||''Directive''||''Default''||''Description''||",
  ...rows(DEFAULT_PARAMETERS).map(
    ({ name, value, text }) => `||[wiki:ha.cf/${wikiWord(name)}Directive ${name}]||${value}||${text}||`,
  ),
];

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

/** `-D`: the table of defaults as plain text or in wiki markup. */
export const directiveTable = (asWiki: boolean): string => lines(asWiki ? wiki() : plain());

const CHANNELS: Readonly<Record<Medium['kind'], string>> = {
  bcast: 'UDP/IP broadcast',
  mcast: 'UDP/IP multicast',
  mcast6: 'UDP/IP multicast',
  ucast: 'UDP/IP unicast',
  ucast6: 'UDP/IPv6 unicast',
  serial: 'serial ring',
  ping: 'ping membership',
  ping6: 'ping6 membership',
  ping_group: 'ping group membership',
};

/** What stands behind the word of a medium: its device, or the name of its ping node. */
const channelName = (medium: Medium): string => {
  switch (medium.kind) {
    case 'ping':
    case 'ping6':
      return medium.host;
    case 'ping_group':
      return medium.name;
    default:
      return medium.device;
  }
};

/** Nodes and ping nodes in the order in which the file names them. */
const nodeNames = ({ nodes, media }: HaConfig): readonly string[] =>
  [
    ...nodes,
    ...media.flatMap(({ value, at }) =>
      value.kind === 'ping' || value.kind === 'ping6' || value.kind === 'ping_group'
        ? [{ value: channelName(value), at }]
        : [],
    ),
  ]
    .sort((one, other) => one.at.line - other.at.line || one.at.column - other.at.column)
    .map(({ value }) => value);

/** `-v`: the configuration in force, before the start. `host` is `uname -n`. */
export const configurationDump = (config: HaConfig, host: string): string =>
  lines([
    '#',
    `#\tLinux-HA heartbeat configuration (on ${host})`,
    '#',
    '',
    '#---------------------------------------------------',
    '#',
    '#\tHA configuration and status',
    '#',
    ...rows({ debug: '0', ...config.parameters }).map(({ name, value, text }) => `${name}\t${value}\t#\t${text}`),
    '#',
    '#\tHA Cluster nodes:',
    '#',
    ...nodeNames(config).map((name) => `node ${name}\t#\t current status: init`),
    '#',
    '#\tCommunications media:',
    ...config.media.flatMap(({ value }) => [
      '#',
      `# ${CHANNELS[value.kind]} heartbeat channel -------------`,
      `${value.kind} ${channelName(value)}`,
    ]),
    '#---------------------------------------------------',
  ]);
