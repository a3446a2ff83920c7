/** How administrators and scripts call what heartbeat keeps in /usr/share/heartbeat and /etc/ha.d, and what they call it on. */
import type { Host } from '../../lib/lab/host.js';
import { installSuite } from '../../lib/lab/suite-files.js';
import { projectRoot } from './paths.js';
import { type Call, PROBE } from './script-session.js';

const HARESOURCES = `# groups
lb1 Probe::web::a  Second # what we prefer
LB1\tProbe::files::/srv \\
    Third
lb2 Probe::mail::b
lb2 10.0.0.3
lb3 Failing::x
lb2 Clinging::y
lb1 10.0.0.9 lvs
lb3 Gone Probe::gone
`;

/** The init script of the mon solution on the pages of the Linux Virtual Server, word for word. It knows no `status`. */
const LVS = `#!/bin/sh

#
# You probably want to set the path to include
# nothing but local filesystems.
#
PATH=/bin:/usr/bin:/sbin:/usr/sbin
export PATH

IPVSADM=/sbin/ipvsadm

case "$1" in
    start)
        if [ -x $IPVSADM ]
        then
            echo 1 > /proc/sys/net/ipv4/ip_forward
            $IPVSADM -A -t 10.0.0.3:80
            $IPVSADM -a -t 10.0.0.3:80 -r 192.168.0.1 -w 5 -g
            $IPVSADM -a -t 10.0.0.3:80 -r 192.168.0.2 -w 5 -g
        fi
        ;;
    stop)
        if [ -x $IPVSADM ]
        then
            $IPVSADM -C
        fi
        ;;
    *)
        echo "Usage: lvs {start|stop}"
        exit 1
esac

exit 0
`;

const manager = '/usr/share/heartbeat/ResourceManager';
const rm = (name: string, words: string, more: Partial<Call> = {}): Call => ({
  name: `ResourceManager ${name}`,
  command: `${manager} ${words}`,
  ...more,
});
const share = (words: string, env = '', before = ':'): Call => ({
  name: `${env} ${words}`.trim(),
  command: `/usr/share/heartbeat/${words}`,
  env,
  before,
});
const clean = 'rm -f /run/state.* /run/word.*';
const NICE = 'HA_NICEFAILBACK=yes';
const message = 'HA_t=ip-request HA_src=lb2 HA_ipaddr=Probe::web::a';

export const CALLS: readonly Call[] = [
  rm('without a word', ''),
  rm('with an unknown word', 'dance'),
  ...['LB1', "'.*'", 'lb9', "'lb[12]'"].map((node) => rm(`listkeys ${node}`, `listkeys ${node}`)),
  ...['allkeys', 'ourkeys', 'otherkeys'].map((verb) => rm(verb, verb)),
  rm('otherkeys of nobody', 'otherkeys', { env: 'HA_CURHOST=' }),
  rm('listkeys without a file', 'listkeys lb1', { before: 'mv /etc/ha.d/haresources /run/kept' }),
  rm('status of what is stopped', 'status Probe::web::a', { before: 'mv /run/kept /etc/ha.d/haresources' }),
  rm('status of what runs', 'status Probe::web::a', { before: ': >/run/state.Probe.web.a' }),
  rm('status of an address', 'status 10.0.0.3', { before: ': >/run/state.IPaddr.10.0.0.3' }),
  rm('status of an init script', 'status Third', { before: ': >/run/state.Third' }),
  ...['OK', 'is not currently running', 'NOT RUNNING'].map((said) =>
    rm(`status that says "${said}"`, 'status Second', { before: `echo '${said}' >/run/word.Second` }),
  ),
  rm('takegroup', 'takegroup Probe::web::a', { before: clean }),
  rm('takegroup of what runs', 'takegroup Probe::web::a'),
  rm('takegroup by a later resource', 'takegroup Third'),
  rm('takegroup of an unknown key', 'takegroup nobody'),
  rm('takegroup without a key', 'takegroup'),
  rm('takegroup of what does not start', 'takegroup Failing::x', {
    before: ': >/run/nostart.Failing.x',
    env: 'PATH=/run/patient:$PATH',
  }),
  {
    name: 'half a minute later the other node is asked to take over what did not start',
    command: `sh -c ': >/run/later; until grep -q "<<<" /run/fifo; do sleep 0.05; done'`,
  },
  rm('status of what has no script', 'status Gone', { same: ['code', 'stdout', 'log', 'fifo', 'calls'] }),
  rm('takegroup of what has no script', 'takegroup Gone', {
    same: ['code', 'stdout', 'stderr'],
    env: 'HA_STOPRETRYMAX=1 PATH=/run/patient:$PATH',
    before: 'rm /run/later',
  }),
  rm('givegroup', 'givegroup Probe::web::a'),
  rm('givegroup of what does not stop, and does not run', 'givegroup Clinging::y', {
    before: ': >/run/nostop.Clinging.y',
    env: 'HA_STOPRETRYMAX=1',
  }),
  rm('takegroup with the init script lvs', 'takegroup 10.0.0.9'),
  rm('takegroup with the init script lvs again', 'takegroup lvs'),
  rm('givegroup with the init script lvs', 'givegroup lvs'),
  rm('statgroup NONE', 'statgroup Probe::web::a'),
  rm('statgroup SOME', 'statgroup Probe::web::a', { before: ': >/run/state.Second' }),
  rm('statgroup ALL', 'statgroup Probe::web::a', { before: ': >/run/state.Probe.web.a' }),
  rm('statgroup of an unknown key', 'statgroup nobody', { same: ['code', 'stdout', 'stderr', 'log', 'calls'] }),
  rm('verifyallidle with something active', 'verifyallidle', {
    before: ': >/run/state.Probe.mail.b; sed -i /Gone/d /etc/ha.d/haresources',
  }),
  rm('verifyallidle', 'verifyallidle', { before: clean }),
  share('mach_down lb2', NICE),
  share('mach_down LB2', NICE, clean),
  share('mach_down lb2', ''),
  share('mach_down lb1', NICE),
  share('mach_down router', `${NICE} HA_info=ping`),
  share('req_resource Probe::web::a', '', clean),
  share('req_resource Probe::web::a', NICE),
  share('req_resource Probe::web::a', 'HA_DONTASK=yes HA_debug=1'),
  share('req_resource Probe::web::a', 'HA_debug=0', ': >/run/state.Probe.web.a'),
  ...['', '--help', 'lb3 lb4', '--help me'].map((words) => share(`hb_addnode ${words}`)),
  ...['', 'lb3'].map((words) => share(`hb_delnode ${words}`)),
  ...['', '--help me', 'lb2 here', 'lb2'].map((words) => share(`hb_setsite ${words}`)),
  ...['', 'lb2 50'].map((words) => share(`hb_setweight ${words}`)),
  { name: 'harc runs a script', command: '/etc/ha.d/harc note one two' },
  { name: 'harc without such a script', command: '/etc/ha.d/harc nothing' },
  { name: 'harc and a script that is not executable', command: '/etc/ha.d/harc plain' },
  {
    name: 'harc status of a dead node',
    command: '/etc/ha.d/harc status',
    env: `HA_t=status HA_st=dead HA_src=lb2 ${NICE}`,
    before: clean,
  },
  { name: 'harc status of a living node', command: '/etc/ha.d/harc status', env: 'HA_t=status HA_st=up HA_src=lb2' },
  {
    name: 'ip-request for what runs',
    command: '/etc/ha.d/harc ip-request',
    env: message,
    before: `${clean}; : >/run/state.Probe.web.a`,
  },
  { name: 'ip-request for what does not run', command: '/etc/ha.d/harc ip-request', env: message },
  { name: 'ip-request of our own', command: '/etc/ha.d/harc ip-request', env: `${message} HA_src=lb1` },
  {
    name: 'ip-request with local_giveip',
    command: '/etc/ha.d/rc.d/ip-request ip-request',
    env: message,
    before: `printf '#!/bin/sh\\necho gives $*\\n' >/etc/ha.d/rc.d/local_giveip; chmod 755 /etc/ha.d/rc.d/local_giveip; : >/run/state.Probe.web.a`,
  },
  {
    name: 'ip-request-resp',
    command: '/etc/ha.d/harc ip-request-resp',
    env: `${message} HA_dest=lb1 HA_ok=OK HA_weown=yes`,
  },
  {
    name: 'ip-request-resp for another node',
    command: '/etc/ha.d/harc ip-request-resp',
    env: `${message} HA_dest=lb2 HA_ok=OK`,
    before: clean,
  },
  {
    name: 'ip-request-resp that is a refusal',
    command: '/etc/ha.d/harc ip-request-resp',
    env: `${message} HA_dest=lb1 HA_ok=NO`,
  },
  ...['local', 'failback'].map((held) => ({
    name: `rc.d/hb_takeover ${held}`,
    command: '/etc/ha.d/harc hb_takeover',
    env: `HA_t=hb_takeover HA_src=lb2 HA_rsc_hold=${held}`,
  })),
  { name: 'rc.d/hb_takeover of our own', command: '/etc/ha.d/harc hb_takeover', env: 'HA_src=lb1 HA_rsc_hold=all' },
  {
    name: 'TestHeartbeatComm',
    command: `sh -c 'cd /run; for words in "break-communication lb1 lb2" "save-testingfile /run/saved" \\
      "reduce-communication 0.5 0.25 lb2" fix-communication delete-testingfile dance ""; do
      /usr/share/heartbeat/TestHeartbeatComm $words; echo $?; cat /etc/ha.d/OnlyForTesting /run/saved 2>&1; done'`,
  },
  { name: 'a script with shellfuncs', command: '/run/custom start', before: 'rm -f /run/marks/*' },
  {
    name: 'a script with shellfuncs, logging to stderr',
    command: '/run/custom start',
    env: 'HA_LOGFILE= HA_DEBUGLOG=',
  },
  { name: 'a script with shellfuncs, debugging', command: '/run/custom monitor', env: 'HA_debug=1' },
  { name: 'an OCF script without an instance', command: '/run/custom start', env: 'OCF_RA_VERSION_MAJOR=1' },
  { name: 'an OCF script', command: '/run/custom start', env: 'OCF_RA_VERSION_MAJOR=1 OCF_RESOURCE_INSTANCE=web' },
];

/** An administrator's script that uses what others have taken from shellfuncs for twenty years. */
const CUSTOM = `#!/bin/sh
. /etc/ha.d/shellfuncs
mkdir -p /run/marks; HA_RSCTMP=/run/marks
for name in HA_DIR HA_RCDIR HA_RESOURCEDIR HA_FIFO HA_BIN HA_CF HA_VARLIB HA_VARRUN HA_VARLOCK HA_NOARCHBIN HA_SBIN_DIR OCF_ROOT \\
  OCF_AGENTS OCF_RESOURCE_INSTANCE OCF_RESOURCE_TYPE OCF_CHECK_LEVEL OCF_SUCCESS OCF_ERR_GENERIC OCF_ERR_ARGS OCF_ERR_UNIMPLEMENTED \\
  OCF_ERR_PERM OCF_ERR_INSTALLED OCF_ERR_CONFIGURED OCF_NOT_RUNNING OCF_RUNNING_MASTER OCF_FAILED_MASTER __OCF_ACTION \\
  __SCRIPT_NAME LC_ALL LANG IFCONFIG IP2UTIL; do eval echo $name=\\$$name; done
env | grep -E '^(HA_|OCF_|LC_ALL|LANG)' | sort
ha_log "info: it  has two blanks"
ha_log "ERROR: it fails"
ha_debug "debug: seldom seen"
for level in crit err warn info debug odd; do ocf_log $level "of level $level"; done
ocf_log alone
Echo a b
ha_parameter keepalive; ha_parameter DEADTIME; ha_parameter node; ha_parameter nothing
printf 't=note\\nword=a b\\n' | ha_clustermsg
for word in 1 0 yes no TRUE On "" 08 7f x; do
  for test in ocf_is_true ocf_is_decimal ocf_is_octal ocf_is_hex; do $test "$word" && echo "$test $word"; done
done
ocf_is_probe && echo probe; ocf_is_root && echo root
for verb in status monitor start status monitor print stop status dance; do ha_pseudo_resource thing $verb; echo "$verb $?"; done
echo 999999 >/run/marks/pid; ocf_pidfile_status /run/marks/pid; echo $?; echo $$ >/run/marks/pid; ocf_pidfile_status /run/marks/pid; echo $?
ocf_pidfile_status /run/marks/none; echo $?
ocf_run sh -c 'echo one; echo two; exit 3'; echo $?
ocf_run -warn false; echo $?
ocf_run echo fine; ocf_run -q echo quiet; echo $?
have_binary sh && echo have; have_binary no-such-program || echo "have not"
ocf_exit_reason "because of %s" that; ocf_exit_reason "100% sure"
(check_binary no-such-program); echo $?
ocf_take_lock /run/marks/lock; ls /run/marks; ocf_release_lock_on_exit /run/marks/lock
`;

/** Half a minute lasts until we say so. */
const PATIENT = '#!/bin/sh\n[ "$1" = 30 ] || exec /bin/sleep "$@"\nuntil [ -e /run/later ]; do /bin/sleep 0.05; done\n';

const RESOURCES = ['Probe', 'Second', 'Failing', 'Clinging', 'IPaddr'];

/** Files, resources and scripts that both sides have in common. */
export const prepare = async (host: Host): Promise<void> => {
  await host.write('/etc/ha.d/haresources', HARESOURCES);
  await host.write('/etc/ha.d/ha.cf', 'keepalive 300ms\nnode   lb1 lb2 # both\nNode lb3\n');
  for (const name of RESOURCES) {
    await host.get(['rm', '-f', `/etc/ha.d/resource.d/${name}`]);
    await host.write(`/etc/ha.d/resource.d/${name}`, PROBE, '755');
  }
  await host.write('/etc/init.d/Third', PROBE, '755');
  await host.write('/etc/init.d/lvs', LVS, '755');
  await host.write('/etc/init.d/heartbeat', '#!/bin/sh\necho "heartbeat $*" >>/run/calls\n', '755');
  await host.write('/run/ipvsadm', '#!/bin/sh\necho "ipvsadm $*" >>/run/calls\n', '755');
  await host.get(['mount', '--bind', '/run/ipvsadm', '/sbin/ipvsadm']);
  await host.write('/etc/ha.d/rc.d/note', '#!/bin/sh\necho "noted $*"\nexit 7\n', '755');
  await host.write('/etc/ha.d/rc.d/plain', 'echo never\n');
  await host.write('/run/custom', CUSTOM, '755');
  await host.write('/run/patient/sleep', PATIENT, '755');
};

/** The layout of the Debian package: links to the built commands, copies of the rest. */
const SHARE = `
set -eu
mkdir -p /run/share
mount --bind /run/share /usr/share/heartbeat
for file in "$1"/dist/share/*.js "$1"/dist/bin/hb_*.js; do name=\${file##*/}; ln -s "$file" "/usr/share/heartbeat/\${name%.js}"; done
cp "$1"/packaging/share/* /usr/share/heartbeat
`;

/** Puts our commands in place of those in /usr/share/heartbeat. */
export const installShare = async (host: Host): Promise<void> => {
  if (!host.ownFiles) throw new Error(`${host.name} shares the files of this machine: nothing is installed there`);
  await host.get(['sh', '-c', SHARE, 'install', projectRoot]);
};

const CONFIGURATION = `
set -eu
cp -r "$1"/packaging/etc/ha.d/. /etc/ha.d
mkdir -p /run/no-library; mount --bind /run/no-library /usr/lib/ocf/lib
`;

/** Puts all that is ours in place of the genuine package, and hides the library of the OCF agents. */
export const installScripts = async (host: Host): Promise<void> => {
  await installSuite(host);
  await installShare(host);
  await host.get(['sh', '-c', CONFIGURATION, 'install', projectRoot]);
};
