/** The words behind `heartbeat`, side by side: genuine and ours get the same command lines in a machine of their own. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

const root = mkdtempSync(join(tmpdir(), 'hb-command-line-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Where an ordinary user may look, too, wherever this installation lies. */
const REACHABLE = '/mnt';

/** lb1 with eth0, nothing of the real machine's heartbeat; everything in it ends with its first process. */
const MACHINE = `mount --bind "$3" ${REACHABLE} && mount -t proc proc /proc && hostname lb1 && mount -t tmpfs -o mode=755 none /etc/ha.d && cp -a "$0"/. /etc/ha.d/ &&
mount -t tmpfs -o mode=755 none /var/lib/heartbeat && mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=755 none /var/log && mkdir /run/heartbeat &&
ip link set lo up && ip link add eth0 type veth peer name eth1 && ip addr add 10.0.0.11/24 broadcast + dev eth0 &&
ip addr add fd00::11/64 dev eth0 nodad && ip link set dev eth0 up && ip link set dev eth1 up && mkdir -p /run/cores/root
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
show() {
  echo "== $TITLE"; "$@" </dev/null >/run/out 2>/run/err; code=$?
  sed 's/^/out: /' /run/out; sed 's/^/err: /' /run/err; echo "exit: $code"
}
HEARTBEAT=$1; SCRIPT=$2
. "$SCRIPT"`;

const HA_CF = `logfile /var/log/ha-log
keepalive 200ms
deadtime 2
initdead 2
bcast eth0
node lb1 lb2
auto_failback on
`;

/** What is compared: everything but what differs from process to process, and the debug lines of genuine's parsers. */
const comparable = (text: string): readonly string[] =>
  text
    .replaceAll('heartbeat: baudrate setting must precede media statements', '')
    .replaceAll('heartbeat: udpport setting must precede media statements', '')
    .replace(/\w{3} [ \d]\d \d\d:\d\d:\d\d lb1 heartbeat: \[\d+\]: /g, '')
    .replace(/pid \d+/g, 'pid N')
    .replace(/^err: \S*?(?:ha-)?heartbeat: (invalid option|option requires)/gm, 'err: heartbeat: $1')
    .split('\n')
    .filter((line) => line !== '' && !/^err: (debug: |info: AUTH: )/.test(line));

let machines = 0;

/** Runs a script of `show` lines with one daemon. */
const session = async (daemon: string, script: string): Promise<readonly string[]> => {
  const folder = join(root, String(machines++));
  mkdirSync(folder);
  writeFileSync(join(folder, 'ha.cf'), HA_CF);
  writeFileSync(join(folder, 'authkeys'), 'auth 1\n1 sha1 secret\n');
  writeFileSync(join(folder, 'haresources'), '');
  chmodSync(join(folder, 'authkeys'), 0o600);
  // Without its scripts the genuine daemon never comes to rest, and does not stop.
  for (const name of ['rc.d', 'harc', 'shellfuncs'])
    cpSync(`/etc/ha.d/${name}`, join(folder, name), { recursive: true });
  const path = join(folder, 'session');
  writeFileSync(path, script);
  const args = ['-mnup', '--fork', '--kill-child', '/bin/sh', '-c', MACHINE, folder, daemon, path, projectRoot];
  const result = await run('/usr/bin/unshare', args, { timeout: seconds(60) });
  if (result.code !== 0) throw new Error(`${result.code} ${result.stderr} ${result.stdout}`);
  return comparable(result.stdout);
};

const GENUINE = '/usr/libexec/heartbeat/heartbeat';
const OURS = `${process.execPath} ${join(REACHABLE, 'dist', 'bin', 'ha-heartbeat.js')}`;

const both = async (
  script: string,
): Promise<{ readonly ours: readonly string[]; readonly genuine: readonly string[] }> => {
  const [ours, genuine] = await Promise.all([session(OURS, script), session(GENUINE, script)]);
  expect(genuine.filter((line) => line.startsWith('exit: ')).length).toBeGreaterThan(2);
  return { ours, genuine };
};

const lines = (...options: readonly string[]): string =>
  options.map((words) => `TITLE='${words}'; show $HEARTBEAT ${words}\n`).join('');

test('what needs no daemon: tables, version, wrong usage, and the status of one that does not run', async () => {
  const { ours, genuine } = await both(
    `${lines(
      ...[
        '-D',
        '-DW',
        '-WD',
        '-W -s',
        '-V',
        '-V -s',
        '-D -V',
        '-s',
        '-k',
        '-ks',
        '-sk',
        '-k -r',
        '-v -s',
        '-s -l',
        'word -s',
      ],
      ...['-s word', '-h', '-x', '-sx', '-xyz', '-C', '-R -C', '-C all', '-Call', '-s -- -x', '-s -x -- -y'],
    )}
${['99999', 'junk', '', '-1', '0'].map((text) => `echo '${text}' >/run/heartbeat.pid; ${lines('-s')}`).join('')}
echo 99999 >/run/heartbeat.pid; ${lines('-k')}rm /run/heartbeat.pid
TITLE='ordinary user: -s'; show nobody $HEARTBEAT -s
TITLE='ordinary user: -k'; show nobody $HEARTBEAT -k
TITLE='ordinary user: start'; show nobody $HEARTBEAT
TITLE='ordinary user: -r'; show nobody $HEARTBEAT -r
TITLE='-d -s'; show $HEARTBEAT -d -s
`,
  );
  expect(ours).toEqual(genuine);
}, 60_000);

test('-v prints the configuration in force, byte for byte', async () => {
  const more = [
    ...[
      'warntime 700ms',
      'deadping 3',
      'udpport 695',
      'baud 9600',
      'debugfile /var/log/ha-debug',
      'watchdog /run/none',
    ],
    ...['rtprio 3', 'conn_logd_time 30', 'coreroot /run/cores', 'crmd_spawns_pengine yes', 'logfacility local3'],
    ...['quorum_server q', 'hbgenmethod time', 'realtime off', 'log_badpack off', 'use_logd yes', 'hopfudge 2'],
    ...['cluster mine', 'compression zlib', 'compression_threshold 9', 'max_rexmit_delay 300', 'memreserve 700'],
    ...[
      'ping 10.0.0.1',
      'node LB3',
      'mcast eth0 239.0.0.43 694 1 0',
      'ucast eth0 10.0.0.12',
      'ping_group g 10.0.0.3 10.0.0.4',
    ],
    ...[
      'mcast6 eth0 ff02::6943 694 1 0',
      'ucast6 eth0 fd00::12',
      'ping6 fd00::1',
      'bcast lo',
      'record_config_changes off',
    ],
    ...[
      'env A=b',
      'apiauth foo uid=root',
      'autojoin none',
      'uuidfrom file',
      'traditional_compression no',
      'msgfmt netstring',
    ],
  ];
  // With a second wrong line the start ends after the dump would have been printed, and nothing has to be stopped.
  const { ours, genuine } = await both(`
TITLE='-v'; show $HEARTBEAT -v -M; P=$(cat /run/heartbeat.pid); TITLE='-v again'; show $HEARTBEAT -v
kill -9 $P; sleep 1; : >/run/err
cat >>/etc/ha.d/ha.cf <<'END'
${more.join('\n')}
END
TITLE='-v with everything'; show $HEARTBEAT -v -M -l; kill -9 $(cat /run/heartbeat.pid)
`);
  const dump = (all: readonly string[]): readonly string[] => all.filter((line) => /^(out|exit|==)/.test(line));
  expect(dump(ours)).toEqual(dump(genuine));
  expect(dump(genuine).length).toBeGreaterThan(120);
}, 60_000);

test('beside a running daemon', async () => {
  // Ours goes on telling a person who starts it what is doubtful; a node that has run before has a generation number.
  const { ours, genuine } = await both(`
printf '%15d\\n' 7 >/var/lib/heartbeat/hb_generation
TITLE=start; show $HEARTBEAT
${lines('-s', '-s -l', '', '-l -M -f', '-r', '-rv', '-v')}
TITLE='ordinary user: -s'; show nobody $HEARTBEAT -s
TITLE='ordinary user: -k'; show nobody $HEARTBEAT -k
TITLE='ordinary user: -r'; show nobody $HEARTBEAT -r
TITLE='ordinary user: start'; show nobody $HEARTBEAT
chmod 644 /etc/ha.d/authkeys
${lines('-r', '')}
chmod 600 /etc/ha.d/authkeys
echo wrong >>/etc/ha.d/ha.cf
${lines('-r', '', '-v', '-s')}
sed -i /wrong/d /etc/ha.d/ha.cf
sleep 4
${lines('-k', '-s', '-k')}
`);
  expect(ours).toEqual(genuine);
}, 60_000);
