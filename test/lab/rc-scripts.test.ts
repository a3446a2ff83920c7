/**
 * The scripts of the genuine installation, and an administrator's own, beside our daemon and beside the genuine one. On our
 * node /etc/ha.d is as the genuine package has left it, and the commands in /usr/share/heartbeat are ours.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { installShare } from '../support/script-calls.js';

const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
env COLOUR=blue
keepalive 300ms
warntime 1
deadtime 3
initdead 10
bcast eth0
auto_failback off
node lb1 lb2
`;
const HARESOURCES = 'lb1 Probe::web::a Second\nlb2 Probe::mail::b\n';

/** A resource that remembers whether it runs, and how it was called each time. */
const PROBE = `#!/bin/sh
for verb; do :; done
state=/run/state.$(basename "$0").$1
case "$verb" in status) ;; *)
  out=/run/probe.$(basename "$0").$verb.$HA_t
  { echo "args $*"; echo "cwd $(pwd)"; echo "umask $(umask)"; echo "in $(readlink /proc/$$/fd/0)"
    echo "out $(readlink /proc/$$/fd/1)"; echo "err $(readlink /proc/$$/fd/2)"
    grep -E '^(SigPnd|Uid|Gid)' /proc/$$/status; chrt -p $$ | sed 's/pid [0-9]*/pid/'; env | sort; } >"$out.new" 2>&1
  mv "$out.new" "$out";;
esac
case "$verb" in
  status) if [ -e "$state" ]; then echo running; else echo stopped; fi;;
  start) : >"$state";;
  stop) rm -f "$state";;
esac
exit 0
`;

/** An rc.d script that writes down how it was called. */
const NOTE = `#!/bin/sh
out=/run/note.$1.$HA_st.$HA_src
{ echo "args $*"; echo "cwd $(pwd)"; echo "umask $(umask)"; echo "in $(readlink /proc/$$/fd/0)"
  chrt -p $$ | sed 's/pid [0-9]*/pid/'; env | sort; } >"$out.new" 2>&1
mv "$out.new" "$out"
`;

/** What differs between any two calls, or between any two nodes. */
const CHANGING = /^(HA_(auth|seq|hg|ts|ld|ttl|CURHOST)|_|OLDPWD)=/;

/** Folders that come twice are one. */
const shortPath = (line: string): string =>
  line.startsWith('PATH=') ? `PATH=${[...new Set(line.slice(5).split(':'))].join(':')}` : line;

const comparable = (dump: string): readonly string[] =>
  dump.split('\n').flatMap((line) => (line === '' || CHANGING.test(line) ? [] : [shortPath(line)]));

let lab: Lab;
let genuine: HeartbeatNode;
let ours: HeartbeatNode;

const install = async (name: string, implementation: Implementation, address: string): Promise<HeartbeatNode> => {
  const lan = networks[0] ?? (await lab.network('lan'));
  networks[0] = lan;
  const host = await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
  const node = await installHeartbeat(host, implementation, {
    haCf: HA_CF,
    authkeys: 'auth 1\n1 sha1 secret\n',
    haresources: HARESOURCES,
  });
  if (implementation === 'ours') await installShare(host);
  // What the genuine package leaves in /etc/ha.d.
  for (const file of ['harc', 'shellfuncs', ...readdirSync('/etc/ha.d/rc.d').map((one) => `rc.d/${one}`)]) {
    await host.write(`/etc/ha.d/${file}`, readFileSync(`/etc/ha.d/${file}`, 'latin1'), '755');
  }
  for (const resource of ['Probe', 'Second']) await host.write(`/etc/ha.d/resource.d/${resource}`, PROBE, '755');
  await host.write('/etc/ha.d/rc.d/foo', NOTE, '755');
  return node;
};
const networks: Awaited<ReturnType<Lab['network']>>[] = [];

beforeAll(async () => {
  lab = await createLab('rc-scripts');
  genuine = await install('lb1', 'genuine', '10.0.0.1/24');
  ours = await install('lb2', 'ours', '10.0.0.2/24');
  await Promise.all([genuine.start(), ours.start()]);
}, 180_000);
afterAll(() => lab?.close());

const nodes = (): readonly HeartbeatNode[] => [genuine, ours];
const isThere = async ({ host }: HeartbeatNode, path: string): Promise<boolean> =>
  (await host.run(['test', '-e', path])).code === 0;
const waitFor = (what: string, check: () => Promise<boolean>, limit = 20_000): Promise<void> =>
  until(what, check, limit, 200).then(() => undefined);
const runs = (node: HeartbeatNode, group: 'web' | 'mail'): Promise<boolean> =>
  isThere(node, `/run/state.Probe.${group}`);
const settled = (): Promise<void> =>
  waitFor('both at rest', async () => {
    const said = await Promise.all(nodes().map((node) => node.clStatus('rscstatus')));
    return said.every(({ stdout }) => /^(none|local|foreign|all)$/.test(stdout.trim()));
  });
const command = (node: HeartbeatNode, ...lines: readonly string[]) =>
  node.host.get(['sh', '-c', 'printf ">>>\\n%s\\n<<<\\n" "$1" >/var/lib/heartbeat/fifo', 'sh', lines.join('\n')]);
/** The tail of both logs when a step fails. */
const withLogs = async (action: () => Promise<void>): Promise<void> => {
  try {
    await action();
  } catch (error) {
    const logs = await Promise.all(nodes().map(async (node) => [node.host.name, ...(await node.log()).slice(-30)]));
    throw new Error(`${error instanceof Error ? error.message : error}\n${logs.flat().join('\n')}`);
  }
};
const step = (name: string, action: () => Promise<void>): void => test(name, () => withLogs(action), 60_000);

step(
  'resource.d: a start of our own groups has the arguments, the environment and the surroundings genuine gives',
  async () => {
    await waitFor('both groups run', async () => (await runs(genuine, 'web')) && (await runs(ours, 'mail')));
    await settled();
    const theirs = comparable(await genuine.host.read('/run/probe.Probe.start.ip-request-resp'));
    const own = comparable(await ours.host.read('/run/probe.Probe.start.ip-request-resp'));
    const mapped = own.map((line) =>
      line
        .replace('mail b', 'web a')
        .replace('Probe::mail::b', 'Probe::web::a')
        .replace(/^(HA_src|HA_dest)=lb2$/, '$1=lb1'),
    );
    expect(mapped).toEqual(theirs);
  },
);

step('rc.d: a script for a message of its own name is run on both, with the same environment', async () => {
  await command(genuine, 't=foo', 'st=x', 'info=hello world', 'weird-name=1');
  await waitFor(
    'notes',
    async () => (await isThere(genuine, '/run/note.foo.x.lb1')) && (await isThere(ours, '/run/note.foo.x.lb1')),
  );
  const [theirs = [], own = []] = await Promise.all(
    nodes().map(async ({ host }) => comparable(await host.read('/run/note.foo.x.lb1'))),
  );
  expect(own).toEqual(theirs);
  expect(own).toContain('HA_info=hello world');
  // One that is put there while the daemons run: only ours looks again.
  await ours.host.write('/etc/ha.d/rc.d/late', NOTE, '755');
  await command(genuine, 't=late', 'st=y');
  await waitFor('a late note', () => isThere(ours, '/run/note.late.y.lb1'));
});

step('a standby from either side: the same environment for the scripts', async () => {
  await genuine.standby('local');
  await waitFor('web moves', async () => (await runs(ours, 'web')) && !(await runs(genuine, 'web')));
  await settled();
  await genuine.takeover('local');
  await waitFor('web returns', async () => (await runs(genuine, 'web')) && !(await runs(ours, 'web')));
  await settled();
  for (const verb of ['start', 'stop']) {
    const theirs = comparable(await genuine.host.read(`/run/probe.Probe.${verb}.`));
    expect(comparable(await ours.host.read(`/run/probe.Probe.${verb}.`))).toEqual(theirs);
  }
});

const SCRIPTS = '/usr/share/heartbeat';

step('ResourceManager, called by hand beside our daemon', async () => {
  const manager = (...args: readonly string[]) =>
    ours.host.run([`${SCRIPTS}/ResourceManager`, ...args], { env: { HA_CURHOST: 'lb2' } });
  expect((await manager('status', 'Probe::mail::b')).code).toBe(0);
  expect((await manager('status', 'Probe::web::a')).code).toBe(3);
  expect((await manager('listkeys', 'lb1')).stdout).toBe('Probe::web::a\n');
  await manager('givegroup', 'Probe::mail::b');
  expect(await runs(ours, 'mail')).toBe(false);
  await manager('takegroup', 'Probe::mail::b');
  expect(await runs(ours, 'mail')).toBe(true);
});

step('req_resource, called by hand: the group comes from the other node, in both directions', async () => {
  await ours.host.get([`${SCRIPTS}/req_resource`, 'Probe::web::a']);
  await waitFor('web comes to ours', async () => (await runs(ours, 'web')) && !(await runs(genuine, 'web')));
  await genuine.host.get([`${SCRIPTS}/req_resource`, 'Probe::web::a']);
  await waitFor('web goes back', async () => (await runs(genuine, 'web')) && !(await runs(ours, 'web')));
  await genuine.host.get([`${SCRIPTS}/req_resource`, 'Probe::mail::b']);
  await waitFor('mail comes to genuine', async () => (await runs(genuine, 'mail')) && !(await runs(ours, 'mail')));
  // As out of an rc.d script: without asking anybody.
  await genuine.host.get([`${SCRIPTS}/ResourceManager`, 'givegroup', 'Probe::mail::b']);
  await ours.host.get([`${SCRIPTS}/req_resource`, 'Probe::mail::b'], {
    env: { HA_CURHOST: 'lb2', HA_NICEFAILBACK: 'yes' },
  });
  await waitFor('mail runs on ours again', () => runs(ours, 'mail'));
  // Longer than our patience with groups that nobody holds, and with those that two hold.
  await new Promise((resolve) => setTimeout(resolve, 7000));
  expect([await runs(genuine, 'web'), await runs(ours, 'web')]).toEqual([true, false]);
  expect([await runs(genuine, 'mail'), await runs(ours, 'mail')]).toEqual([false, true]);
});

step("an administrator's own rc.d/status takes over from a dead node, by whatever it calls", async () => {
  const own = `${NOTE}. $HA_FUNCS\ncase $HA_st in dead) $HA_NOARCHBIN/mach_down $HA_src;; esac\n`;
  for (const { host } of nodes()) await host.write('/etc/ha.d/rc.d/status', own, '755');
  await waitFor('the change is seen', async () =>
    (await ours.log()).some((line) => line.includes('rc.d/status is not the standard script')),
  );
  await genuine.host.link('eth0').cut();
  await waitFor('each has all', async () => (await runs(ours, 'web')) && (await runs(genuine, 'mail')));
  const [theirs = [], here = []] = await Promise.all([
    genuine.host.read('/run/note.status.dead.lb2').then(comparable),
    ours.host.read('/run/note.status.dead.lb1').then(comparable),
  ]);
  expect(here).toEqual(theirs.map((line) => line.replace(/^HA_src=lb2$/, 'HA_src=lb1')));
  const start = async ({ host }: HeartbeatNode) =>
    comparable(await host.read('/run/probe.Probe.start.status')).map((line) =>
      line.replace('web a', 'mail b').replace(/^HA_src=.*/, 'HA_src=X'),
    );
  expect(await start(ours)).toEqual(await start(genuine));
  await waitFor('its report has come', async () =>
    (await ours.log()).some((line) => line.endsWith('info: mach_down takeover complete.')),
  );
  const lines = (await ours.log()).map((line) => line.replace(/^.*?(?=(info|WARN): )/, ''));
  const from = lines.indexOf('info: Resources being acquired from lb1.');
  const order = [
    'info: Running /etc/ha.d//rc.d/status status',
    'info: Taking over resource group Probe::web::a',
    'info: /usr/share/heartbeat/mach_down: nice_failback: foreign resources acquired',
    'info: mach_down takeover complete for node lb1.',
  ].map((line) => lines.indexOf(line, from));
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((one, other) => one - other));
  await waitFor('all is held', async () => (await ours.clStatus('rscstatus')).stdout.trim() === 'all');
});
