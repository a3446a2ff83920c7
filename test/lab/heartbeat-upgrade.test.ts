/** An upgrade replaces the daemon's files while it runs: everything it will ever need must be in memory by then. */
import { join } from 'node:path';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';

const HA_CF = `logfile /var/log/ha-log
keepalive 200ms
deadtime 1
initdead 3
bcast eth0
auto_failback on
node lb1 lb2
`;

let lab: Lab;
let node: HeartbeatNode;

beforeAll(async () => {
  lab = await createLab('upgrade');
  const lan = await lab.network('lan');
  const host = await lab.host('lb1', {
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }],
  });
  const haresources = 'lb1 10.0.0.100/24/eth0 service\n';
  node = await installHeartbeat(host, 'ours', { haCf: HA_CF, authkeys: 'auth 1\n1 sha1 key\n', haresources });
  await host.write('/etc/ha.d/resource.d/service', '#!/bin/sh\necho "$1" >>/run/service\n', '755');
}, 90_000);
afterAll(async () => {
  await lab?.close();
});

test('it runs its first script, takes signals and hands over after its files are gone', async () => {
  const { host } = node;
  const did = async (): Promise<string> => (await host.read('/run/service')).replaceAll('\n', ' ').trim();
  await host.get(['cp', '-r', join(suiteRoot, 'dist'), '/run/copy']);
  expect((await host.run(['/run/copy/bin/ha-heartbeat.js'])).code).toBe(0);
  expect(await did()).toBe('');
  await host.get(['rm', '-r', '/run/copy']);
  await until('the group is started', async () => (await did()) === 'status start', 15_000, 100);
  await host.get(['sh', '-c', 'kill -HUP $(cat /run/heartbeat.pid)']);
  expect((await node.stop()).code).toBe(0);
  expect(await did()).toBe('status start stop');
  expect((await node.log()).filter((line) => /\b(ERROR|CRIT)\b(?!: Cannot lock ourselves)/.test(line))).toEqual([]);
}, 180_000);
