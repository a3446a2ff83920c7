/**
 * The steps of the genuine package's BasicSanityCheck for heartbeat itself, on the genuine daemon and on ours.
 *
 * The script cannot be run as it is, also not with the genuine daemon: it expects the classic folders, the stonith tools and
 * an init script, and its fencing directives are not acted on here. Its configuration (10 ms keepalive!) and its questions
 * are the same. Beside them the package's api_test, which tries every call of the client library.
 */
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { millis } from '../../lib/time.js';

const TEST_ADDRESS = '10.253.252.251';
const DEBUG_LOG = '/var/log/ha-debug';

const HA_CF = `logfile /dev/null
debugfile ${DEBUG_LOG}
keepalive 10ms
debug 1
deadtime 5
initdead 5
auto_failback on
mcast eth0 225.224.223.222 694 0 0
ping 127.0.0.1
ping_group pingus_please 127.0.0.1
node lb1 ImAlwaysDead.com
use_logd off
respawn hacluster /usr/libexec/heartbeat/ccm
respawn hacluster /usr/libexec/heartbeat/ipfail
apiauth ping gid=haclient uid=root
`;

const authkeys = (index: number): string =>
  `auth ${index}\n1 sha1 SuperSecretKey--SHHH!!!\n2 md5  Encript-string-for-md5!!\n3 crc\n`;

interface Check {
  readonly lab: Lab;
  readonly node: HeartbeatNode;
}

const build = async (kind: Implementation): Promise<Check> => {
  const lab = await createLab(`sanity-${kind}`);
  const lan = await lab.network('lan');
  const host = await lab.host('lb1', {
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.253.252.249/29'] }],
  });
  const node = await installHeartbeat(host, kind, {
    haCf: HA_CF,
    authkeys: authkeys(1),
    haresources: `ImAlwaysDead.com IPaddr::${TEST_ADDRESS}/30/eth0\n`,
  });
  await host.get(['sh', '-c', 'mkdir -p /run/heartbeat/ccm && chown hacluster:haclient /run/heartbeat/ccm']);
  return { lab, node };
};

const logged = async ({ host }: HeartbeatNode): Promise<readonly string[]> => (await host.read(DEBUG_LOG)).split('\n');
const untilLogged = (node: HeartbeatNode, what: RegExp): Promise<number> =>
  until(String(what), async () => (await logged(node)).some((line) => what.test(line)), 30_000, 200);
const isUp = async ({ host }: HeartbeatNode): Promise<boolean> =>
  (await host.get(['ip', '-4', 'address', 'show', 'dev', 'eth0'])).includes(`${TEST_ADDRESS}/30`);

/** Debug lines of the client library that say ERROR of things that are none. */
const trouble = (lines: readonly string[]): readonly string[] => lines.filter((line) => /CRIT|ERROR/.test(line));

const check = async (node: HeartbeatNode): Promise<void> => {
  const { clStatus, host } = node;
  expect((await clStatus('hbstatus')).code).toBe(1);
  expect((await node.start()).code).toBe(0);
  await until('cl_status shows heartbeat running', async () => (await clStatus('hbstatus')).code === 0, 30_000, 300);
  for (const name of ['lb1', '127.0.0.1', 'pingus_please']) {
    await until(name, async () => (await clStatus('nodestatus', name)).code === 0, 10_000, 300);
  }
  await untilLogged(node, /node imalwaysdead\.com: is dead/);
  expect((await clStatus('nodestatus', 'imalwaysdead.com')).code).toBe(1);
  await untilLogged(node, new RegExp(`IPaddr.*${TEST_ADDRESS}`));
  await until('holds all', async () => (await clStatus('rscstatus')).stdout === 'all\n', 30_000, 500);
  expect(await isUp(node)).toBe(true);
  const agent = ['/etc/ha.d/resource.d/IPaddr', `${TEST_ADDRESS}/30/eth0`, 'status'];
  expect((await host.run(agent)).code).toBe(0);
  // Reload: a changed ha.cf ends in one exec (or what takes its place), changed keys do not.
  const daemon = node.implementation === 'ours' ? 'ha-heartbeat' : '/usr/libexec/heartbeat/heartbeat';
  await host.get(['touch', '-d', '+2 seconds', '/etc/ha.d/ha.cf']);
  expect((await host.run([daemon, '-r'])).code).toBe(0);
  await untilLogged(node, /restart exec/);
  await until('holds all', async () => (await clStatus('rscstatus')).stdout === 'all\n', 30_000, 500);
  await host.write('/etc/ha.d/authkeys', authkeys(2), '600');
  expect((await host.run([daemon, '-r'])).code).toBe(0);
  await untilLogged(node, /Rereading authentication file\./);
  const execs = (await logged(node)).filter((line) => /restart exec/.test(line));
  expect(execs).toHaveLength(1);
  await until('runs', async () => (await clStatus('hbstatus')).code === 0, 30_000, 300);
  expect((await node.stop()).code).toBe(0);
  expect((await clStatus('hbstatus')).code).toBe(1);
  expect(await isUp(node)).toBe(false);
};

const KINDS = ['genuine', 'ours'] as const;
const checks = new Map<Implementation, Check>();
const done = new Map<Implementation, Promise<void>>();
beforeAll(async () => {
  for (const kind of KINDS) checks.set(kind, await build(kind));
  for (const [kind, { node }] of checks) {
    const outcome = check(node);
    outcome.catch(() => {});
    done.set(kind, outcome);
  }
}, 180_000);
afterAll(async () => {
  await Promise.all([...checks.values()].map(({ lab }) => lab.close()));
});

test.each(KINDS)(
  'start, status, reload and stop: %s',
  async (kind) => {
    if (!done.has(kind)) throw new Error(`nothing was begun with ${kind}`);
    await done.get(kind);
  },
  450_000,
);

test('its log is free of errors', async () => {
  const node = checks.get('ours')?.node;
  if (node === undefined) throw new Error('no lab');
  expect(trouble(await logged(node))).toEqual([]);
});

test('api_test goes through, to the messages it sends to itself', async () => {
  const node = checks.get('ours')?.node;
  if (node === undefined) throw new Error('no lab');
  await node.start();
  await until('runs', async () => (await node.clStatus('nodestatus', 'pingus_please')).code === 0, 30_000, 300);
  const { stderr } = await node.host.run(['timeout', '8', '/usr/libexec/heartbeat/api_test'], {
    timeout: millis(20_000),
  });
  const lines = stderr.split('\n').map((line) => line.replace(/^.*api_test: \[\d+\]: /, ''));
  // A parameter that the Debian build does not have.
  expect(trouble(lines)).toEqual(['ERROR: Mandantory Parameter normalpoll is not available!']);
  const expected = [
    'info: Parameter keepalive is [10ms]',
    'info: Cluster node: pingus_please: status: ping',
    'info: \tnode pingus_please: intf: pingus_please ifstatus: up',
    'info: lb1/api_test status: [online]',
    'info: Sent ping request to cluster',
    'notice: Status update: Client lb1/ping now has status [join]',
    'notice: Got message 1 of type [ping] from [lb1]',
    'info: Sent ping reply(9) to [lb1]',
    'notice: Got message 11 of type [pingreply] from [lb1]',
  ];
  expect([expected.filter((line) => !lines.includes(line)), lines.slice(-20)]).toEqual([[], expect.anything()]);
  await node.stop();
}, 180_000);
