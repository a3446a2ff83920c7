/**
 * Everything a local client can tell: the genuine cl_status and ours, and a client that speaks byte by byte, against the
 * genuine daemon and ours, in two labs that differ in nothing else. All say the same.
 */
import { join } from 'node:path';
import {
  type HeartbeatNode,
  heartbeatPrograms,
  type Implementation,
  installHeartbeat,
} from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import { millis } from '../../lib/time.js';
import { withLogs } from '../lab/with-logs.js';
import type { ProbeAnswer, ProbeStep } from '../support/api-probe.js';

const HA_CF = `logfile /var/log/ha-log
keepalive 500ms
deadtime 4
warntime 2
initdead 4
deadping 4
bcast eth0 eth1
auto_failback on
node lb1 lb2
ping 10.0.0.254
ping_group grp1 10.0.0.254 10.0.0.253
apiauth okapp uid=root
apiauth other uid=hacluster
respawn hacluster /usr/libexec/heartbeat/ipfail
`;

interface Cluster {
  readonly lab: Lab;
  readonly nodes: readonly [HeartbeatNode, HeartbeatNode];
}

const build = async (kind: Implementation): Promise<Cluster> => {
  const lab = await createLab(`clients-${kind}`);
  const one = await lab.network('one');
  const two = await lab.network('two');
  await lab.host('gw', { interfaces: [{ device: 'eth0', network: one, addresses: ['10.0.0.254/24'] }] });
  const node = async (number: number): Promise<HeartbeatNode> => {
    const host = await lab.host(`lb${number}`, {
      interfaces: [
        { device: 'eth0', network: one, addresses: [`10.0.0.${number}/24`] },
        { device: 'eth1', network: two, addresses: [`10.0.1.${number}/24`] },
      ],
    });
    return installHeartbeat(host, kind, {
      haCf: HA_CF,
      authkeys: 'auth 1\n1 sha1 lab\n',
      haresources: 'lb1 IPaddr2::10.0.0.101/24/eth0\nlb2 IPaddr2::10.0.0.102/24/eth0\n',
    });
  };
  return { lab, nodes: [await node(1), await node(2)] };
};

const start = async ({ nodes }: Cluster): Promise<void> => {
  await Promise.all(nodes.map((node) => node.start()));
  for (const node of nodes) {
    const { clStatus, host } = node;
    await until('at rest', async () => (await clStatus('rscstatus')).stdout === 'local\n', 60_000, 300);
    await until(
      'ipfail runs',
      async () => (await clStatus('clientstatus', host.name, 'ipfail')).code === 0,
      30_000,
      300,
    );
    await until('ping nodes answer', async () => (await clStatus('nodestatus', 'grp1')).code === 0, 30_000, 300);
  }
};

const KINDS = ['genuine', 'ours'] as const;
const clusters = new Map<Implementation, Cluster>();
beforeAll(async () => {
  for (const kind of KINDS) clusters.set(kind, await build(kind));
  await Promise.all(
    [...clusters.values()].map((cluster) =>
      withLogs(
        () => cluster.nodes,
        () => start(cluster),
      ),
    ),
  );
}, 360_000);
afterAll(async () => {
  await Promise.all([...clusters.values()].map(({ lab }) => lab.close()));
});
const nodeOf = (kind: Implementation): HeartbeatNode => {
  const cluster = clusters.get(kind);
  if (cluster === undefined) throw new Error('no lab');
  return cluster.nodes[0];
};

/** Both daemons are asked at the same time. */
const onBoth = async <T>(ask: (node: HeartbeatNode) => Promise<T>): Promise<readonly [genuine: T, ours: T]> =>
  Promise.all([ask(nodeOf('genuine')), ask(nodeOf('ours'))]);

const LINES = `hbstatus
hbstatus -v
hbstatus -m
hbstatus -m -v
hbstatus extra
listnodes
listnodes -n
listnodes -p
listnodes -n -p
listnodes -v
listnodes -m
listnodes -mv
listnodes -n -v
listnodes -p -v
listnodes extra
nodestatus lb1
nodestatus lb2
nodestatus LB1
nodestatus 10.0.0.254
nodestatus grp1
nodestatus -m lb1
nodestatus lb1 -m
nodestatus nosuch
nodestatus -m nosuch
nodestatus
nodetype lb1
nodetype grp1
nodetype -m lb2
nodetype nosuch
nodetype
nodeweight lb1
nodeweight -m lb1
nodeweight grp1
nodeweight nosuch
nodeweight
nodesite lb1
nodesite -m lb1
nodesite nosuch
nodesite
listhblinks lb1
listhblinks -v lb2
listhblinks -m lb2
listhblinks -m -v lb2
listhblinks 10.0.0.254
listhblinks -v grp1
listhblinks nosuch
listhblinks
hblinkstatus lb1 eth0
hblinkstatus lb2 eth1
hblinkstatus -m lb2 eth0
hblinkstatus grp1 grp1
hblinkstatus lb1 eth9
hblinkstatus nosuch eth0
hblinkstatus lb1
hblinkstatus
clientstatus lb1 ipfail
clientstatus lb1 nosuch
clientstatus -m lb1 ipfail
clientstatus lb2 ipfail 4000
clientstatus lb2 nosuch 4000
clientstatus grp1 ipfail
clientstatus nosuch ipfail
clientstatus lb1
clientstatus
rscstatus
rscstatus -m
rscstatus extra
hbparameter -p keepalive
hbparameter -p deadtime
hbparameter -p warntime
hbparameter -p initdead
hbparameter -p deadping
hbparameter -p udpport
hbparameter -p baud
hbparameter -p auto_failback
hbparameter -p logfile
hbparameter -p debugfile
hbparameter -p logfacility
hbparameter -p use_logd
hbparameter -p conn_logd_time
hbparameter -p syslogmsgfmt
hbparameter -p log_badpack
hbparameter -p debug
hbparameter -p watchdog
hbparameter -p hopfudge
hbparameter -p msgfmt
hbparameter -p compression
hbparameter -p compression_threshold
hbparameter -p traditional_compression
hbparameter -p max_rexmit_delay
hbparameter -p hbgenmethod
hbparameter -p uuidfrom
hbparameter -p realtime
hbparameter -p rtprio
hbparameter -p memreserve
hbparameter -p coredumps
hbparameter -p coreroot
hbparameter -p cluster
hbparameter -p quorum_server
hbparameter -p autojoin
hbparameter -p pacemaker
hbparameter -p crm
hbparameter -p crm_daemon_dir
hbparameter -p crmd_spawns_pengine
hbparameter -p record_config_changes
hbparameter -p record_pengine_inputs
hbparameter -p enable_config_writes
hbparameter -p nice_failback
hbparameter -p node
hbparameter -p bcast
hbparameter -p hbversion
hbparameter -m -p keepalive
hbparameter -m -p nosuch
hbparameter -p
hbparameter
hbparameter keepalive
nosuch
-m nodestatus lb1
nodestatus -x lb1
nodestatus -mx lb1
nodestatus -- lb1
nodestatus -
listnodes -x
listhblinks -n lb1
clientstatus lb1 ipfail -5
hbstatus -x
hbstatus -v -x -y
hbparameter -v -p keepalive
hbparameter -mpkeepalive
rscstatus -v`.split('\n');

/** Runs every line and prints what came of it; in one go, for every process that enters a host costs time. */
const RUN_LINES = `program=$1; shift
for line; do
  printf '\\036%s\\n' "$line"
  "$program" $line 2>&1
  printf '[%s]' $?
done`;

/** Time and pid of log lines differ, and of a genuine daemon the last digits of computed numbers do not. */
const neutral = (text: string): string =>
  text.replace(/^\w{3} \d\d \d\d:\d\d:\d\d (\S+) cl_status: \[\d+\]: /gm, 'LOG $1 ');

const runLines = async (
  node: HeartbeatNode,
  program: string,
  wanted: readonly string[],
): Promise<readonly (readonly [line: string, outcome: string])[]> => {
  const { stdout } = await node.host.run(['sh', '-c', RUN_LINES, 'lines', program, ...wanted], {
    timeout: millis(120_000),
  });
  return stdout
    .split('\x1e')
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), neutral(part.slice(end + 1))] as const;
    });
};

/** A genuine daemon lets its clients wait: several ask at the same time. */
const QUEUES = 6;
const outcomes = async (
  node: HeartbeatNode,
  program: string,
  wanted: readonly string[] = LINES,
): Promise<ReadonlyMap<string, string>> => {
  const queues = Array.from({ length: QUEUES }, (_, queue) =>
    wanted.filter((_line, index) => index % QUEUES === queue),
  );
  return new Map((await Promise.all(queues.map((lines) => runLines(node, program, lines)))).flat());
};

/** Which parameters there are is the business of the daemon: our program need not ask for each. */
const OUR_LINES = LINES.filter((line) => !/^hbparameter -p (?!keepalive|debugfile|warntime)./.test(line));

const only = (outcome: ReadonlyMap<string, string>, wanted: readonly string[] = LINES): object =>
  Object.fromEntries(wanted.map((line) => [line, outcome.get(line)]));

test('cl_status: both programs say the same of both daemons, and end alike', async () => {
  const [onGenuine, onOurs] = await onBoth(async (node) => ({
    genuine: await outcomes(node, heartbeatPrograms('genuine').clStatus),
    ours: await outcomes(node, join(suiteRoot, 'dist', 'bin', 'cl_status.js'), OUR_LINES),
  }));
  expect(onGenuine.genuine.size).toBe(LINES.length);
  expect(only(onOurs.genuine)).toEqual(only(onGenuine.genuine));
  expect(only(onGenuine.ours, OUR_LINES)).toEqual(only(onGenuine.genuine, OUR_LINES));
  expect(only(onOurs.ours, OUR_LINES)).toEqual(only(onGenuine.genuine, OUR_LINES));
}, 120_000);

const ID = { dest: 'lb1', pid: '$PID', from_id: '$PID' };
const request = (reqtype: string, more: Readonly<Record<string, string>> = {}): ProbeStep => ({
  send: { t: 'hbapi-req', reqtype, ...ID, ...more },
});
const signon = (more: Readonly<Record<string, string>> = {}, to = 0): ProbeStep => ({
  to,
  send: { t: 'hbapi-req', reqtype: 'signon', ...ID, uid: '0', gid: '0', ...more },
});

/** One process with one client each: a genuine daemon takes two of one process for each other. */
const CONVERSATIONS: Readonly<Record<string, readonly ProbeStep[]>> = {
  'sign-ons that are refused': [
    signon({ pid: '0' }),
    signon({ pid: 'x' }, 1),
    signon({ pid: '999999' }, 2),
    signon({ from_id: 'ipfail' }, 3),
    signon({ from_id: '' }, 4),
    signon({ from_id: 'other' }, 5),
    signon({ from_id: 'nobody' }, 6),
    signon({ uid: 'x' }, 7),
    signon({ uid: '5' }, 8),
    signon({ gid: '5' }, 9),
    signon({ from_id: 'okapp', pid: '1' }, 10),
    { to: 11, send: { t: 'hbapi-req', reqtype: 'nodelist', ...ID } },
    signon({ from_id: '$PIDabc' }, 11),
  ],
  'requests right and wrong': [
    signon(),
    signon(),
    request('nosuch'),
    ...[{}, { fmask: '0' }, { fmask: '40' }, { fmask: 'x' }, { fmask: '1zz' }].map((more) =>
      request('setfilter', more),
    ),
    ...[{}, { signal: '9' }, { signal: '19' }, { signal: '32' }, { signal: '-1' }, { signal: 'x' }].map((more) =>
      request('setsignal', more),
    ),
    request('setsignal', { signal: '10' }),
    request('numnodes'),
    request('setsignal', { signal: '0' }),
    request('nodelist'),
    ...[{}, { node: 'nosuch' }, { node: 'LB1' }, { node: 'grp1' }].map((more) => request('nodestatus', more)),
    request('iflist', { node: 'lb2' }),
    request('ifstatus', { node: 'lb1' }),
    request('clientstatus', { node: 'lb1' }),
    request('clientstatus', { node: 'lb1', cn: 'ipfail' }),
    request('getparm'),
    request('getparm', { pname: 'nosuch' }),
    request('getrsc'),
    ...[{}, { queryname: 'lb1' }, { queryname: 'lb2' }, { queryname: 'grp1' }, { queryname: 'nosuch' }].map((more) =>
      request('getuuid', more),
    ),
    request('getnodename'),
    request('getnodename', { '(1)queryuuid': 'AAAAAAAAAAAAAAAAAAAAAA==' }),
    request('set_sendqlen'),
    request('set_sendqlen', { sendqlen: '0' }),
    request('set_sendqlen', { sendqlen: '100' }),
    { send: { t: 'hbapi-req', pid: '$PID', from_id: '$PID' } },
    { send: { t: 'hbapi-req', reqtype: 'numnodes' } },
    request('numnodes', { from_id: 'zz', pid: '1' }),
    request('numnodes', { from_id: 'ipfail' }),
    { send: { x: 'y' } },
    { send: { t: 'foo' } },
  ],
  'a client of the other node': [
    signon(),
    { ...request('clientstatus', { node: 'lb2', cn: 'ipfail' }), wait: 1500 },
    request('clientstatus', { node: 'lb2', cn: 'nosuch' }),
  ],
  'a named client': [
    signon({ from_id: 'okapp' }),
    { send: { t: 'foo', a: 'b', from_id: 'z', to_id: 'q', client_gen: '99' }, wait: 1500 },
    { send: { t: 'foo', dest: 'lb2' }, wait: 1500 },
    { send: { t: 'foo', dest: 'lb1' }, wait: 1500 },
    { send: { x: 'y' } },
    request('clientstatus', { node: 'lb1', cn: 'okapp', from_id: 'okapp' }),
    request('signoff', { from_id: 'okapp' }),
  ],
  'bytes that are no frame': [{ bytes: '00'.repeat(20) }],
};

/** What differs from run to run; the digest of a message is not shown to local clients here (nobody checks it). */
const steady = (text: string): string =>
  text
    .replace(/^(seq|hg|ts|ld|\(1\)srcuuid|\(1\)destuuid|client_gen)=.*$/gm, '$1')
    .replace(/^\(1\)queryuuid=(?!AAAA).*$/gm, '(1)queryuuid')
    .replace(/\nauth=1 \w+/g, '')
    .replace(/\b\d{2,6}(?=abc\b)/g, 'PID')
    .replace(/^(pid|to_id|from_id)=\d{2,6}$/gm, '$1=PID');

const ABOUT_CLIENTS =
  /api_|MSG|Client |duplicate client|Unknown API|No message|PID mismatch|pids \(|the send queue|ipc_/;
const complaints = (lines: readonly string[]): readonly string[] =>
  lines
    .filter((line) => ABOUT_CLIENTS.test(line))
    .map((line) => line.replace(/^.* heartbeat: \[\d+\]: /, '').replace(/\b\d{2,6}\b/g, 'N'));

/** Sorting is stable: within a connection the order stays. */
const byConnection = (one: string, other: string): number => Number.parseInt(one, 10) - Number.parseInt(other, 10);

test.each(Object.keys(CONVERSATIONS))(
  'byte by byte: %s',
  async (name) => {
    const steps = CONVERSATIONS[name] ?? [];
    const [genuine, ours] = await onBoth(async (node) => {
      const before = (await node.log()).length;
      const probe = join(suiteRoot, 'dist', 'build', 'test', 'support', 'api-probe.js');
      const said = await node.host.get([process.execPath, probe, JSON.stringify([...steps, { wait: 1500 }])], {
        timeout: millis(60_000),
      });
      const heard = (JSON.parse(said) as readonly ProbeAnswer[]).flat();
      return {
        // A genuine daemon looks at its clients when it finds the time: what follows which question is not for sure.
        answers: heard
          .filter((line) => !line.startsWith('signal'))
          .map(steady)
          .sort(byConnection),
        isSignalled: heard.includes('signal SIGUSR1'),
        lines: complaints((await node.log()).slice(before)),
      };
    });
    expect(ours).toEqual(genuine);
  },
  120_000,
);
