/** Starts and stops that go wrong: two at once, files in the way, a full disk, a killed daemon, nobody who reads what it says. */
import { jest } from '@jest/globals';
import { STEPPABLE_CLOCK, stepClock } from '../../lib/lab/clock-step.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import type { ExecResult } from '../../lib/platform/exec.js';

jest.setTimeout(180_000);

const HA_CF = `logfile /var/log/ha-log
keepalive 200ms
deadtime 1
initdead 1
bcast eth0
auto_failback on
node lb1 lb2
`;
/** Remembers whether it runs; a second start, which a right daemon never makes, leaves a trace. */
const SERVICE = `#!/bin/sh
case "$1" in
  start) [ -e /run/service-on ] && echo twice >>/run/service-wrong; sleep 0.1; touch /run/service-on ;;
  stop) sleep "$(cat /run/slow 2>/dev/null || echo 0.1)"; rm -f /run/service-on ;;
  status) if [ -e /run/service-on ]; then echo running; else echo stopped; fi ;;
esac
`;
const ADDRESS = '10.0.0.100';
/** Kills at random moments: this many in every run, more with HA_SUITE_KILLS. */
const KILLS = Number(process.env.HA_SUITE_KILLS ?? 6);

let lab: Lab;
let node: HeartbeatNode;
beforeAll(async () => {
  lab = await createLab('hblives');
  const lan = await lab.network('lan');
  const host = await lab.host('lb1', {
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }],
  });
  const haresources = `lb1 IPaddr2::${ADDRESS}/24/eth0 service\n`;
  node = await installHeartbeat(host, 'ours', { haCf: HA_CF, authkeys: 'auth 1\n1 crc\n', haresources });
  await host.write('/etc/ha.d/resource.d/service', SERVICE, '755');
});
afterAll(async () => {
  await lab?.close();
});

const heartbeat = (...args: readonly string[]): Promise<ExecResult> => node.host.run(['ha-heartbeat', ...args]);
const sh = (script: string): Promise<string> => node.host.get(['sh', '-c', script]);
const pid = async (): Promise<string> => (await node.host.read('/run/heartbeat.pid')).trim();
const daemons = async (): Promise<number> =>
  (await node.host.get(['ps', '-e', '-o', 'args='])).split('\n').filter((line) => line.startsWith('ha-heartbeat:'))
    .length;
const holds = async (): Promise<boolean> =>
  (await node.host.get(['ip', 'address', 'show', 'dev', 'eth0'])).includes(`${ADDRESS}/24`);
const serves = async (): Promise<boolean> =>
  (await holds()) && (await node.host.run(['test', '-e', '/run/service-on'])).code === 0;
const untilServing = (): Promise<number> => until('it serves', serves, 20_000, 50);
const stop = async (): Promise<void> => {
  expect((await node.stop()).code).toBe(0);
  expect(await serves()).toBe(false);
  expect(await holds()).toBe(false);
};

test('of several that are started at once one runs, and none of them fails', async () => {
  const codes = await Promise.all([1, 2, 3].map(async () => (await heartbeat()).code));
  expect(codes).toEqual([0, 0, 0]);
  await until('the others are gone', async () => (await daemons()) === 1, 10_000, 100);
  await untilServing();
  await stop();
});

test.each([
  ['names a process that is no heartbeat', 'sleep 60 & printf "%10d\\n" $! >/run/heartbeat.pid'],
  ['is garbage', 'echo garbage >/run/heartbeat.pid'],
  ['is missing, with its folder for sockets', 'rm -rf /run/heartbeat.pid /run/heartbeat'],
])('a pid file that %s is no obstacle', async (_, prepare) => {
  await sh(`(${prepare}) >/dev/null 2>&1`);
  expect((await heartbeat()).code).toBe(0);
  expect((await heartbeat('-s')).code).toBe(0);
  await stop();
});

test('a full disk is no obstacle either', async () => {
  const before = Number(await node.host.read('/var/lib/heartbeat/hb_generation'));
  await sh(`cp -a /var/lib/heartbeat /run/state && mount -t tmpfs -o size=64k,mode=755 tmpfs /var/lib/heartbeat &&
    cp -a /run/state/. /var/lib/heartbeat && { dd if=/dev/zero of=/var/lib/heartbeat/full bs=1k count=1000 2>/dev/null || :; }`);
  expect((await heartbeat()).code).toBe(0);
  expect(Number(await node.host.read('/var/lib/heartbeat/hb_generation'))).toBe(before + 1);
  await stop();
  await sh(
    'cp /var/lib/heartbeat/hb_generation /run/state && umount /var/lib/heartbeat && cp -a /run/state/. /var/lib/heartbeat',
  );
});

test('a stop in the middle of the start, and while a script hangs; a second one changes nothing', async () => {
  const starting = heartbeat();
  await until('it has its file', async () => (await daemons()) === 1, 10_000, 10);
  await sh(`kill -TERM ${await pid()}`);
  await starting;
  await until('it is gone', async () => (await heartbeat('-s')).code !== 0, 10_000, 50);
  expect(await holds()).toBe(false);
  expect((await heartbeat()).code).toBe(0);
  await untilServing();
  await node.host.write('/run/slow', '2');
  const before = await pid();
  await sh(`kill -TERM ${before}; kill -TERM ${before}`);
  await until('it is gone', async () => (await heartbeat('-s')).code !== 0, 20_000, 50);
  await node.host.write('/run/slow', '0.1');
  expect(await holds()).toBe(false);
  expect((await node.log()).filter((line) => line.includes('CRIT'))).toEqual([]);
});

test.each([
  ['closed', 'exec ha-heartbeat -f >&- 2>&-'],
  ['a pipe that nobody reads any more', 'ha-heartbeat -f 2>&1 | head -n 1'],
])('in the foreground with a standard output that is %s', async (_, command) => {
  const running = node.host.start(['sh', '-c', command]);
  await untilServing();
  await sh(`kill -PIPE ${await pid()}; kill -HUP ${await pid()}`);
  expect((await heartbeat('-s')).code).toBe(0);
  await stop();
  await running.stop('SIGKILL');
});

test('the wall clock goes an hour forward and two back: said, and harmless (heartbeat reference 5.3)', async () => {
  await stepClock(node.host, 0);
  expect((await node.host.run(['ha-heartbeat'], { env: STEPPABLE_CLOCK })).code).toBe(0);
  await untilServing();
  const before = (await node.log()).length;
  await stepClock(node.host, 3600);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await stepClock(node.host, -3600);
  const fresh = async (): Promise<readonly string[]> => (await node.log()).slice(before);
  await until(
    'it is said',
    async () => (await fresh()).some((line) => line.includes('Clock jumped backwards.')),
    10_000,
    50,
  );
  expect(await serves()).toBe(true);
  expect((await fresh()).filter((line) => /WARN|ERROR|CRIT/.test(line))).toEqual([]);
  await stop();
});

test('killed at any moment of a start, a reload or a stop: the next start ends with everything in its place', async () => {
  for (let round = 0; round < KILLS; round += 1) {
    expect((await heartbeat()).code).toBe(0);
    const victim = await pid();
    if (round % 3 > 0) await untilServing();
    if (round % 3 === 1) await sh(`touch /etc/ha.d/ha.cf; kill -HUP ${victim}`);
    if (round % 3 === 2) await sh(`kill -TERM ${victim}`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * (round % 3 === 0 ? 2500 : 250)));
    await sh(`kill -KILL ${victim} 2>/dev/null || :`);
    await until('it is gone', async () => (await heartbeat('-s')).code !== 0, 10_000, 20);
  }
  expect((await heartbeat()).code).toBe(0);
  // What a killed one left is stopped first; alone it takes its own after initdead.
  await until('it is up', async () => (await node.clStatus('rscstatus')).stdout.trim() === 'all', 20_000, 100);
  await untilServing();
  expect(await node.host.read('/run/service-wrong')).toBe('');
  expect(await daemons()).toBe(1);
  await stop();
});
