/** docs/replace-a-node.md, followed to the letter: its own command lines, on a genuine pair that serves an address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, heartbeatPrograms, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import { withLogs } from './with-logs.js';

const ADDRESS = '10.0.0.100';
const FILES = {
  haCf: `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 500ms
deadtime 3
initdead 10
bcast eth0
auto_failback off
node lb1 lb2
`,
  authkeys: 'auth 1\n1 sha1 not-a-secret\n',
  haresources: `lb1 IPaddr2::${ADDRESS}/24/eth0 service\n`,
};
/**
 * A genuine node that takes over at a `shutdone` says `done` when it has (heartbeat reference 6.6). If the node that left is
 * back by then, it did not ask for anything: on a slow machine either program says so, and does nothing (seen beside both).
 */
const HARMLESS = /Cannot lock ourselves into memory|ERROR: Ignored standby message 'done' from lb[12] in state 0$/;
/** A service script of the administrator's own, as plain as they come. */
const SERVICE = `#!/bin/sh
case $1 in
start) touch /run/service ;;
stop) rm -f /run/service ;;
status) if [ -e /run/service ]; then echo running; else echo stopped; fi ;;
esac
`;

const guide = readFileSync(join(suiteRoot, 'docs/replace-a-node.md'), 'utf8');

/** The first command block below a heading, from the line that begins with `from` on, for this copy of the suite. */
const commands = (heading: string, from = ''): string => {
  const [, below = ''] = guide.split(`\n## ${heading}\n`);
  const [, block = ''] = below.split(/```\n/);
  const start = `\n${block}`.indexOf(`\n${from}`);
  if (block === '' || start < 0) throw new Error(`the guide has no commands "${from}" below "${heading}"`);
  return block.slice(start).replaceAll('/opt/ha-suite', suiteRoot);
};

let lab: Lab;
let one: HeartbeatNode;
let other: HeartbeatNode;
let watch: AddressWatch;
let begun = 0;

beforeAll(async () => {
  lab = await createLab('replace');
  const lan = await lab.network('lan');
  const machine = async (name: string, address: string): Promise<HeartbeatNode> => {
    const host = await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const node = await installHeartbeat(host, 'genuine', FILES);
    await host.write('/etc/ha.d/resource.d/service', SERVICE, '755');
    return node;
  };
  one = await machine('lb1', '10.0.0.1/24');
  other = await machine('lb2', '10.0.0.2/24');
  watch = await watchAddresses([one.host, other.host]);
  begun = Date.now();
  await Promise.all([one.start(), other.start()]);
}, 180_000);
afterAll(async () => {
  await lab?.close();
});

const follow = (host: Host, lines: string): Promise<string> => host.get(['sh', '-ec', lines]);
const settled = async ({ clStatus }: HeartbeatNode): Promise<boolean> =>
  /^(none|local|foreign|all)$/.test((await clStatus('rscstatus')).stdout.trim());
/** Waits until the whole group is on one node and both are at rest. */
const untilServing = async (name: 'lb1' | 'lb2'): Promise<void> => {
  const [here, there] = name === 'lb1' ? [one, other] : [other, one];
  const runs = async ({ host }: HeartbeatNode): Promise<boolean> =>
    (await host.run(['test', '-e', '/run/service'])).code === 0;
  await until(
    `everything is on ${name} (${watch.owners(ADDRESS).join('+') || 'nobody'} has the address)`,
    async () =>
      watch.owners(ADDRESS).join('+') === name &&
      (await runs(here)) &&
      !(await runs(there)) &&
      (await settled(one)) &&
      (await settled(other)),
    30_000,
    200,
  );
};
const generation = async ({ host }: HeartbeatNode): Promise<number> =>
  Number(await host.read('/var/lib/heartbeat/hb_generation'));

/** A test that builds on those before it. */
const step = (name: string, action: () => Promise<void>): void =>
  test(name, () => withLogs(() => [one, other], action), 360_000);

step(
  'the standby is swapped: checked, stopped, started, seen by the other node as the same node restarted',
  async () => {
    await untilServing('lb1');
    const [before, uuid] = [await generation(other), await other.host.get(['od', '/var/lib/heartbeat/hb_uuid'])];
    await follow(other.host, commands('1. Install beside the genuine programs', 'for c in'));
    expect(await follow(other.host, 'ha-heartbeat --check')).toContain('0 errors, 0 warnings');
    const seen = await follow(other.host, commands('3. Swap'));
    expect(seen.match(/\tactive\t/g)).toHaveLength(2);
    expect(seen).not.toContain('dead');
    expect([await generation(other), await other.host.get(['od', '/var/lib/heartbeat/hb_uuid'])]).toEqual([
      before + 1,
      uuid,
    ]);
    expect((await one.log()).some((line) => line.endsWith('info: Heartbeat restart on node lb2'))).toBe(true);
    await untilServing('lb1');
  },
);

step('everything moves over and back, asked for with either set of commands', async () => {
  const [takeover = '', standby = ''] = commands('4. Prove it').trim().split('\n');
  await follow(other.host, takeover);
  await untilServing('lb2');
  await follow(other.host, standby);
  await untilServing('lb1');
  await other.takeover('all');
  await untilServing('lb2');
  await one.takeover('local');
  await untilServing('lb1');
});

step('the genuine program knows that ours runs, and its init script stops it', async () => {
  const second = await other.start();
  expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('info: heartbeat: already running [pid ') });
  const genuine = heartbeatPrograms('genuine').daemon;
  expect((await other.host.run([genuine, '-s'])).stdout).toMatch(/^heartbeat OK \[pid \d+ et al\] is running on lb2/);
  await other.host.get(['/etc/init.d/heartbeat', 'stop']);
  expect((await other.host.run(['ha-heartbeat', '-s'])).code).toBe(1);
  await follow(other.host, 'ha-heartbeat; sleep 2');
  await untilServing('lb1');
});

step('the node that serves is swapped, which hands over; then both go back', async () => {
  await follow(one.host, commands('1. Install beside the genuine programs', 'for c in'));
  await follow(one.host, commands('3. Swap'));
  await untilServing('lb2');
  await follow(one.host, commands('Go back'));
  await untilServing('lb2');
  await follow(other.host, commands('Go back'));
  await untilServing('lb1');
});

step('all the time the address had one owner at most, and no log tells of trouble', async () => {
  expect(watch.longestDouble(ADDRESS, begun)).toBe(0);
  for (const node of [one, other]) {
    const trouble = (await node.log()).filter((line) => /\b(ERROR|CRIT)\b/.test(line));
    expect(trouble.filter((line) => !HARMLESS.test(line))).toEqual([]);
  }
});
