/** The table that `-D` prints: directives with a built-in default (heartbeat reference 2.2, 8.1). */

const DIRECTIVES: readonly (readonly [name: string, value: string, description: string])[] = [
  ['cluster', 'linux-ha', 'name of the cluster'],
  ['hopfudge', '1', 'added to the node count for the ttl field'],
  ['keepalive', '1000ms', 'time between two status messages'],
  ['deadtime', '30000ms', 'silence after which a node counts as dead'],
  ['baud', '19200', 'speed of serial lines'],
  ['auto_failback', 'legacy', 'give resources back to a returning node?'],
  ['hbgenmethod', 'file', 'where the generation number comes from'],
  ['realtime', 'true', 'run with real-time priority?'],
  ['msgfmt', 'classic', 'message format on the wire'],
  ['conn_logd_time', '60', 'seconds between attempts to reach logd'],
  ['log_badpack', 'true', 'log packets that are refused?'],
  ['syslogmsgfmt', 'true', 'log files in syslog format?'],
  ['coredumps', 'true', 'allow core dumps?'],
  ['pacemaker', 'false', 'resource management by Pacemaker?'],
  ['autojoin', 'none', 'which unknown nodes may join'],
  ['uuidfrom', 'file', 'where the uuid comes from'],
  ['compression', 'zlib', 'compression module'],
  ['compression_threshold', '2', 'KB from which messages are compressed'],
  ['traditional_compression', 'no', 'compress whole messages?'],
  ['max_rexmit_delay', '250', 'ms before a lost packet is asked for'],
  ['record_config_changes', 'on', 'Pacemaker only'],
  ['record_pengine_inputs', 'on', 'Pacemaker only'],
  ['enable_config_writes', 'on', 'Pacemaker only'],
  ['memreserve', '6500', 'KB of memory to reserve'],
];

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const plain = (): string =>
  [
    'Directive                Default   Description',
    '-'.repeat(80),
    ...DIRECTIVES.map(([name, value, text]) => `${name.padEnd(24)} ${value.padEnd(9)} ${text}`),
  ].join('\n');

const wiki = (): string =>
  [
    "||''Directive''||''Default''||''Description''||",
    ...DIRECTIVES.map(
      ([name, value, text]) => `||[wiki:ha.cf/${capitalised(name)}Directive ${name}]||${value}||${text}||`,
    ),
  ].join('\n');

/** The table as plain text or in wiki markup, with a final newline. */
export const directiveTable = (asWiki: boolean): string => `${asWiki ? wiki() : plain()}\n`;
