/** `ha-heartbeat --shadow` beside a genuine heartbeat, in pairs of genuine nodes. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AddressWatch, watchAddresses } from '../../lib/lab/address-watch.js';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import type { Running } from '../../lib/lab/inside.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { powerOff } from '../../lib/lab/power.js';
import { programSlowness } from '../../lib/lab/slowness.js';
import { until } from '../../lib/lab/until.js';
import { command } from '../support/paths.js';
import { type Story, story } from './stories.js';

const [FIRST, SECOND] = ['10.0.0.100', '10.0.0.101'];

const haCf = (media: string, failback: string): string => `logfile /var/log/ha-log
debugfile /var/log/ha-debug
keepalive 200ms
deadtime 2
initdead 3
${media}
auto_failback ${failback}
node lb1 lb2
`;

/** Stands for the script of the distribution, which takes seconds on a busy machine: what is compared are the daemons. */
const AGENT = `#!/bin/sh
address=\${1%/*}
case $2 in
start) ip address add "$address" dev eth0 2>/dev/null; echo running ;;
stop) ip address del "$address" dev eth0 2>/dev/null; echo stopped ;;
status) if ip -o address show dev eth0 | grep -q " $address "; then echo running; else echo stopped; fi ;;
esac
exit 0
`;

interface Stage {
  /** Seconds. */
  readonly tolerance: number;
  readonly lab: Lab;
  readonly lb1: HeartbeatNode;
  readonly lb2: HeartbeatNode;
  readonly watch: AddressWatch;
}

const build = async (name: string, failback: string, mediaOf: (peer: string) => string): Promise<Stage> => {
  const lab = await createLab(name);
  const lan = await lab.network('lan');
  const make = async (host: string, own: string, peer: string): Promise<HeartbeatNode> => {
    const node = await installHeartbeat(
      await lab.host(host, { interfaces: [{ device: 'eth0', network: lan, addresses: [`${own}/24`] }] }),
      'genuine',
      {
        haCf: haCf(mediaOf(peer), failback),
        authkeys: 'auth 1\n1 sha1 not-a-secret\n',
        haresources: `lb1 IPaddr2::${FIRST}/24/eth0\nlb2 IPaddr2::${SECOND}/24/eth0\n`,
      },
    );
    await node.host.write('/etc/ha.d/resource.d/IPaddr2', AGENT, '755');
    return node;
  };
  const lb1 = await make('lb1', '10.0.0.1', '10.0.0.2');
  const lb2 = await make('lb2', '10.0.0.2', '10.0.0.1');
  return {
    tolerance: Math.ceil(3 * programSlowness()),
    lab,
    lb1,
    lb2,
    watch: await watchAddresses([lb1.host, lb2.host]),
  };
};

const SHADOW = [process.execPath, command('ha-heartbeat'), '--shadow'];
const shadowRun = (host: Host, ...words: readonly string[]) => host.run([...SHADOW, ...words]);

/** A running shadow, and what it has said. */
interface Watcher {
  readonly running: Running;
  readonly lines: readonly string[];
  readonly said: (pattern: RegExp, after?: number) => boolean;
  readonly untilSaid: (pattern: RegExp, limit?: number, after?: number) => Promise<void>;
}

const startShadow = ({ tolerance }: Stage, host: Host): Watcher => {
  const running = host.start([...SHADOW, '--tolerance', String(tolerance)]);
  const lines: string[] = [];
  running.onLine((line) => lines.push(line));
  const said = (pattern: RegExp, after = 0): boolean => lines.slice(after).some((line) => pattern.test(line));
  return {
    running,
    lines,
    said,
    untilSaid: async (pattern, limit = 20_000, after = 0) => {
      try {
        await until(`the shadow says ${pattern}`, () => said(pattern, after), limit, 50);
      } catch (error) {
        throw new Error(`${String(error)}\n${lines.join('\n')}`);
      }
    },
  };
};

const shadowPid = async (host: Host): Promise<string> => (await host.read('/run/ha-suite/shadow-heartbeat.pid')).trim();
const askSummary = async (host: Host): Promise<string> => host.get(['kill', '-USR1', await shadowPid(host)]);

const owners = ({ watch }: Stage): string =>
  [FIRST, SECOND].map((address) => watch.owners(address).join('+') || 'nobody').join(' ');
const untilOwners = (stage: Stage, wanted: string): Promise<number> =>
  until(`the addresses are on ${wanted} (and not on ${owners(stage)})`, () => owners(stage) === wanted, 30_000);
const isSettled = async ({ clStatus }: HeartbeatNode): Promise<boolean> =>
  /^(none|local|foreign|all)$/.test((await clStatus('rscstatus')).stdout.trim());
const untilSettled = ({ lb1, lb2 }: Stage): Promise<number> =>
  until('both are at rest', async () => (await isSettled(lb1)) && (await isSettled(lb2)), 30_000, 200);

/** The first node starts alone, which is quick, and the other one joins it. */
const startBoth = async (stage: Stage, wanted: string): Promise<void> => {
  await stage.lb1.start();
  await untilOwners(stage, 'lb1 lb1');
  await stage.lb2.start();
  await untilOwners(stage, wanted);
  await untilSettled(stage);
};

/** Inodes of the sockets of a process, from inside its host. */
const SOCKETS = `for pid in "$@"; do ls -l /proc/$pid/fd; done | sed -n 's/.*socket:\\[\\([0-9]*\\)\\].*/\\1/p'`;
const socketsOf = async (host: Host, pids: readonly string[]): Promise<ReadonlySet<string>> =>
  new Set((await host.get(['sh', '-c', SOCKETS, 'sockets', ...pids])).split('\n').filter((line) => line !== ''));
/** The rows of a table such as /proc/net/udp that belong to these sockets. */
const rowsOf = async (host: Host, table: string, sockets: ReadonlySet<string>): Promise<readonly string[][]> =>
  (await host.get(['cat', `/proc/net/${table}`]))
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.some((word) => sockets.has(word)));
const pidsOf = async (host: Host, pattern: string): Promise<readonly string[]> =>
  (await host.run(['pgrep', '-f', pattern])).stdout.split('\n').filter((line) => line !== '');

const tell = (
  title: string,
  make: () => Promise<Stage>,
  play: (stage: () => Stage, step: Story['step']) => void,
): void =>
  story(title, ({ begin, nodes, step, end }) => {
    let stage: Stage | undefined;
    nodes(() => [stage?.lb1, stage?.lb2]);
    begin(async () => {
      stage = await make();
    });
    end(() => stage?.lab.close() ?? Promise.resolve());
    play(() => {
      if (stage === undefined) throw new Error('there is no stage');
      return stage;
    }, step);
  });

const FRAMES = join(dirname(fileURLToPath(import.meta.url)), 'frames-process.js');

tell(
  'ucast, on the node that takes over',
  () => build('shadowu', 'on', (peer) => `ucast eth0 ${peer}`),
  (stage, step) => {
    let shadow: Watcher;
    const ports = new Set<string>();

    step('it is there from the start, and decides when the genuine one is up', async () => {
      const { lb1 } = stage();
      const frames = lb1.host.start([process.execPath, FRAMES]);
      let listens = false;
      frames.onLine((line) => {
        if (line === 'listening') listens = true;
        else ports.add(line);
      });
      await until('frames are seen', () => listens, 10_000);
      shadow = startShadow(stage(), lb1.host);
      await shadow.untilSaid(/Watching the genuine heartbeat of lb1/);
      expect((await lb1.start()).code).toBe(0);
      await shadow.untilSaid(/Deciding from here on: lb1 holds all groups, as it says; not there: lb2\.$/);
      // It has taken nothing of what the genuine daemon needs, and nobody takes it for one.
      expect((await lb1.clStatus('hbstatus')).code).toBe(0);
    });

    step('the other node joins, and both hand its groups over', async () => {
      await stage().lb2.start();
      await untilOwners(stage(), 'lb1 lb2');
      await untilSettled(stage());
      await shadow.untilSaid(
        /Agreed: lb1 asks the other node to take the other node's groups\. The genuine one decided so/,
      );
      await shadow.untilSaid(/Agreed: lb1 holds its own groups \(a hand-over was asked for\)/);
    });

    step('the other node dies: both take over, and say the same', async () => {
      const { lb1, lb2 } = stage();
      await powerOff(lb2.host, ['eth0']);
      await untilOwners(stage(), 'lb1 lb1');
      await shadow.untilSaid(/Agreed: lb2 is dead \(nothing heard for 2\d\d\d ms\)\. The genuine one decided so/);
      await shadow.untilSaid(/Agreed: lb1 holds all groups \(lb2 is dead: nothing heard for 2\d\d\d ms\)/);
      // What is not open any more will not be told.
      const isQuiet = async (): Promise<boolean> =>
        JSON.parse((await shadowRun(lb1.host, '-s', '--json')).stdout).differences.open.length === 0;
      await until('nothing differs', isQuiet, 20_000, 1000);
      await askSummary(lb1.host);
      await shadow.untilSaid(
        /Summary of .* agreed on 1 death, 2 changes of what this node holds, 1 hand-over .*no difference/,
      );
      const { code, stdout } = await shadowRun(lb1.host, '-s', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        ...{ version: 1, node: 'lb1', state: 'deciding', agreed: { deaths: 1, moves: 2, handOvers: 1 }, orders: 0 },
        differences: { told: 0, alone: 0, open: [] },
        unseen: { lost: 0, refused: 0, links: [] },
      });
      expect(shadow.said(/DIFFERENCE/)).toBe(false);
    });

    step('an address that somebody removes is told, and that it is back', async () => {
      const { lb1 } = stage();
      await lb1.host.get(['ip', 'address', 'del', `${FIRST}/24`, 'dev', 'eth0']);
      await shadow.untilSaid(
        /WARN: DIFFERENCE since [\d:]{8}: group lb1 IPaddr2::10\.0\.0\.100\/24\/eth0: we would run it here \(.*\), the genuine one does not \(10\.0\.0\.100 is not on this machine\)\.$/,
      );
      await lb1.host.get(['ip', 'address', 'add', `${FIRST}/24`, 'dev', 'eth0']);
      await shadow.untilSaid(/info: Difference over: group lb1 IPaddr2::10\.0\.0\.100\/24\/eth0, after [\d.]+ s/);
      expect(shadow.lines.filter((line) => line.includes('DIFFERENCE'))).toHaveLength(1);
    });

    step('not one packet was its own: all came from the socket of the genuine daemon', async () => {
      const { lb1 } = stage();
      const own = await socketsOf(lb1.host, [await shadowPid(lb1.host)]);
      for (const table of ['udp', 'udp6', 'raw', 'raw6', 'icmp', 'tcp', 'tcp6'])
        expect(await rowsOf(lb1.host, table, own)).toEqual([]);
      expect(await rowsOf(lb1.host, 'packet', own)).toHaveLength(1);
      const genuine = await socketsOf(lb1.host, await pidsOf(lb1.host, 'heartbeat: '));
      const theirs = (await rowsOf(lb1.host, 'udp', genuine)).map((row) =>
        String(Number.parseInt(row[1]?.split(':')[1] ?? '', 16)),
      );
      expect([...ports]).toHaveLength(1);
      expect(theirs).toContain([...ports][0]);
    });

    step('it ends with its summary, and leaves nothing of the genuine daemon changed', async () => {
      const { lb1 } = stage();
      expect((await shadowRun(lb1.host, '-k')).code).toBe(0);
      await shadow.untilSaid(/Summary of .* 1 difference, the longest [\d.]+ s, 0 of them now/);
      const after = await shadowRun(lb1.host, '-s');
      expect(after.code).toBe(3);
      expect(after.stdout).toMatch(/No shadow of heartbeat runs here\.\nha-heartbeat --shadow on lb1: stopped/);
      expect((await lb1.clStatus('hbstatus')).code).toBe(0);
      expect(await lb1.host.read('/var/log/ha-suite/shadow-heartbeat.log')).toContain('Summary of');
      expect(owners(stage())).toBe('lb1 lb1');
    });
  },
);

tell(
  'mcast, joined while the cluster runs, beside a genuine one that is stopped when it should act',
  () => build('shadowm', 'off', () => 'mcast eth0 239.0.0.43 694 1 0\nbcast eth0'),
  (stage, step) => {
    let shadow: Watcher;

    step('it finds out by the addresses who holds what', async () => {
      await startBoth(stage(), 'lb1 lb1');
      await stage().lb1.standby('foreign');
      await untilOwners(stage(), 'lb1 lb2');
      await untilSettled(stage());
      shadow = startShadow(stage(), stage().lb2.host);
      await shadow.untilSaid(/Deciding from here on: lb2 holds its own groups, as its addresses show\.$/);
    });

    step('orders of an administrator on either node are followed', async () => {
      const { lb1, lb2 } = stage();
      await lb1.standby('local');
      await untilOwners(stage(), 'lb2 lb2');
      await shadow.untilSaid(/Agreed: lb2 holds all groups \(a hand-over was asked for\)/);
      await untilSettled(stage());
      await lb2.standby('foreign');
      await untilOwners(stage(), 'lb1 lb2');
      await shadow.untilSaid(
        /Asked for on this node: the other node is to take the other node's groups\. We do the same\./,
      );
      await shadow.untilSaid(/Agreed: lb2 holds its own groups/);
      await untilSettled(stage());
      expect(shadow.said(/DIFFERENCE/)).toBe(false);
    });

    step(
      'the genuine one stands still while the other node dies: what it does not do is told, and that it has done it',
      async () => {
        const { lb1, lb2 } = stage();
        const pid = (await lb2.host.read('/run/heartbeat.pid')).trim();
        await lb2.host.get(['kill', '-STOP', pid]);
        await powerOff(lb1.host, ['eth0']);
        await shadow.untilSaid(
          /WARN: DIFFERENCE since [\d:]{8}: heartbeat: we would send one every 200 ms, the genuine one has been silent for \d+ ms/,
        );
        await shadow.untilSaid(
          /WARN: DIFFERENCE since [\d:]{8}: group lb1 IPaddr2::10\.0\.0\.100\/24\/eth0: we would run it here \(lb1 is dead: nothing heard for 2\d\d\d ms\), the genuine one does not \(10\.0\.0\.100 is not on this machine, it says that it holds its own groups\)/,
        );
        await shadow.untilSaid(
          /WARN: DIFFERENCE at [\d:]{8}: we decided: lb1 is dead \(.*\); the genuine one did not within [\d.]+ s/,
        );
        expect((await shadowRun(lb2.host, '-s')).code).toBe(1);
        await lb2.host.get(['kill', '-CONT', pid]);
        await shadow.untilSaid(/info: Difference over: heartbeat, after/);
        await untilOwners(stage(), 'lb2 lb2');
        await shadow.untilSaid(/info: Difference over: group lb1 IPaddr2::10\.0\.0\.100\/24\/eth0, after/);
        await askSummary(lb2.host);
        await shadow.untilSaid(/Summary of .* 2 differences/);
        const { code, stdout } = await shadowRun(lb2.host, '-s', '--json');
        expect(code).toBe(1);
        // Neither what bcast and mcast loop back nor a second copy of anything is taken for a packet of somebody else.
        expect(JSON.parse(stdout)).toMatchObject({ packets: { strange: 0 }, orders: 1, followed: 0 });
      },
    );
  },
);
