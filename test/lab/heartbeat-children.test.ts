/** Programs beside the daemon, the watchdog, and scheduling, on a machine of its own (heartbeat reference 9.1 to 9.3). */
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';

const HA_CF = `logfile /var/log/ha-log
keepalive 100ms
deadtime 1
initdead 1
bcast eth0
auto_failback on
node lb1 lb2
`;

let lab: Lab;
let node: HeartbeatNode;

beforeAll(async () => {
  lab = await createLab('hbchildren');
  const lan = await lab.network('lan');
  const host = await lab.host('lb1', {
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }],
  });
  node = await installHeartbeat(host, 'ours', { haCf: HA_CF, authkeys: 'auth 1\n1 crc\n', haresources: '' });
  // The host's own copy of /etc: the real machine's groups stay as they are.
  await host.get(['usermod', '--append', '--groups', 'audio', 'hacluster']);
}, 90_000);
afterAll(async () => {
  await lab?.close();
});

const text = async (): Promise<string> => (await node.log()).join('\n');
const logged = (line: string | RegExp): Promise<number> =>
  until(
    String(line),
    async () => (typeof line === 'string' ? (await text()).includes(line) : line.test(await text())),
    15_000,
    50,
  );
const configure = (...lines: readonly string[]): Promise<void> =>
  node.host.write('/etc/ha.d/ha.cf', `${HA_CF}${lines.join('\n')}\n`);
const forget = async (): Promise<void> => void (await node.host.get(['rm', '-f', '/var/log/ha-log']));
const daemonPid = async (): Promise<string> => (await node.host.read('/run/heartbeat.pid')).trim();
const pidsOf = async (command: string): Promise<readonly string[]> =>
  (await node.host.run(['pgrep', '-fx', command])).stdout.split('\n').filter((line) => line !== '');
const onlyPid = async (command: string): Promise<string> => {
  const pids = await pidsOf(command);
  expect(pids).toHaveLength(1);
  return pids[0] ?? '';
};
const status = async (pid: string, field: string): Promise<string> =>
  new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(await node.host.read(`/proc/${pid}/status`))?.[1]?.trim() ?? '';

test('respawn: the right user, groups, process group and scheduling; restarts; the stop goes backwards', async () => {
  await configure(
    'watchdog /run/watchdog',
    'respawn hacluster /bin/sleep 1001',
    'respawn root /usr/bin/env >/run/environment; exec /bin/true',
    'respawn root /bin/sleep "1002"',
  );
  await node.host.write('/run/watchdog', '');
  expect((await node.start()).code).toBe(0);
  await logged(/info: Starting "\/bin\/sleep "1002"" as uid 0 {2}gid 0 \(pid \d+\)/);

  const pid = await onlyPid('/bin/sleep 1001');
  const uid = (await node.host.get(['id', '-u', 'hacluster'])).trim();
  const gid = (await node.host.get(['id', '-g', 'hacluster'])).trim();
  expect(await text()).toContain(
    `lb1 heartbeat: [${pid}]: info: Starting "/bin/sleep 1001" as uid ${uid}  gid ${gid} (pid ${pid})`,
  );
  expect((await status(pid, 'Uid')).split('\t')).toEqual([uid, uid, uid, uid]);
  expect((await status(pid, 'Groups')).split(' ').sort()).toEqual(
    (await node.host.get(['id', '-G', 'hacluster'])).trim().split(' ').sort(),
  );
  expect(await status(pid, 'VmLck')).toBe('0 kB');
  const ps = await node.host.get(['ps', '-o', 'pgid=,sid=,cls=', '-p', pid]);
  expect(ps.trim().split(/\s+/)).toEqual([pid, pid, 'TS']);
  expect((await node.host.get(['ps', '-o', 'cls=,rtprio=', '-p', await daemonPid()])).trim()).toMatch(/^RR\s+1$/);
  for (const fd of [0, 1, 2])
    expect((await node.host.get(['readlink', `/proc/${pid}/fd/${fd}`])).trim()).toBe('/dev/null');

  // The second line needs a shell, whose exec ends it after the first command, as with genuine.
  const shell = '/usr/bin/env >/run/environment; exec /bin/true';
  await logged(`ERROR: Respawning client "${shell}":`);
  const environment = await node.host.read('/run/environment');
  for (const line of [
    'HA_CURHOST=lb1',
    'HA_deadtime=1',
    'HA_LOGFILE=/var/log/ha-log',
    'HA_FUNCS=/etc/ha.d//shellfuncs',
  ])
    expect(environment.split('\n')).toContain(line);
  expect(environment).not.toContain('HA_SUITE_');

  await node.host.get(['kill', '-KILL', pid]);
  await logged(`WARN: Managed /bin/sleep 1001 process ${pid} killed by signal 9 [SIGKILL - Kill, unblockable].`);
  await until('a second life', async () => (await pidsOf('/bin/sleep 1001')).some((other) => other !== pid), 5000, 50);

  expect((await node.stop()).code).toBe(0);
  const lines = (await node.log()).map((line) => line.replace(/^.*heartbeat: \[\d+\]: /, ''));
  const from = lines.indexOf('info: All HA resources relinquished.');
  const parting = lines.slice(from).filter((line) => /client \[|killing|complete/.test(line));
  expect(parting).toEqual([
    expect.stringMatching(/^info: killing \/bin\/sleep "1002" process group \d+ with signal 15$/),
    `info: client [${shell}] is not running.`,
    expect.stringMatching(/^info: killing \/bin\/sleep 1001 process group \d+ with signal 15$/),
    'info: lb1 Heartbeat shutdown complete.',
  ]);
  expect(await pidsOf('/bin/sleep 100[12]')).toEqual([]);

  // The stand-in for a watchdog: one NUL for every own status, and V at the end.
  expect(await text()).toContain('notice: Using watchdog device: /run/watchdog');
  expect(await text()).toMatch(/ERROR: WDIOC_SETTIMEOUT: Failed to set watchdog timer to 2 seconds\.: ENOTTY/);
  const fed = await node.host.read('/run/watchdog');
  expect(fed).toMatch(/^\0{10,}V$/);
}, 120_000);

test('killed without mercy, the daemon leaves no program behind, and the next one starts no second copy', async () => {
  await forget();
  await node.host.write('/run/stubborn', "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n", '755');
  await configure('respawn hacluster /bin/sleep 1003', 'respawn root /run/stubborn');
  expect((await node.start()).code).toBe(0);
  await logged('info: Starting "/run/stubborn"');
  const stubborn = await onlyPid('/bin/sh /run/stubborn');
  await node.host.get(['kill', '-KILL', await daemonPid()]);
  await until('the obedient one is gone', async () => (await pidsOf('/bin/sleep 1003')).length === 0, 5000, 50);
  expect(await pidsOf('/bin/sh /run/stubborn')).toEqual([stubborn]);
  await forget();
  expect((await node.start()).code).toBe(0);
  expect(await text()).toContain(`WARN: The last run did not end by itself: ending its child clients [${stubborn}].`);
  await logged('info: Starting "/run/stubborn"');
  expect(await onlyPid('/bin/sh /run/stubborn')).not.toBe(stubborn);
  // Away with it before the stop, which would otherwise wait its ten seconds.
  await node.host.write('/run/stubborn', '#!/bin/sh\nexit 100\n', '755');
  await node.host.get(['kill', '-KILL', await onlyPid('/bin/sh /run/stubborn')]);
  await logged(/Managed \/run\/stubborn process \d+ exited with return code 100\./);
  expect((await node.stop()).code).toBe(0);
}, 120_000);

test('failfast wants a reboot; a system without real-time rights is told; a missing watchdog is not fatal', async () => {
  await forget();
  await configure('watchdog /dev/no/watchdog', 'rtprio 5', `failfast root /bin/sh -c 'sleep 1; exit 3'`);
  const limits = ['prlimit', '--memlock=65536:65536', '--rtprio=0:0', '--'];
  const rights = ['setpriv', '--bounding-set=-sys_nice,-ipc_lock', '--inh-caps=-sys_nice,-ipc_lock', '--'];
  const started = await node.host.run([...limits, ...rights, 'ha-heartbeat'], { env: { HA_SUITE_NO_REBOOT: '1' } });
  expect(started.code).toBe(0);
  await logged('ERROR: Cannot open watchdog device: /dev/no/watchdog');
  await logged(/no real-time priority 5: EPERM/);
  await logged(/ERROR: Cannot lock ourselves into memory: /);
  await logged(`WARN: Managed /bin/sh -c 'sleep 1; exit 3' process`);
  await logged(`EMERG: Rebooting system.  Reason: /bin/sh -c 'sleep 1; exit 3'`);
  await logged('EMERG: No reboot: HA_SUITE_NO_REBOOT is set.');
  expect((await node.stop()).code).toBe(0);
}, 120_000);

test('a full disk under the log file costs lines, not heartbeats; it is told of elsewhere, once', async () => {
  await forget();
  await node.host.get(['sh', '-c', 'mkdir -p /run/small && mount -t tmpfs -o size=32k,mode=755 tmpfs /run/small']);
  await configure('logfile /run/small/ha-log', 'debugfile /var/log/ha-log', 'debug 1');
  expect((await node.start()).code).toBe(0);
  await logged("Local status now set to: 'active'");
  expect((await node.host.get(['stat', '-c', '%U:%G', '/run/small/ha-log'])).trim()).toBe('hacluster:haclient');
  await node.host.run(['dd', 'if=/dev/zero', 'of=/run/small/fill', 'bs=1k']);
  const pid = await daemonPid();
  // Each makes one line, of which at most the first pages can still be written.
  for (let count = 0; count < 60; count += 1) await node.host.get(['kill', count % 2 === 0 ? '-USR2' : '-USR1', pid]);
  await logged('ERROR: nothing can be logged to /run/small/ha-log: ');
  await node.host.get(['sh', '-c', 'rm /run/small/fill']);
  await node.host.get(['kill', '-USR1', pid]);
  await node.host.get(['kill', '-HUP', pid]);
  await logged('info: /run/small/ha-log can be logged to again');
  expect((await text()).split('nothing can be logged to').length - 1).toBe(1);
  expect(await text()).not.toMatch(/Late heartbeat|is dead.*is dead/);
  expect((await node.stop()).code).toBe(0);
}, 120_000);

test('with a fencing device the takeover waits until the dead node is reset', async () => {
  await forget();
  await configure('stonith_host lb1 null lb2');
  expect((await node.start()).code).toBe(0);
  await logged('info: mach_down takeover complete.');
  const lines = (await node.log()).map((line) => line.replace(/^.*heartbeat: \[\d+\]: /, ''));
  expect(lines.filter((line) => /is dead|Resetting|now reset|being acquired|STONITH|not supported/.test(line))).toEqual(
    [
      'WARN: node lb2: is dead',
      'info: Resetting node lb2 with [null]',
      'info: node lb2 now reset.',
      'info: Resources being acquired from lb2.',
    ],
  );
  expect((await node.stop()).code).toBe(0);
}, 120_000);
