/** Every wrong configuration, and many good ones, side by side with the genuine daemon in a machine of its own. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genuineStartMessages } from '../../lib/heartbeat/config/configuration.js';
import { run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { LB1 } from '../support/heartbeat-environment.js';
import { ERROR_CASES, type ErrorCase, GOOD_KEYS, GOOD_RESOURCES } from '../support/heartbeat-error-cases.js';
import { command } from '../support/paths.js';

const root = mkdtempSync(join(tmpdir(), 'hb-config-genuine-'));
afterAll(() => rmSync(root, { recursive: true }));

/** lb1 with eth0 and eth1, nothing of the host's heartbeat; it ends with its first process. */
const MACHINE = `mount -t proc proc /proc && hostname lb1 && mount -t tmpfs -o mode=755 none /etc/ha.d && cp -a "$0"/. /etc/ha.d/ &&
mount -t tmpfs -o mode=755 none /var/lib/heartbeat && mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=755 none /var/log && mkdir /run/heartbeat &&
ip link set lo up && ip link add eth0 type veth peer name eth1 && ip link add eth2 type veth peer name eth3 &&
ip addr add 10.0.0.11/24 broadcast + dev eth0 && ip addr add 10.1.0.11/24 broadcast + dev eth1 &&
ip link set dev eth0 up && ip link set dev eth1 up
shift; "$@" </dev/null 2>&1; code=$?
sleep 0.05; exit $code`;

const GENUINE = ['/usr/libexec/heartbeat/heartbeat'];
const OURS = [process.execPath, command('ha-heartbeat')];

const given = (wrong: ErrorCase, name: 'authKeys' | 'haResources', otherwise: string): string | undefined =>
  name in wrong ? wrong[name] : otherwise;

let cases = 0;

/** What a daemon prints when it is started with these files, and its exit code. */
const started = async (wrong: ErrorCase, daemon: readonly string[]) => {
  const folder = join(root, String(cases++));
  mkdirSync(folder);
  const put = (name: string, text: string | undefined): void => {
    if (text !== undefined) writeFileSync(join(folder, name), text);
  };
  put('ha.cf', wrong.haCf);
  put('authkeys', given(wrong, 'authKeys', GOOD_KEYS));
  put('haresources', given(wrong, 'haResources', GOOD_RESOURCES));
  if (given(wrong, 'authKeys', GOOD_KEYS) !== undefined) chmodSync(join(folder, 'authkeys'), wrong.mode ?? 0o600);
  const args = ['-mnup', '--fork', '--kill-child', '/bin/sh', '-c', MACHINE, folder, '--', ...daemon];
  const result = await run('/usr/bin/unshare', args, { timeout: seconds(20) });
  const lines = result.stdout
    // Printed by a bug for whole-line directives, without a newline (heartbeat reference 2.2, `baud`).
    .replaceAll('heartbeat: baudrate setting must precede media statements', '')
    .replace(/\w{3} [ \d]\d \d\d:\d\d:\d\d lb1 heartbeat: \[\d+\]: /g, '')
    .split('\n')
    .filter((line) => !/^WARN: (Core dumps could|Consider setting)/.test(line));
  return { code: result.code, text: lines.join('\n') };
};

const ours = (wrong: ErrorCase) => {
  const { lines, exitCode } = genuineStartMessages(
    {
      haCf: { path: 'ha.cf', text: wrong.haCf },
      authKeys: { path: 'authkeys', text: given(wrong, 'authKeys', GOOD_KEYS), mode: wrong.mode ?? 0o600 },
      haResources: { path: 'haresources', text: given(wrong, 'haResources', GOOD_RESOURCES) },
    },
    LB1,
  );
  const text = lines.map((line) => (line.to === 'stderr' ? line.text : `${line.priority}: ${line.text}\n`)).join('');
  return { code: exitCode, text };
};

const GOOD = 'logfile /var/log/ha-log\nbcast eth0\nauto_failback on\nnode lb1 lb2\n';
const haCf = (...lines: readonly string[]): ErrorCase => ({
  name: lines.join(' / '),
  haCf: `${GOOD}${lines.join('\n')}\n`,
});
const whole = (name: string, text: string): ErrorCase => ({ name, haCf: text });
const keys = (authKeys: string, mode = 0o600): ErrorCase => ({
  name: `authkeys ${JSON.stringify(authKeys)} ${mode.toString(8)}`,
  haCf: GOOD,
  authKeys,
  mode,
});
const resources = (haResources: string): ErrorCase => ({
  name: `haresources ${JSON.stringify(haResources)}`,
  haCf: GOOD,
  haResources,
});

const MORE: readonly ErrorCase[] = [
  haCf('warntime 0'),
  haCf('keepalive 0.0004'),
  haCf('deadtime -1'),
  haCf('deadtime 5s'),
  haCf('deadtime .5', 'keepalive 100ms'),
  haCf('deadtime 6', 'keepalive 2999ms', 'initdead 9'),
  haCf('hopfudge 256'),
  haCf('hopfudge 255'),
  haCf('hopfudge 12x', 'hopfudge abc'),
  haCf('mcast eth0 225.0.0.1 694 x y', 'mcast eth0 225.0.0.1 12x 1 0'),
  haCf('auto_failback YES'),
  haCf('auto_failback legacy'),
  haCf('nice_failback off'),
  haCf('nice_failback maybe'),
  whole('nice_failback alone', 'bcast eth0\nnode lb1\nnice_failback yes\nlogfile /x\n'),
  haCf('logfacility LOCAL0', 'logfacility none', 'logfacility mark', 'logfacility ftp', 'logfacility security'),
  haCf('use_logd maybe', 'conn_logd_time 0', 'syslogmsgfmt maybe', 'log_badpack maybe'),
  haCf('mcast eth0'),
  haCf('mcast eth0 225.0.0.1 694'),
  haCf('mcast eth0 225.0.0.1 694 1'),
  haCf('mcast eth0 225.0.0.1 abc 1 0'),
  haCf('mcast eth0 225.0.0.1 694 1 2'),
  haCf('mcast eth0 225.0.0.1 694 1 0', 'ucast eth1 10.1.0.12'),
  haCf('mcast eth0 foo 694 1 0'),
  haCf('mcast6', 'mcast6 eth0', 'mcast6 eth0 ff02::1', 'mcast6 eth0 ff02::1 694', 'mcast6 eth0 ff02::1 694 1'),
  haCf('mcast6 eth0 fd00::1 694 1 0', 'mcast6 eth0 ff02::1 694 9 0', 'mcast6 eth0 ff02::1 694 1 7'),
  haCf('mcast6 eth9 ff02::1 694 1 0'),
  haCf('ucast eth0 nosuch.invalid'),
  haCf('ucast6', 'ucast6 eth0', 'ucast6 eth0 10.0.0.1', 'ucast6 eth0 foo', 'ucast6 eth9 fd00::1'),
  haCf('bcast eth1', 'bcast eth0,eth9'),
  haCf('serial /etc/passwd', 'baud 1234', 'baud 9600'),
  haCf('ping 10.0.0.1 nosuch.invalid', 'ping_group', 'ping_group g nosuch.invalid'),
  haCf('ping6 localhost', 'ping6 fe80::1%eth0', 'hbaping fc0', 'tipc eth0', 'rds eth0'),
  haCf('ping_group g nosuch.invalid 10.0.0.1', 'autojoin foo'),
  haCf('watchdog /dev/w1', 'watchdog /dev/w2'),
  haCf('respawn', 'respawn root', 'respawn 0 /bin/true', 'respawn root /etc/passwd', 'failfast root true'),
  haCf('apiauth', 'apiauth bar uid=root uid=root', 'apiauth baz gid=root gid=root', 'apiauth q xyz=1'),
  haCf('apiauth r uid=nosuch', 'apiauth t gid=nosuchgroup,haclient', 'apiauth u uid=root,hacluster gid=haclient extra'),
  haCf('apiauth s uid=', 'apiauth v uid=0 gid=0', 'apiauth ipfail uid=root'),
  haCf('env =x', 'env A=b=c,D', 'foobar'),
  haCf('compression_threshold 0', 'compression_threshold abc', 'traditional_compression maybe'),
  haCf('max_rexmit_delay 0', 'max_rexmit_delay abc', 'hbgenmethod foo', 'uuidfrom foo'),
  haCf('rtprio abc', 'memreserve 0', 'coredumps maybe', 'use_apphbd maybe'),
  haCf('autojoin foo'),
  haCf('autojoin other'),
  haCf('record_config_changes maybe', 'record_pengine_inputs maybe', 'enable_config_writes maybe'),
  haCf('crm no', 'pacemaker no'),
  haCf('pacemaker off'),
  haCf('stonith', 'stonith nosuch /x', 'stonith_host', 'stonith_host lb1', 'stonith_host lb1 null'),
  haCf('stonith_host lb1 nosuch lb2', 'stonith_host lb2 nosuch x'),
  haCf('stonith null /nonexistent'),
  haCf('normalpoll yes', 'ppp-udp x', 'timeout 3', 'Node lb1'),
  whole('logd and files', 'bcast eth0\nnode lb1\nauto_failback on\nuse_logd yes\nlogfile /x\nlogfacility local0\n'),
  whole('logd and a file', 'bcast eth0\nnode lb1\nauto_failback on\nuse_logd yes\nlogfile /x\n'),
  whole('logd alone', 'bcast eth0\nnode lb1\nauto_failback on\nuse_logd yes\n'),
  whole(
    'all checks fail',
    'node lb1\nuse_logd no\ndeadtime 1\nkeepalive 2\nautojoin any\ninitdead 500ms\ndeadping 100ms\n',
  ),
  whole('small initdead, legacy', 'bcast eth0\nnode LB1 lb2\nuse_logd no\nlogfile /x\ndeadtime 6\n initdead 7'),
  whole('empty', ''),
  whole('only a comment', '# nothing\n\n'),
  keys('auth 1\n1 sha1 k\n2 sha256 x\n'),
  keys('auth 1\n1 sha1 k\n2 crc x\n'),
  keys('auth 1\n1 sha1 k\n2 md5\n'),
  keys('auth 1\n1 sha1 k\n99 sha1 x\n'),
  keys('auth 1\n16 sha1 k\n'),
  keys('auth 1\n-1 sha1 k\n1 sha1 k\n'),
  keys('auth x\n1 sha1 k\n'),
  keys('authx 1\n1 sha1 k\n'),
  keys('auth 1 junk\n1 sha1 k junk\n'),
  keys('auth 16\n1 sha1 k\n'),
  keys('auth 1\n  # c\n\n 1 sha1 k # comment\n'),
  keys('auth 1\n1 SHA1 k\n'),
  keys('auth 1\nauth 2\n1 sha1 k\n2 sha1 kk\n'),
  keys('auth 2\n1 sha1 k\n1\n'),
  keys('auth1\n1sha1 k'),
  keys('AUTH 1\n1 sha1 k\n'),
  keys(GOOD_KEYS, 0o604),
  keys(GOOD_KEYS, 0o611),
  resources(''),
  resources('LB1 10.0.0.1\n'),
  resources('lb1 \\\n 10.0.0.1\n'),
  resources('lb1 \\ \n 10.0.0.1\n'),
  resources('lb1 a \\\n# comment\nb\n'),
  resources('lb1 a \\\n\nlb2 b\n'),
  resources('lb1#x\n'),
  resources('lb1\\\n a\n'),
  resources('  \\\nlb1 a\n'),
  resources('# c \\\nlb9 x\n'),
  resources('lb1\nlb9 x\nlb8 y\n'),
];

describe('the genuine daemon', () => {
  test.each([...ERROR_CASES, ...MORE])(
    '$name',
    async (wrong) => {
      const theirs = await started(wrong, GENUINE);
      const own = ours(wrong);
      expect(own.text).toBe(theirs.text);
      expect(own.code).toBe(theirs.code);
    },
    30_000,
  );

  test('where genuine crashes, or takes another port than the one given, we say what is wrong', async () => {
    // A bare `mcast` ends the genuine daemon with a segmentation fault.
    for (const [line, message] of [
      ['mcast', 'mcast without interface'],
      ['ucast', 'ucast without interface'],
      ['udpport 70000', 'a port is a number from 1 to 65535'],
      ['mcast eth0 225.0.0.1 70000 1 0', 'port must be a number from 1 to 65535'],
    ] as const) {
      const { text, code } = ours(haCf(line));
      expect(code).toBe(6);
      expect(text).toContain(`ERROR: ${message} (ha.cf:5)`);
    }
  });
});

describe('ha-heartbeat itself prints and returns the same', () => {
  test.each(ERROR_CASES)(
    '$name',
    async (wrong) => {
      const { text, code } = await started(wrong, OURS);
      // Two genuine messages quote a line of authkeys together with its newline; our log lines have no newline inside.
      const expected = ours(wrong).text.replace(/\[(auth|zzz)\n\]/, '[$1?]');
      expect(text).toBe(expected);
      expect(code).toBe(6);
    },
    30_000,
  );
});
