/** `ha status` and `ha events` in a cluster of two of ours: what the daemons tell of themselves, live and afterwards. */
import type { Symptom } from '../../lib/doctor/readings.js';
import type { HaEvent } from '../../lib/events/event.js';
import type { MachineStatus } from '../../lib/ha/status/status.js';
import type { PeerTold } from '../../lib/heartbeat/snapshot.js';
import type { HeartbeatNode } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { installPair } from './quick-pair.js';

const ADDRESS = '10.0.0.100';

/** What is looked at of `ha timeline --json`. */
interface Timeline {
  readonly machines: readonly { readonly name: string; readonly ahead: number | null }[];
  readonly incidents: readonly {
    readonly events: readonly { readonly machine: string; readonly event: HaEvent }[];
    readonly addresses: readonly { readonly double: number }[];
  }[];
}

let lab: Lab;
let lb1: HeartbeatNode;
let lb2: HeartbeatNode;

beforeAll(async () => {
  lab = await createLab('hastatus');
  [lb1, lb2] = await installPair(lab);
  await lb2.host.write('/run/alert', '#!/bin/sh\necho "$HA_SUITE_SUBJECT" >>/run/alerts\n', '755');
  await lb2.host.write('/etc/ha.d/ha-suite.ini', '[notify pager]\ncommand = /run/alert\ngather = 300ms\nevery = 1s\n');
}, 120_000);
afterAll(async () => {
  await lab?.close();
});

const statusOf = async ({ host }: HeartbeatNode): Promise<MachineStatus> =>
  JSON.parse((await host.run(['ha', 'status', '--json'])).stdout) as MachineStatus;
const eventsOf = async ({ host }: HeartbeatNode, ...words: readonly string[]): Promise<readonly HaEvent[]> =>
  (await host.get(['ha', 'events', '--json', ...words]))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HaEvent);
const placeOn = async (node: HeartbeatNode): Promise<string | undefined> =>
  (await statusOf(node)).heartbeat.snapshot?.groups[0]?.place;

test('without daemons: exit code 3, and why', async () => {
  const { code, stdout } = await lb1.host.run(['ha', 'status']);
  expect([code, stdout]).toEqual([
    3,
    'heartbeat: no daemon of ha-suite runs here\n\n! heartbeat: no daemon of ha-suite runs here\n',
  ]);
}, 60_000);

test('both nodes, the link and the group, on each side', async () => {
  await Promise.all([lb1.start(), lb2.start()]);
  await until('lb1 has the group', async () => (await placeOn(lb1)) === 'here', 30_000, 200);
  await until('lb2 knows', async () => (await placeOn(lb2)) === 'there', 30_000, 200);
  const rests = async (): Promise<boolean> => (await statusOf(lb2)).heartbeat.snapshot?.cluster?.quiet === true;
  await until('lb2 is at rest', rests, 30_000, 200);
  const { heartbeat, troubles } = await statusOf(lb2);
  expect(troubles).toEqual([]);
  expect(heartbeat.snapshot?.cluster?.nodes).toMatchObject([
    { name: 'lb1', self: false, status: 'active', kind: 'ha-suite', holds: 'local', deadAfter: 1000 },
    // Its own groups, of which it has none (as cl_status rscstatus says).
    { name: 'lb2', self: true, status: 'active', holds: 'local' },
  ]);
  expect(heartbeat.snapshot?.cluster?.nodes[0]?.links).toMatchObject([{ name: 'eth0', status: 'up' }]);
  expect(heartbeat.snapshot?.cluster?.nodes[0]?.heardAge).toBeLessThan(1000);
  const { code, stdout } = await lb2.host.run(['ha', 'status']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^heartbeat on lb2 runs with pid \d+ for .*: active, auto_failback off\n/);
  expect(stdout).toMatch(/^ {2}lb1 {2}active {2}for .* {2}heard .* ago {2,}holds local {2}eth0 up$/m);
  expect(stdout).toMatch(/^ {2}on lb1 {2}prefers lb1 {2}IPaddr::10\.0\.0\.100\/24\/eth0$/m);
  expect(stdout).toMatch(/\nAll is well\.\n$/);
}, 120_000);

test('the socket is for root and the group haclient', async () => {
  const modes = await lb1.host.get([
    ...['stat', '-c', '%U:%G %a', '/run/ha-suite-control', '/run/ha-suite-control/heartbeat.sock'],
  ]);
  expect(modes).toBe('root:haclient 750\nroot:haclient 660\n');
  const asNobody = await lb1.host.run(['setpriv', '--reuid=65534', '--clear-groups', 'ha', 'status']);
  expect([asNobody.code, asNobody.stdout]).toEqual([
    3,
    expect.stringContaining('/run/ha-suite-control is only for root and the group haclient'),
  ]);
}, 60_000);

/** What lb2 knows of lb1 from lb1. */
const toldOnLb2 = async (): Promise<PeerTold | undefined> => {
  const peer = (await statusOf(lb2)).heartbeat.snapshot?.peer ?? undefined;
  return peer === undefined || peer.told === null || peer.stale ? undefined : peer.told;
};

test('each node shows the half of the other one: links, groups, real servers, files', async () => {
  await lb1.host.write(
    '/etc/ha.d/www.cf',
    'checktimeout=1\ncheckinterval=1\nvirtual=10.0.0.100:80\n    real=10.0.0.2:81 masq 5\n    checktype=connect\n',
  );
  const director = ['env', 'HA_SUITE_IPVS_ENGINE=nft', 'ldirectord-ts', 'www.cf'];
  await lb1.host.get([...director, 'start']);
  try {
    const isTold = async (): Promise<boolean> =>
      (await toldOnLb2())?.directors[0]?.virtuals[0]?.reals[0]?.state === 'down';
    await until('lb2 knows what lb1 sees', isTold, 20_000, 200);
    expect(await toldOnLb2()).toMatchObject({
      links: [{ node: 'lb2', link: 'eth0', status: 'up' }],
      groups: [{ prefers: 'lb1', group: `IPaddr::${ADDRESS}/24/eth0` }],
      directors: [
        {
          ...{ name: 'www.cf', problem: null, virtualsLeft: 0 },
          virtuals: [
            {
              ...{ id: 'tcp:10.0.0.100:80', total: 1, up: 0, fallback: null },
              reals: [{ server: '10.0.0.2:81', state: 'down', weight: 5, cause: expect.stringMatching(/^L4/) }],
            },
          ],
        },
      ],
      files: expect.arrayContaining([
        { name: 'haresources', is: 'same' },
        { name: 'ha-suite.ini', is: 'only here' },
      ]),
    });
    const { code, stdout } = await lb2.host.run(['ha', 'status']);
    expect(stdout).toMatch(/^What lb1 said of itself \d+\.\d s ago \(ha-suite [\d.]+\)$/m);
    expect(stdout).toMatch(/^ {2}hears lb2:eth0 {2}up {2}\d\.\d s ago$/m);
    expect(stdout).toMatch(/^ {2}holds IPaddr::10\.0\.0\.100\/24\/eth0 {2}prefers lb1 {2}for /m);
    expect(stdout).toMatch(/^ {6}10\.0\.0\.2:81 {2}weight 5 {2}connections unknown {2}down {2}for .* L4/m);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^! lb1 says: 10\.0\.0\.2:81 of tcp:10\.0\.0\.100:80 is down$/m),
    ]);
  } finally {
    await lb1.host.get([...director, 'stop']);
  }
  const isGone = async (): Promise<boolean> => (await toldOnLb2())?.directors.length === 0;
  await until('lb2 knows that it has ended', isGone, 20_000, 200);
  // What follows looks at the events of heartbeat.
  await lb1.host.get(['sh', '-c', 'rm /var/log/ha-suite/ldirectord*.events']);
}, 120_000);

test('a file that is not the same on the other node is found by ha check', async () => {
  interface Checked {
    readonly otherNode: unknown;
    readonly findings: readonly { readonly file: string; readonly code: string; readonly severity: string }[];
  }
  const check = async (): Promise<Checked> =>
    JSON.parse((await lb2.host.run(['ha', 'check', '--json'])).stdout) as Checked;
  const differing = async (): Promise<readonly string[]> =>
    (await check()).findings.filter(({ code }) => code.startsWith('check/told')).map(({ file }) => file);
  expect(await differing()).toEqual(['/etc/ha.d/ha-suite.ini']);
  const haresources = await lb1.host.read('/etc/ha.d/haresources');
  await lb1.host.write('/etc/ha.d/haresources', `${haresources}lb2 IPaddr::10.0.0.101/24/eth0\n`);
  await until('lb2 knows', async () => (await differing()).includes('/etc/ha.d/haresources'), 20_000, 300);
  const { otherNode, findings } = await check();
  expect(otherNode).toEqual({ compared: true, node: 'lb1' });
  expect(findings).toContainEqual(
    expect.objectContaining({ file: '/etc/ha.d/haresources', code: 'check/told-file-differs', severity: 'error' }),
  );
  // A comment makes no difference.
  await lb1.host.write('/etc/ha.d/haresources', `# as it was\n${haresources}`);
  await until('all is well again', async () => !(await differing()).includes('/etc/ha.d/haresources'), 20_000, 300);
}, 120_000);

test('a death is told while it happens: late, dead, taken over, announced, each with its cause', async () => {
  const follower = lb2.host.start(['ha', 'events', '--follow']);
  const seen: string[] = [];
  follower.onLine((line) => seen.push(line));
  const connections = ['ss', '-xH', 'state', 'connected', 'src', '/run/ha-suite-control/heartbeat.sock'];
  await until('the follower is connected', async () => (await lb2.host.get(connections)).trim() !== '', 10_000, 100);
  await lb1.host.get(['sh', '-c', 'kill -9 $(cat /run/heartbeat.pid)']);
  await until('lb2 has the group', async () => (await placeOn(lb2)) === 'here', 30_000, 100);
  const death =
    /lb2 heartbeat: node lb1: active -> dead \[nothing heard for \d{4} ms; \/etc\/ha\.d\/ha\.cf:3 \(deadtime\)\]$/;
  await until('it was told', async () => seen.some((line) => death.test(line)), 5_000, 50);
  await follower.stop();
  const events = await eventsOf(lb2, '--since', '5m');
  const dead = events.findIndex((event) => event.type === 'node' && event.name === 'lb1' && event.to === 'dead');
  const story = events.slice(dead).map((event) => event.type);
  expect(dead).toBeGreaterThan(0);
  expect(story.indexOf('job')).toBeGreaterThan(0);
  expect(story.indexOf('announcement')).toBeGreaterThan(story.indexOf('job'));
  expect(events.slice(dead)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'holding', name: 'lb2', from: 'local', to: 'all' }),
      expect.objectContaining({ type: 'job', step: 'begun', cause: 'lb1 is dead' }),
      expect.objectContaining({ type: 'announcement', address: ADDRESS, device: 'eth0' }),
      expect.objectContaining({
        ...{ type: 'resource', action: 'start', outcome: 'done', resource: `IPaddr::${ADDRESS}/24/eth0` },
        decidedBy: '/etc/ha.d/haresources:1',
      }),
    ]),
  );
  const status = await statusOf(lb2);
  expect(status.troubles).toEqual(expect.arrayContaining(['node lb1 is dead', 'link lb1:eth0 is dead']));
  expect((await lb2.host.run(['ha', 'status'])).code).toBe(1);
  const why = await lb2.host.get(['ha', 'explain', ADDRESS]);
  expect(why).toMatch(/^10\.0\.0\.100 is on lb2, in place of lb1, for \d/);
  expect(why).toMatch(/^ {2}It was taken by lb2 \d+\.\d s ago, because lb1 is dead\.$/m);
  expect(why).toMatch(/^ {2}lb1 has been dead for \d+\.\d s: nothing heard for \d{4} ms\.$/m);
  expect(why).toMatch(/^ {2}\/etc\/ha\.d\/ha\.cf:3 +deadtime 1$/m);
}, 120_000);

test('ha doctor names the dead node, and finds the address where it belongs', async () => {
  const { code, stdout } = await lb2.host.run(['ha', 'doctor', '--json']);
  const { symptoms } = JSON.parse(stdout) as { readonly symptoms: readonly Symptom[] };
  const bad = symptoms.filter(({ severity }) => severity === 'bad').map(({ code: word }) => word);
  expect([code, bad]).toEqual([1, ['doctor/node-dead']]);
  expect(symptoms).toContainEqual(
    expect.objectContaining({ code: 'doctor/address', message: `${ADDRESS} is on eth0` }),
  );
  // The killed daemon has left its address up, and nobody is there to say so: only its own machine sees that.
  const other = await lb1.host.run(['ha', 'doctor']);
  expect([other.code, other.stdout]).toEqual([
    1,
    expect.stringMatching(/^! {3}heartbeat: it does not run: it has ended without taking its socket away$/m),
  ]);
}, 60_000);

test('whoever is named in [notify] is told of it', async () => {
  const alerts = async (): Promise<string> => (await lb2.host.run(['cat', '/run/alerts'])).stdout;
  const told = /^\[ha-suite lb2\] (link lb1:eth0: up -> dead|node lb1: active -> dead) \(and \d+ more\)$/m;
  await until('the alert', async () => told.test(await alerts()), 15_000, 200);
}, 60_000);

test('what a killed daemon knew is still told; its life and the next are told apart', async () => {
  const before = await eventsOf(lb1);
  expect(before.at(-1)?.node).toBe('lb1');
  expect(await statusOf(lb1)).toMatchObject({ heartbeat: { snapshot: null } });
  await lb1.start();
  await until('lb1 is back', async () => (await placeOn(lb1)) === 'there', 30_000, 200);
  const events = await eventsOf(lb1);
  expect(events.slice(0, before.length)).toEqual(before);
  expect(new Set(events.map(({ run }) => run)).size).toBe(2);
  const second = events.slice(before.length);
  expect(second.map(({ seq }) => seq)).toEqual(second.map((_, index) => index + 1));
}, 120_000);

test('the journals of both nodes are one story: dead, taken over, announced, and lb1 comes back', async () => {
  await lb2.host.write('/tmp/lb1.events', await lb1.host.get(['cat', '/var/log/ha-suite/heartbeat.events']));
  const told = JSON.parse(await lb2.host.get(['ha', 'timeline', '--json', '--peer', '/tmp/lb1.events'])) as Timeline;
  // Both machines are this one, with one clock.
  expect(told.machines).toMatchObject([{ name: 'lb2' }, { name: 'lb1' }]);
  expect(Math.abs(told.machines[1]?.ahead ?? Number.NaN)).toBeLessThan(300);
  const [{ events, addresses } = { events: [], addresses: [] }] = told.incidents;
  const dead = events.findIndex(({ event }) => event.type === 'node' && event.name === 'lb1' && event.to === 'dead');
  const announced = events.findIndex(({ event, machine }) => event.type === 'announcement' && machine === 'lb2');
  expect(dead).toBeGreaterThanOrEqual(0);
  expect(announced).toBeGreaterThan(dead);
  expect(events.some(({ machine }) => machine === 'lb1')).toBe(true);
  // Only the daemon was killed: lb1 went on answering until its next life cleaned up.
  expect(addresses).toMatchObject([{ address: ADDRESS, from: ['lb1'], owners: ['lb2'], outage: 0 }]);
  expect(addresses[0]?.double).toBeGreaterThan(0);
}, 120_000);

test('a graceful stop is the last thing that is told', async () => {
  expect((await lb2.stop()).code).toBe(0);
  const events = await eventsOf(lb2, '--type', 'daemon');
  expect(events.map((event) => (event.type === 'daemon' ? event.change : ''))).toEqual([
    'started',
    'stopping',
    'stopped',
  ]);
}, 120_000);
