/** Our OCF agent ldirectord and our ldirectord, as Pacemaker would use them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { installSuite } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import { seconds } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

const AGENT = join(projectRoot, 'packaging', 'ocf', 'heartbeat', 'ldirectord');
const GENUINE = '/usr/lib/ocf/resource.d/heartbeat/ldirectord';
const CONFIG = '/etc/ha.d/site.cf';
const PROGRAM = '/usr/local/sbin/ldirectord-ts';
const CONTENT = `checkinterval = 1
virtual = 10.0.0.3:80
	real = 10.0.0.11:80 masq
	checktype = off
	protocol = tcp
`;

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab('ocf');
  const lan = await lab.network('lan');
  host = await lab.host('lb1', { interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }] });
  await installSuite(host);
  await host.write(CONFIG, CONTENT);
}, 90_000);
afterAll(() => lab?.close());

const env = { HA_SUITE_IPVS_ENGINE: 'nft', HA_LOGFILE: '/run/log', OCF_ROOT: '/usr/lib/ocf' };
const call = (action: string, agent = AGENT) =>
  host.run([agent, action], {
    env: {
      ...env,
      OCF_RA_VERSION_MAJOR: '1',
      OCF_RESOURCE_INSTANCE: 'lvs',
      OCF_RESKEY_configfile: CONFIG,
      OCF_RESKEY_ldirectord: PROGRAM,
    },
  });
const table = () => host.get(['/usr/local/sbin/ha-ipvsadm', '-Ln'], { env });

test('start fills the table, stop empties it, and each is over when it returns', async () => {
  expect((await call('monitor')).code).toBe(7);
  expect((await call('start')).code).toBe(0);
  expect((await call('monitor')).code).toBe(0);
  expect((await call('stop')).code).toBe(0);
  expect((await call('monitor')).code).toBe(7);
  expect((await host.run(['pgrep', '-f', CONFIG])).code).toBe(1);
  expect(await table()).not.toContain('10.0.0.3');
}, 60_000);

test('what runs with a configuration that has been broken meanwhile is ended all the same', async () => {
  expect((await call('start')).code).toBe(0);
  await host.write(CONFIG, 'virtual = nonsense\n');
  expect((await call('monitor')).code).toBe(1);
  expect((await call('stop')).code).toBe(0);
  expect((await host.run(['pgrep', '-f', CONFIG])).code).toBe(1);
  expect(await host.read('/run/log')).toMatch(/WARNING: Killing ldirectord\(\d+\) with SIGTERM/);
  await host.write(CONFIG, CONTENT);
}, 60_000);

test('the agent of the resource-agents package is content with our ldirectord, too', async () => {
  const genuine = async (action: string): Promise<number | undefined> => (await call(action, GENUINE)).code;
  expect([await genuine('monitor'), await genuine('start'), await genuine('monitor')]).toEqual([7, 0, 0]);
  expect(await table()).toContain('10.0.0.3');
  expect(await genuine('stop')).toBe(0);
  // It returns before the end, which ours does not.
  await until('the end', async () => (await genuine('monitor')) === 7, seconds(10), 200);
  expect(await table()).not.toContain('10.0.0.3');
}, 60_000);

test('the tester of the resource-agents package is content', async () => {
  expect(existsSync('/usr/sbin/ocf-tester')).toBe(true);
  const parameters = ['-o', `configfile=${CONFIG}`, '-o', `ldirectord=${PROGRAM}`];
  const { code, stdout } = await host.run(['/usr/sbin/ocf-tester', '-n', 'lvs', ...parameters, AGENT], {
    ...{ env, timeout: seconds(90) },
  });
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${AGENT} passed all tests`)]);
}, 100_000);
