/**
 * The wrong configurations of compat-fixtures/heartbeat/config-errors. The transcript names each case and holds its
 * output but not its files; these are the smallest files that the names and outputs allow.
 */

export interface ErrorCase {
  /** The title in the transcript. */
  readonly name: string;
  /** Undefined: no such file. */
  readonly haCf?: string | undefined;
  readonly authKeys?: string | undefined;
  readonly mode?: number;
  readonly haResources?: string | undefined;
}

const LOG = 'logfile /var/log/ha-log\n';
const NODES = 'node lb1\nnode lb2\n';
const FAILBACK = 'auto_failback on\n';
const GOOD = `${LOG}bcast eth0\n${FAILBACK}${NODES}`;
/** The recordings with this error had a configuration of another machine, so that nothing would ever start. */
const ELSEWHERE = `${LOG}bcast eth0\n${FAILBACK}node lb2\n`;

const haCf = (name: string, text: string | undefined): ErrorCase => ({ name, haCf: text });
const line = (name: string, added: string): ErrorCase => ({ name, haCf: `${GOOD}${added}\n` });
const keys = (name: string, authKeys: string | undefined, mode = 0o600): ErrorCase => ({
  name,
  haCf: GOOD,
  authKeys,
  mode,
});

export const GOOD_KEYS = 'auth 1\n1 sha1 test-key-not-secret\n';
export const GOOD_RESOURCES = 'lb1 10.0.0.100/24/eth0\nlb2 10.0.0.101/24/eth0\n';

export const ERROR_CASES: readonly ErrorCase[] = [
  haCf('no media', `${LOG}${FAILBACK}${NODES}`),
  haCf('no nodes', `${LOG}bcast eth0\n${FAILBACK}`),
  haCf('not in config', ELSEWHERE),
  line('illegal directive', 'foobar 1'),
  haCf('udp alias', `${LOG}udp eth0\n${FAILBACK}node lb2\n`),
  line('bad iface', 'bcast eth9'),
  line('deadtime small', 'keepalive 2\ndeadtime 4'),
  line('initdead < deadtime', 'deadtime 10\ninitdead 5'),
  line('deadping small', 'keepalive 2\ndeadtime 10\ndeadping 3'),
  line('warntime bad', 'warntime abc'),
  line('keepalive bad', 'keepalive abc'),
  line('auto_failback bad', 'auto_failback maybe'),
  haCf('nice_failback on', `${LOG}bcast eth0\nnice_failback on\nnode lb2\n`),
  line('logfacility bad', 'logfacility nosuch'),
  haCf('no log', `bcast eth0\n${FAILBACK}node lb2\n`),
  haCf('use_logd no log', `use_logd no\nbcast eth0\n${FAILBACK}node lb2\n`),
  haCf('autojoin any haresources', `${LOG}bcast eth0\n${FAILBACK}autojoin any\n`),
  line('mcast missing', 'mcast eth0 225.0.0.1'),
  line('mcast bad addr', 'mcast eth0 10.0.0.1 694 1 0'),
  line('mcast bad ttl', 'mcast eth0 225.0.0.1 694 9 0'),
  line('ucast missing', 'ucast eth0'),
  line('serial not path', 'serial ttyS9'),
  line('serial nonexist', 'serial /dev/ttyZZ'),
  line('respawn bad uid', 'respawn nouser /bin/true'),
  line('respawn not path', 'respawn root true'),
  line('respawn not exec', 'respawn root /nonexistent'),
  line('apiauth bad', 'apiauth foo'),
  line('apiauth dup', 'apiauth foo uid=root\napiauth foo uid=root'),
  line('stonith bad', 'stonith nosuch /etc/passwd'),
  line('udpport bad', 'udpport abc'),
  line('baud bad', 'baud 1234'),
  line('hopfudge bad', 'hopfudge 300'),
  line('msgfmt bad', 'msgfmt foo'),
  line('compression bad', 'compression nosuch'),
  line('rtprio 200', 'rtprio 200'),
  line('realtime maybe', 'realtime maybe'),
  line('ping unknown', 'ping nosuch.invalid'),
  line('ping_group none', 'ping_group grp1'),
  haCf('watchdog missing dev + legacy default', `${LOG}bcast eth0\nwatchdog /dev/nosuch\nnode lb2\n`),
  line('hbaping', 'hbaping fc0'),
  line('failfast', 'failfast root /nonexistent'),
  haCf('env', `${ELSEWHERE}env FOO=bar\n`),
  haCf('no ha.cf', undefined),
  keys('authkeys perm 644', GOOD_KEYS, 0o644),
  keys('authkeys missing auth', '1 sha1 k\n'),
  keys('authkeys auth after key', '1 crc\nauth 1\n'),
  keys('authkeys key not found', 'auth 3\n1 crc\n'),
  keys('authkeys num 16', 'auth 1\n1 crc\n16 crc\n'),
  keys('authkeys bad type', 'auth 1\n1 sha256 k\n'),
  keys('authkeys crc with key', 'auth 1\n1 crc k\n'),
  keys('authkeys sha1 without key', 'auth 1\n1 sha1\n'),
  keys('authkeys bad auth line', 'auth\n1 crc\n'),
  keys('authkeys junk', 'auth 1\n1 crc\nzzz\n'),
  keys('authkeys empty', ''),
  keys('authkeys missing', undefined),
  { name: 'haresources bad node', haCf: GOOD, haResources: 'lb9 10.0.0.100\n' },
  { name: 'haresources missing', haCf: GOOD, haResources: undefined },
];
