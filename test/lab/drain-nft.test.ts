/** ha drain on the nft engine, with a connection that is real: it goes on, nobody new comes, and its end is noticed. */
import type { MachineStatus } from '../../lib/ha/status/status.js';
import { createHost, type Host } from '../../lib/lab/host.js';
import { until } from '../../lib/lab/until.js';
import type { ExecResult } from '../../lib/platform/exec.js';
import { seconds } from '../../lib/time.js';
import { readExposition } from '../support/exposition.js';
import { command } from '../support/paths.js';

/** Says a line back, as long as the client likes. */
const ECHO = `require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
}).listen(80, '192.168.0.1');`;

/** Talks as long as one file is there, and writes what comes back into another. */
const CLIENT = `exec 3<>/dev/tcp/10.0.0.3/80 && touch /run/talk
while [ -e /run/talk ]; do
  echo hello >&3; read -r answer <&3 && echo "$answer" >>/run/heard
  sleep 0.2
done`;

const CONFIG = `checkinterval=1
quiescent=no
virtual=10.0.0.3:80
    real=192.168.0.1:80 masq 5
    checktype=connect
    service=none
    scheduler=rr
`;

let host: Host;
const ours = (name: string, ...words: readonly string[]): Promise<ExecResult> =>
  host.run([process.execPath, command(name), ...words], {
    env: { HA_SUITE_IPVS_ENGINE: 'nft', TZ: 'UTC', HOSTNAME: 'director' },
  });
const row = async (): Promise<string> => {
  const { stdout } = await ours('ha-ipvsadm', '-L', '-n');
  return /-> 192\.168\.0\.1:80 +(.*?) *$/m.exec(stdout)?.[1]?.replace(/ +/g, ' ') ?? '';
};
/** What the daemon says of the server, in all the ways there are. */
const told = async () => {
  const { directors } = JSON.parse((await ours('ha', 'status', '--json')).stdout) as MachineStatus;
  const live = directors[0]?.heard.snapshot;
  return { table: live?.table, connections: live?.virtuals[0]?.reals[0]?.connections };
};
const heard = async (): Promise<number> => (await host.read('/run/heard')).split('\n').length;

beforeAll(async () => {
  host = await createHost('drain-nft', { settings: { 'net.ipv4.ip_forward': '1' } });
  await host.get(['sh', '-c', 'for one in 10.0.0.3 192.168.0.1; do ip address add $one/32 dev lo; done']);
  await host.write('/etc/ha.d/test.cf', CONFIG);
  host.start([process.execPath, '-e', ECHO]);
  expect((await ours('ldirectord-ts', 'test.cf', 'start')).code).toBe(0);
  await until('the server in the table', async () => (await row()).startsWith('Masq 5'), seconds(20));
}, 60_000);
afterAll(async () => {
  await ours('ldirectord-ts', 'test.cf', 'stop');
  await host.close();
}, 30_000);

test('the connection goes on although quiescent=no, a new one is refused, and when the last one ends it is safe to stop', async () => {
  host.start(['bash', '-c', CLIENT]);
  await until('the connection', async () => (await row()) === 'Masq 5 1 0', seconds(10));
  await until('its count', async () => (await told()).connections?.active === 1, seconds(10));
  expect(await told()).toEqual({
    table: { at: expect.any(String), problem: null },
    connections: { active: 1, inactive: 0, weight: 5, at: expect.any(String) },
  });
  expect((await ours('ha', 'status')).stdout).toMatch(
    /192\.168\.0\.1:80 {2}masq 5 {2}up .* {2}1 active, 0 inactive {2}/,
  );
  const waiting = ours('ha', 'drain', '192.168.0.1', '--wait', '--config', 'test.cf');
  await until('the drain', async () => (await row()) === 'Masq 0 1 0', seconds(10));
  await until('the weight in the table', async () => (await told()).connections?.weight === 0, seconds(10));
  const labels = 'instance="test.cf",virtual="tcp:10.0.0.3:80",real="192.168.0.1:80"';
  const { samples } = readExposition((await ours('ha', 'serve', '--once', 'metrics')).stdout);
  expect(samples.get(`ha_suite_real_connections{${labels},state="active"}`)).toBe(1);
  expect(samples.get(`ha_suite_real_table_weight{${labels}}`)).toBe(0);
  const before = await heard();
  await until('more answers', async () => (await heard()) > before + 3, seconds(10));
  const fresh = await host.run(['timeout', '2', 'bash', '-c', 'exec 3<>/dev/tcp/10.0.0.3/80']);
  expect(fresh.code).not.toBe(0);
  await host.get(['rm', '/run/talk']);
  const { code, stdout, stderr } = await waiting;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').slice(-4)).toEqual([
    '1 active connection',
    '0 active connections',
    '192.168.0.1 has no active connections: safe to stop',
    '',
  ]);
  await until('no connection', async () => (await told()).connections?.active === 0, seconds(10));
  expect((await ours('ha', 'undrain', '192.168.0.1', '--config', 'test.cf')).code).toBe(0);
  await until('its weight', async () => (await row()).startsWith('Masq 5'), seconds(10));
}, 60_000);
