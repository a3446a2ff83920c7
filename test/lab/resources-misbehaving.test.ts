/** Scripts that misbehave: the daemon beats on, and the group is dealt with as a genuine node deals with it. */
import { type HeartbeatNode, type Implementation, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { withLogs } from './with-logs.js';

const HA_CF = `logfile /var/log/ha-log
debugfile /var/log/ha-debug
env STOPRETRYMAX=1
keepalive 200ms
warntime 1
deadtime 4
initdead 10
bcast eth0
auto_failback off
node lb1 lb2
`;

/** A resource that remembers whether it runs; `start` and `stop` as given. `$s` is its memory. */
const script = (start = ': >$s', stop = 'rm -f $s'): string =>
  `#!/bin/sh\nfor verb; do :; done\ns=/run/state.\${0##*/}\ncase "$verb" in\nstatus) [ -e $s ] && echo running || echo stopped;;\nstart) ${start};;\nstop) ${stop};;\nesac\n`;

/** In the order of haresources. */
const SCRIPTS: Readonly<Record<string, string>> = {
  Good: script(),
  Fail: script('echo no luck; exit 3'),
  NoShebang: script().replace(/^#!.*\n/, ''),
  CarriageReturn: script().replaceAll('\n', '\r\n'),
  Killed: script('kill -9 $$'),
  Chatter: script(': >$s; head -c 10000000 /dev/zero | tr "\\0" x'),
  Closes: script('exec >&- 2>&-; : >$s'),
  Forks: script(': >$s; sleep 1000 & exit 0'),
  StopFails: script(': >$s', 'rm -f $s; exit 7'),
  Strange: script(': >$s; test "$1 $2" = "a=b,c@d%e /x~y:z" || exit 9'),
};
const words = Object.keys(SCRIPTS).map((name) => (name === 'Strange' ? 'Strange::a=b,c@d%e::/x~y:z' : name));
/** Scripts that nobody can run. */
const ABSENT = ['Missing', 'NotExecutable', 'Folder'];
/** Genuine finds groups by their first word anywhere in the file: it must be another one on each line. */
const key = (word: string, node: string): string => `${word}::${node}`;

let lab: Lab;
let genuine: HeartbeatNode;
let ours: HeartbeatNode;

const resources = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

beforeAll(async () => {
  lab = await createLab('misbehaving');
  const lan = await lab.network('lan');
  const install = async (name: string, kind: Implementation, address: string): Promise<HeartbeatNode> => {
    const host = await lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [address] }] });
    const node = await installHeartbeat(host, kind, {
      haCf: HA_CF,
      authkeys: 'auth 1\n1 sha1 secret\n',
      haresources: resources(
        ...['lb1', 'lb2'].flatMap((one) => [...words, ...ABSENT].map((word) => `${one} ${key(word, one)}`)),
      ),
    });
    for (const [file, text] of Object.entries(SCRIPTS)) await host.write(`/etc/ha.d/resource.d/${file}`, text, '755');
    await host.write('/etc/ha.d/resource.d/NotExecutable', script(), '644');
    await host.get(['mkdir', '/etc/ha.d/resource.d/Folder']);
    return node;
  };
  genuine = await install('lb1', 'genuine', '10.0.0.1/24');
  ours = await install('lb2', 'ours', '10.0.0.2/24');
  await Promise.all([genuine.start(), ours.start()]);
}, 180_000);
afterAll(() => lab?.close());

/** What ResourceManager said, without the time, and with single slashes. */
const managed = async (node: HeartbeatNode): Promise<readonly string[]> =>
  (await node.log()).flatMap((line) => {
    const found = / ResourceManager\(default\)\[\d+\]:\s+(.*)/.exec(line)?.[1];
    return found === undefined ? [] : [found.replaceAll('//', '/').replaceAll('lb2', 'lb1')];
  });

/** The lines about one group, from its begin to that of the next. */
const about = (lines: readonly string[], word: string): readonly string[] => {
  const from = lines.findIndex((line) => line.startsWith('info: Acquiring') && line.includes(` ${word}`));
  const next = lines.findIndex((line, index) => index > from && line.startsWith('info: Acquiring'));
  return from < 0 ? [] : lines.slice(from, next < 0 ? undefined : next);
};

const rss = async (): Promise<number> => {
  const pid = (await ours.host.read('/run/heartbeat.pid')).trim();
  return Number(/VmRSS:\s+(\d+)/.exec(await ours.host.read(`/proc/${pid}/status`))?.[1] ?? 0);
};

/** A test that builds on those before it. */
const step = (name: string, action: () => Promise<void>): void =>
  test(name, () => withLogs(() => [genuine, ours], action), 360_000);

step('each group is started, given up and released in the same steps and words as on a genuine node', async () => {
  const last = 'info: Releasing resource group: lb1 Folder::lb1';
  /** What was said when the last group had been dealt with: half a minute later what could not be started is handed over. */
  const saidBy = async (node: HeartbeatNode): Promise<readonly string[]> => {
    let said: readonly string[] = [];
    const isOver = async (): Promise<boolean> => {
      said = await managed(node);
      return said.includes(last);
    };
    await until('all groups have been dealt with', isOver, 60_000, 300);
    return said;
  };
  const [theirs, [own, running]] = await Promise.all([
    saidBy(genuine),
    saidBy(ours).then(async (said) => {
      const { stdout } = await ours.host.run(['sh', '-c', 'ls /run | grep ^state']);
      return [said, stdout.trim().split('\n')] as const;
    }),
  ]);
  for (const word of words) expect([word, about(own, word)]).toEqual([word, about(theirs, word)]);
  for (const word of ABSENT) {
    // Genuine says it three times, and retries the stop of what is not there.
    expect(about(own, word)).toEqual([
      `info: Acquiring resource group: lb1 ${word}::lb1`,
      `ERROR: Cannot locate resource script ${word}`,
      `CRIT: Giving up resources due to failure of ${word}::lb1`,
      `info: Releasing resource group: lb1 ${word}::lb1`,
      `ERROR: Cannot locate resource script ${word}`,
    ]);
    expect(about(theirs, word)).toEqual(expect.arrayContaining([...about(own, word)]));
  }
  expect(running).toEqual(
    ['Chatter', 'Closes', 'Forks', 'Good', 'NoShebang', 'StopFails', 'Strange'].map((name) => `state.${name}`),
  );
});

step('what a script prints goes to the debug file, and none of it stays in memory', async () => {
  const size = Number((await ours.host.get(['stat', '-c', '%s', '/var/log/ha-debug'])).trim());
  expect(size).toBeGreaterThan(10_000_000);
  expect(await rss()).toBeLessThan(110_000);
});

step(
  'a resource that cannot be stopped is not given to a second owner, neither by a standby nor by a stop',
  async () => {
    // Where it does not run its stop succeeds: a genuine node that just hands something over would reboot otherwise.
    const stuck = script(': >$s', '[ -e $s ] || exit 0; [ -e /run/release ] && rm -f $s || exit 1');
    for (const { host } of [genuine, ours]) {
      await host.write('/etc/ha.d/resource.d/Stuck', stuck, '755');
      await host.write('/etc/ha.d/haresources', resources('lb1 Good', 'lb2 Stuck'));
    }
    await ours.host.get(['sh', '-c', ': >/run/state.Stuck']);
    const settled = async (): Promise<boolean> =>
      (await Promise.all([ours, genuine].map((node) => node.clStatus('rscstatus')))).every(
        ({ stdout }) => stdout.trim() === 'local',
      );
    await until('both at rest', settled, 60_000, 300);
    await ours.standby('local');
    await until(
      'the standby is off',
      async () =>
        (await ours.log()).some((line) => line.includes('CRIT: Standby cancelled: local resources cannot be')),
      20_000,
      200,
    );
    expect((await genuine.host.run(['test', '-e', '/run/state.Stuck'])).code).toBe(1);
    expect((await ours.clStatus('rscstatus')).stdout.trim()).toBe('local');
    // A stop waits, and ends by itself as soon as the resource does.
    const stopping = ours.stop();
    await until(
      'the stop waits',
      async () => (await ours.log()).some((line) => line.includes('cannot be stopped: the shutdown waits')),
      20_000,
      200,
    );
    expect((await genuine.host.run(['test', '-e', '/run/state.Stuck'])).code).toBe(1);
    await ours.host.get(['sh', '-c', ': >/run/release']);
    expect((await stopping).code).toBe(0);
    await until(
      'the other node has it',
      async () => (await genuine.host.run(['test', '-e', '/run/state.Stuck'])).code === 0,
      20_000,
      200,
    );
    await genuine.host.get(['sh', '-c', ': >/run/release']);
  },
);

step('no heartbeat came late because of all that', async () => {
  expect((await genuine.log()).filter((line) => line.includes('Late heartbeat: Node lb2'))).toEqual([]);
  expect((await ours.log()).filter((line) => line.includes('was stalled'))).toEqual([]);
});

step(
  'a script that hangs in our own group does not keep us from taking over a dead node, nor from beating',
  async () => {
    const files = { Hang: script('trap "" TERM; sleep 100000'), Slow: script('sleep 3; : >$s') };
    for (const { host } of [genuine, ours]) {
      for (const [name, text] of Object.entries(files)) await host.write(`/etc/ha.d/resource.d/${name}`, text, '755');
      await host.write('/etc/ha.d/haresources', resources('lb1 Good', 'lb2 Hang', 'lb1 Slow'));
    }
    await ours.host.get(['rm', '-f', '/run/state.Good', '/run/state.Slow']);
    await ours.start();
    await until(
      'it holds nothing yet',
      async () => (await ours.clStatus('rscstatus')).stdout.trim() === 'none',
      30_000,
      200,
    );
    await ours.takeover('local');
    await until(
      'it hangs',
      async () => (await managed(ours)).includes('info: Running /etc/ha.d/resource.d/Hang  start'),
      20_000,
      200,
    );
    await genuine.host.link('eth0').cut();
    await until(
      'the groups of the dead node run',
      async () => (await ours.host.run(['test', '-e', '/run/state.Good', '-a', '-e', '/run/state.Slow'])).code === 0,
      40_000,
      200,
    );
    expect((await ours.log()).filter((line) => line.includes('was stalled'))).toEqual([]);
  },
);
