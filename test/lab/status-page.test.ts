/** `[status] listen` of ha-suite.ini: heartbeat starts the page beside itself, as somebody who can do no harm. */
import type { MachineStatus } from '../../lib/ha/status/status.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { readExposition } from '../support/exposition.js';
import { QUICK_FILES } from './quick-pair.js';

const URL_OF_PAGE = 'http://127.0.0.1:8694';

let lab: Lab;
let lb1: HeartbeatNode;

beforeAll(async () => {
  lab = await createLab('statuspage');
  const lan = await lab.network('lan');
  const host = await lab.host('lb1', {
    interfaces: [{ device: 'eth0', network: lan, addresses: ['10.0.0.1/24'] }],
  });
  lb1 = await installHeartbeat(host, 'ours', QUICK_FILES);
  await host.write('/etc/ha.d/ha-suite.ini', '[status]\nlisten = 127.0.0.1:8694\n');
}, 120_000);
afterAll(async () => {
  await lab?.close();
});

/** What a program on the node gets; empty: nobody answers. */
const fetched = async (path: string): Promise<string> => {
  const script = `fetch(${JSON.stringify(URL_OF_PAGE + path)}).then((got) => got.text()).then((text) => process.stdout.write(text), () => {})`;
  return (await lb1.host.run([process.execPath, '-e', script])).stdout;
};
const status = async (): Promise<MachineStatus | undefined> => {
  const text = await fetched('/status.json');
  return text === '' ? undefined : (JSON.parse(text) as MachineStatus);
};
/** Process id and user of everything that runs `ha serve`. */
const pages = async (): Promise<readonly (readonly [pid: string, user: string])[]> =>
  (await lb1.host.get(['ps', '-eo', 'pid=,user:32=,ni=,args=']))
    .split('\n')
    .filter((line) => / \S*node .*ha\.js serve$/.test(line))
    .map((line) => line.trim().split(/\s+/))
    .map(([pid = '', user = '', nice = '']) => [pid, `${user} ${nice}`]);

test('it shows what the node holds, and runs as hacluster behind everything else', async () => {
  await lb1.start();
  await until(
    'the page has the group here',
    async () => (await status())?.heartbeat.snapshot?.groups[0]?.place === 'here',
    60_000,
    300,
  );
  const { heartbeat, troubles } = (await status()) as MachineStatus;
  expect(heartbeat).toMatchObject({ stale: false, snapshot: { node: 'lb1', cluster: { self: 'lb1' } } });
  expect(troubles).toContain('node lb2 is dead');
  expect((await pages()).map(([, who]) => who)).toEqual(['hacluster 10']);
  const { samples, problems } = readExposition(await fetched('/metrics'));
  expect(problems).toEqual([]);
  expect(samples.get('ha_suite_node_up{node="lb2"}')).toBe(0);
  expect(await fetched('/')).toContain('IPaddr::10.0.0.100/24/eth0');
  expect((await lb1.log()).filter((line) => line.includes('serving http'))).toEqual([
    expect.stringContaining(`serving ${URL_OF_PAGE}/`),
  ]);
}, 120_000);

test('when it is killed the daemon goes on, and starts it again', async () => {
  const daemon = (await status())?.heartbeat.snapshot?.pid;
  const [[first = ''] = []] = await pages();
  await lb1.host.get(['kill', '-9', first]);
  await until('another one answers', async () => (await status()) !== undefined, 30_000, 300);
  const after = await pages();
  expect(after).toHaveLength(1);
  expect(after[0]?.[0]).not.toBe(first);
  expect((await status())?.heartbeat.snapshot?.pid).toBe(daemon);
}, 120_000);

test('a second one says that it waits', async () => {
  const second = lb1.host.start(['ha', 'serve']);
  const lines: string[] = [];
  second.onLine((line) => lines.push(line));
  await until('it has said so', async () => lines.length > 0, 20_000, 100);
  expect(lines).toEqual([
    'ha serve: waiting until 127.0.0.1:8694 is free: something serves there already, perhaps another ha serve',
  ]);
  await second.stop();
}, 60_000);

test('it ends with the daemon', async () => {
  expect((await lb1.stop()).code).toBe(0);
  expect(await pages()).toEqual([]);
  expect(await fetched('/healthz')).toBe('');
}, 120_000);
