/** Two links between two of our daemons, and a ping node: what breaks is seen, and nothing moves. */
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';

const ADDRESS = '10.0.0.100';
const GATEWAY = '10.0.0.9';

const haCf = (peer: string): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 1
initdead 10
deadping 1
bcast eth0
ucast eth1 ${peer}
ping ${GATEWAY}
auto_failback on
node lb1 lb2
`;

let lab: Lab;
let one: HeartbeatNode;
let two: HeartbeatNode;
let gateway: Host;
let watch: AddressWatch;

beforeAll(async () => {
  lab = await createLab('hblinks');
  const [lan, wire] = [await lab.network('lan'), await lab.network('wire')];
  const make = (name: string, number: number): Promise<Host> =>
    lab.host(name, {
      interfaces: [
        { device: 'eth0', network: lan, addresses: [`10.0.0.${number}/24`] },
        { device: 'eth1', network: wire, addresses: [`10.1.0.${number}/24`] },
      ],
    });
  const install = (host: Host, peer: string): Promise<HeartbeatNode> =>
    installHeartbeat(host, 'ours', {
      haCf: haCf(peer),
      authkeys: 'auth 1\n1 sha1 x\n',
      haresources: `lb1 IPaddr2::${ADDRESS}/24/eth0\n`,
    });
  const [first, second] = [await make('lb1', 1), await make('lb2', 2)];
  gateway = await lab.host('gateway', {
    interfaces: [{ device: 'eth0', network: lan, addresses: [`${GATEWAY}/24`] }],
  });
  one = await install(first, '10.1.0.2');
  two = await install(second, '10.1.0.1');
  watch = await watchAddresses([first, second]);
}, 90_000);
afterAll(async () => {
  await lab?.close();
});

const untilLogged = (node: HeartbeatNode, line: string, times = 1): Promise<number> =>
  until(
    `${times} times ${line}`,
    async () => (await node.log()).filter((entry) => entry.includes(line)).length >= times,
    10_000,
    100,
  );

test('both links and the ping node are up', async () => {
  const started = await Promise.all([one.start(), two.start()]);
  expect(started.map(({ code }) => code)).toEqual([0, 0]);
  await until('lb1 holds the address', () => watch.owners(ADDRESS).join() === 'lb1', 10_000);
  await untilLogged(one, 'info: Link lb2:eth0 up.');
  await untilLogged(one, 'info: Link lb2:eth1 up.');
  await untilLogged(one, `info: Status update for node ${GATEWAY}: status ping`);
  await untilLogged(one, `info: Link ${GATEWAY}:${GATEWAY} up.`);
}, 90_000);

test('one link is cut: it is dead, the node is not', async () => {
  await two.host.link('eth1').lose(1);
  await untilLogged(one, 'info: Link lb2:eth1 dead.');
  await untilLogged(two, 'info: Link lb1:eth1 dead.');
  await two.host.link('eth1').restore();
  await untilLogged(one, 'info: Link lb2:eth1 up.', 2);
}, 90_000);

test('the ping node is silent: it is dead, and comes back', async () => {
  await gateway.link('eth0').lose(1);
  await untilLogged(one, `WARN: node ${GATEWAY}: is dead`);
  await untilLogged(one, `info: Link ${GATEWAY}:${GATEWAY} dead.`);
  await gateway.link('eth0').restore();
  await untilLogged(one, `info: Link ${GATEWAY}:${GATEWAY} up.`, 2);
}, 90_000);

test('nothing has moved, and no node was ever called dead', async () => {
  expect(watch.history(ADDRESS).map(({ host, owns }) => `${host} ${owns}`)).toEqual(['lb1 true']);
  for (const node of [one, two]) {
    expect((await node.log()).filter((line) => /node lb\d: is dead/.test(line))).toEqual([]);
  }
});
