/** Two of our daemons on nothing but a serial cable: garbage, a line that takes nothing, and a cable that is pulled out. */
import { writeFileSync } from 'node:fs';
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { openSerialPair, type SerialPair } from '../support/serial-pair.js';

const ADDRESS = '10.0.0.100';
/** The name in ha.cf: a link to whichever pseudo-terminal the cable has at the moment. */
const TTY = '/run/heartbeat-tty';

const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 2
initdead 10
baud 115200
serial ${TTY}
auto_failback on
node lb1 lb2
`;

let lab: Lab;
let cable: SerialPair;
let one: HeartbeatNode;
let two: HeartbeatNode;
let watch: AddressWatch;

const plugIn = async (): Promise<void> => {
  cable = await openSerialPair();
  for (const [index, node] of [one, two].entries()) await node.host.get(['ln', '-sfn', cable.ends[index] ?? '', TTY]);
};

beforeAll(async () => {
  lab = await createLab('hbserial');
  const lan = await lab.network('lan');
  const install = async (name: string, number: number): Promise<HeartbeatNode> => {
    const host = await lab.host(name, {
      interfaces: [{ device: 'eth0', network: lan, addresses: [`10.0.0.${number}/24`] }],
    });
    return installHeartbeat(host, 'ours', {
      haCf: HA_CF,
      authkeys: 'auth 1\n1 sha1 x\n',
      haresources: `lb1 IPaddr2::${ADDRESS}/24/eth0\n`,
    });
  };
  one = await install('lb1', 1);
  two = await install('lb2', 2);
  await plugIn();
  watch = await watchAddresses([one.host, two.host]);
}, 90_000);
afterAll(async () => {
  await lab?.close();
  await cable?.unplug();
});

const owners = (): string => watch.owners(ADDRESS).join('+');
const eventually = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
  try {
    await until(what, condition, 15_000, 50);
  } catch (error) {
    const logs = await Promise.all([one, two].map(async (node) => (await node.log()).slice(-25).join('\n')));
    throw new Error(`${String(error)}\n${logs.join('\n---\n')}`);
  }
};
const logged = async (node: HeartbeatNode, line: string): Promise<boolean> =>
  (await node.log()).some((entry) => entry.includes(line));

test('both start over the cable alone', async () => {
  const started = await Promise.all([one.start(), two.start()]);
  expect(started.map(({ code }) => code)).toEqual([0, 0]);
  await eventually('lb1 serves', () => owners() === 'lb1');
  await eventually('the link is up', () => logged(one, `info: Link lb2:${TTY} up.`));
  expect(await logged(one, `info: glib: Starting serial heartbeat on tty ${TTY} (115200 baud)`)).toBe(true);
  expect((await one.host.read('/var/lock/LCK.._run_heartbeat-tty')).length).toBe(11);
}, 90_000);

test('garbage, half messages and a flood of them on the line do no harm', async () => {
  for (const garbage of ['rubbish without end', '>>>\nt=status\nst=dead\n', '\0\xff\x80<<<\n', 'x'.repeat(3000)])
    for (const end of cable.ends) writeFileSync(end, garbage, 'latin1');
  // Longer than deadtime: what came afterwards was understood.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(owners()).toBe('lb1');
  expect(await logged(one, 'is dead')).toBe(false);
  expect(await logged(two, 'is dead')).toBe(false);
}, 90_000);

test('a line that takes nothing is a dead link, and delays nothing else; it comes back by itself', async () => {
  cable.hold();
  await eventually('lb2 takes over', () => owners() === 'lb1+lb2');
  for (const node of [one, two]) expect((await node.clStatus('hbstatus')).stdout).toContain('running');
  cable.release();
  await eventually('one serves again', () => owners() === 'lb1');
  for (const node of [one, two]) expect(await logged(node, 'This node was late')).toBe(false);
}, 180_000);

test('a cable that is pulled out and plugged in again works again', async () => {
  await cable.unplug();
  await eventually('lb2 takes over', () => owners() === 'lb1+lb2');
  expect(await logged(one, 'Communications restart failed. Will try again later.')).toBe(true);
  await plugIn();
  await eventually('one serves again', () => owners() === 'lb1');
  expect(await logged(one, 'Communications restart succeeded.')).toBe(true);
  const failures = (await one.log()).filter((line) => line.includes('Communications restart failed'));
  expect(failures).toHaveLength(1);
}, 180_000);

test('a graceful stop leaves no lock', async () => {
  expect((await one.stop()).code).toBe(0);
  await eventually('lb2 serves', () => owners() === 'lb2');
  expect(await one.host.read('/var/lock/LCK.._run_heartbeat-tty')).toBe('');
}, 90_000);
