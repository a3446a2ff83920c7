/** Our OCF agent IPaddr2 as Pacemaker calls it, and beside that of the resource-agents package. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { seconds } from '../../lib/time.js';
import { projectRoot } from '../support/paths.js';

const OURS = join(projectRoot, 'dist', 'ocf', 'IPaddr2.js');
const GENUINE = '/usr/lib/ocf/resource.d/heartbeat/IPaddr2';

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab('ocf-address');
  const lan = await lab.network('lan');
  host = await lab.host('lb1', { interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }] });
}, 60_000);
afterAll(() => lab?.close());

type Parameters = Readonly<Record<string, string>>;
const call = (agent: string, action: string, parameters: Parameters) =>
  host.run([agent, action], {
    env: {
      ...{ OCF_ROOT: '/usr/lib/ocf', OCF_RA_VERSION_MAJOR: '1', OCF_RA_VERSION_MINOR: '0' },
      ...{ OCF_RESOURCE_INSTANCE: 'address', OCF_RESOURCE_TYPE: 'IPaddr2', HA_LOGFILE: '/run/log' },
      ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`OCF_RESKEY_${name}`, value])),
    },
  });
const addresses = async (): Promise<string> => {
  const lines = await host.get(['ip', '-oneline', '-4', 'address', 'show', 'dev', 'eth0']);
  return lines.replace(/\s+/g, ' ');
};

/** A life, each step with its exit code and what the kernel has then. */
const life = async (agent: string, parameters: Parameters) => {
  const seen: unknown[] = [];
  for (const action of ['monitor', 'start', 'start', 'monitor', 'validate-all', 'stop', 'stop', 'monitor'])
    seen.push([action, (await call(agent, action, parameters)).code, await addresses()]);
  return seen;
};

test.each<[string, Parameters]>([
  ['everything given', { ip: '10.0.0.100', cidr_netmask: '24', nic: 'eth0', broadcast: '10.0.0.255' }],
  ['a label without a mask', { ip: '10.0.0.100', nic: 'eth0', iflabel: 'www' }],
])(
  '%s: the same codes and addresses as the genuine one',
  async (_name, parameters) => {
    const ours = await life(OURS, parameters);
    expect(ours.map((each) => (each as readonly unknown[])[1])).toEqual([7, 0, 0, 0, 0, 0, 0, 7]);
    expect(ours).toEqual(await life(GENUINE, parameters));
  },
  60_000,
);

test('the reason of a failure is marked for Pacemaker', async () => {
  const elsewhere = { ip: '10.0.0.100', nic: 'eth7' };
  const { code, stderr } = await call(OURS, 'start', elsewhere);
  // docs/differences.md: here Pacemaker tries another node, there it gives up.
  expect((await call(GENUINE, 'start', elsewhere)).code).toBe(6);
  expect([code, stderr]).toEqual([5, 'ocf-exit-reason:this node has no interface eth7\n']);
  expect((await call(OURS, 'start', { ip: '10.9.9.9' })).stderr).toBe(
    'ocf-exit-reason:Unable to find nic or netmask.\n',
  );
  expect((await call(OURS, 'start', { ip: 'nonsense' })).code).toBe(6);
  expect((await call(OURS, 'promote', {})).code).toBe(3);
}, 30_000);

test('the tester of the resource-agents package is content', async () => {
  expect(existsSync('/usr/sbin/ocf-tester')).toBe(true);
  const parameters = ['-o', 'ip=10.0.0.100', '-o', 'nic=eth0'];
  const { code, stdout } = await host.run(['/usr/sbin/ocf-tester', '-n', 'address', ...parameters, OURS], {
    ...{ env: { OCF_ROOT: '/usr/lib/ocf' }, timeout: seconds(90) },
  });
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${OURS} passed all tests`)]);
}, 100_000);
