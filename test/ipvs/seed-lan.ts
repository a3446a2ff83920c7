/**
 * The network of the articles with direct routing: two directors, two web servers and clients in one segment.
 *
 * Runs inside User-Mode Linux, where the kernel has real IPVS and every process that is started takes long.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HeartbeatFiles, StandbyScope } from '../../lib/lab/heartbeat-node.js';
import { type HttpProber, ownClientNetworks, startHttpProber } from '../../lib/lab/http-prober.js';
import { suiteRoot } from '../../lib/lab/suite-files.js';
import { until } from '../../lib/lab/until.js';
import type { ExecResult } from '../../lib/platform/exec.js';
import { SOCKET, startSyslog, syslogOf } from '../support/seeds/syslog.js';
import { prepareWebServer, type WebServer } from '../support/seeds/web-server.js';
import { hasAddress, type LightHost, startLightHost } from './light-host.js';

export interface Machine {
  readonly name: string;
  /** Of its eth0, with prefix length. */
  readonly addresses: readonly string[];
}

export interface LanPlan {
  readonly title: string;
  readonly directors: readonly [Machine, Machine];
  readonly webs: readonly [Machine, Machine];
  readonly client: Machine;
  /** The client's address in the network of the directors and in that of the web servers: their ways back to it. */
  readonly gateway: { readonly directors: string; readonly webs: string };
  readonly files: HeartbeatFiles;
  /** What else a director has, before anything is started. */
  readonly equip: (director: LightHost) => Promise<void>;
  /** What makes a web server accept what directors hand on to it. */
  readonly equipWeb: (web: LightHost) => Promise<void>;
  readonly pages: Readonly<Record<string, string>>;
  /** What clients ask for all the time. */
  readonly target: { readonly address: string; readonly path: string };
}

export interface Director {
  readonly host: LightHost;
  readonly start: () => Promise<ExecResult>;
  readonly stop: () => Promise<ExecResult>;
  readonly standby: (scope: StandbyScope) => Promise<ExecResult>;
  readonly clStatus: (...args: readonly string[]) => Promise<ExecResult>;
}

export interface Lan {
  readonly first: Director;
  readonly second: Director;
  readonly webs: readonly [WebServer, WebServer];
  readonly client: LightHost;
  readonly prober: HttpProber;
  /** Names of the directors that have the address now. */
  readonly owners: (address: string) => readonly string[];
  readonly powerOff: (node: Director) => Promise<void>;
  /** Boots and starts heartbeat. */
  readonly boot: (node: Director) => Promise<void>;
}

/** So seldom do clients ask, and so long do they wait (milliseconds). */
const INTERVAL = 400;
const PATIENCE = 15_000;

const CLIENTS = '100.64.0.0/10';
const OWN = '/run/own';

const succeed = (program: string, args: readonly string[], input = ''): void => {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}\n${input}`);
};

/** What programs here need of /etc; the machine around has two thousand files, and reading them takes long. */
const NEEDED = [
  ...['passwd', 'group', 'shadow', 'nsswitch.conf', 'services', 'protocols', 'localtime', 'ld.so.cache', 'ld.so.conf'],
  ...['alternatives/awk', 'init.d/mon', 'default/mon', 'mon'],
];

/** Devices of its own, and none of the files in /etc and /var/lib that are not needed. */
const SEPARATE = `
set -e
mount --bind ${OWN}/etc /etc
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /dev
mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/zero c 1 5; mknod -m 666 /dev/random c 1 8
mknod -m 666 /dev/urandom c 1 9; mknod -m 666 /dev/tty c 5 0; ln -s ${SOCKET} /dev/log; ln -s /proc/self/fd /dev/fd
`;

/** Separates this machine, once, from the one around it, whose files are slow and must not be written. */
export const separateMachine = (): void => {
  for (const name of NEEDED.filter((one) => existsSync(join('/etc', one)))) {
    mkdirSync(dirname(join(OWN, 'etc', name)), { recursive: true });
    cpSync(join('/etc', name), join(OWN, 'etc', name), { recursive: true, verbatimSymlinks: true });
  }
  succeed('sh', ['-c', SEPARATE]);
  mkdirSync('/var/lib/heartbeat');
};

const idOf = (file: string, name: string): number =>
  Number(new RegExp(`^${name}:[^:]*:(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);

/** What the init script or tmpfiles.d prepares in /run (heartbeat reference 1.2). */
const prepareRun = (run: string): void => {
  for (const folder of ['heartbeat', 'resource-agents', 'lock', 'lab'])
    mkdirSync(join(run, folder), { recursive: true });
  chownSync(join(run, 'heartbeat'), idOf('/etc/passwd', 'hacluster'), idOf('/etc/group', 'haclient'));
};

/** The files of a director: those of the machine, and ours as the package installs them. */
const makeFolders = (name: string, known: string): Readonly<Record<string, string>> => {
  const own = join(OWN, 'hosts', name);
  const folders = {
    '/etc': join(own, 'etc'),
    '/var/log': join(own, 'log'),
    '/var/lib/heartbeat': join(own, 'lib'),
    '/usr/local/sbin': join(own, 'sbin'),
    '/run': join(own, 'run'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  cpSync(join(OWN, 'etc'), folders['/etc'], { recursive: true, verbatimSymlinks: true });
  appendFileSync(join(folders['/etc'], 'hosts'), known);
  const link = (from: string, to: string): void => {
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(from).filter((one) => one.endsWith('.js'))) {
      symlinkSync(join(from, file), join(to, basename(file, '.js')));
    }
  };
  link(join(suiteRoot, 'dist', 'bin'), folders['/usr/local/sbin']);
  link(join(suiteRoot, 'dist', 'resource.d'), join(folders['/etc'], 'ha.d', 'resource.d'));
  for (const user of ['root', 'hacluster', 'nobody']) {
    mkdirSync(join(folders['/var/lib/heartbeat'], 'cores', user), { recursive: true });
  }
  prepareRun(folders['/run']);
  return folders;
};

const addressLines = ({ addresses }: Machine): readonly string[] =>
  addresses.map((one) => `address add ${one} dev eth0 ${one.includes(':') ? 'nodad' : 'broadcast +'}`);

/** Interface names are short: a letter for each network, a number for each host. */
let networks = 0;

const directorOf = (host: LightHost): Director => {
  const command = (name: string) => `/usr/local/sbin/${name}`;
  return {
    host,
    start: () => host.run([command('ha-heartbeat')]),
    stop: () => host.run([command('ha-heartbeat'), '-k']),
    standby: (scope) => host.run([command('hb_standby'), scope]),
    clStatus: (...args) => host.run([command('cl_status'), ...args]),
  };
};

/** Forgets what a kernel forgets at a power failure, and empties /run but for what the host is made of. */
const FORGET = `
ipvsadm -C; ipvsadm --stop-daemon master; ipvsadm --stop-daemon backup
cd /run && for each in *; do case $each in lab) ;; *) rm -rf "$each" ;; esac; done
`;

export const buildLan = async (plan: LanPlan): Promise<Lan> => {
  networks += 1;
  const bridge = `lan${networks}`;
  const machines = [...plan.directors, ...plan.webs, plan.client];
  const known = machines.flatMap(({ name, addresses }) => addresses.map((one) => `${one.split('/')[0]}\t${name}\n`));
  const hosts = await Promise.all(
    machines.map(({ name }, index) =>
      startLightHost(name, index < 2 ? { folders: makeFolders(`${bridge}-${name}`, known.join('')) } : {}),
    ),
  );
  const [one, two, three, four, client] = hosts as [LightHost, LightHost, LightHost, LightHost, LightHost];
  const portOf = (host: LightHost): string => `${bridge}-${hosts.indexOf(host)}`;
  succeed(
    'ip',
    ['-batch', '-'],
    [
      `link add name ${bridge} type bridge mcast_snooping 0`,
      `link set dev ${bridge} up`,
      ...hosts.flatMap((host) => [
        `link add name ${portOf(host)} type veth peer name eth0 netns ${host.pid}`,
        `link set dev ${portOf(host)} master ${bridge} up`,
      ]),
    ].join('\n'),
  );
  const waysOf = (host: LightHost): readonly string[] => {
    if (host === client) return [];
    return [`route add ${CLIENTS} via ${host === one || host === two ? plan.gateway.directors : plan.gateway.webs}`];
  };
  for (const [index, host] of hosts.entries()) {
    const machine = machines[index] ?? plan.client;
    const lines = ['link set dev lo up', ...addressLines(machine), 'link set dev eth0 up', ...waysOf(host)];
    await host.get(['ip', '-batch', '-'], { input: lines.join('\n') });
  }
  await ownClientNetworks(client);
  for (const host of [one, two]) {
    await startSyslog(host);
    await host.write('/etc/ha.d/ha.cf', plan.files.haCf);
    await host.write('/etc/ha.d/haresources', plan.files.haresources);
    await host.write('/etc/ha.d/authkeys', plan.files.authkeys, '600');
    await plan.equip(host);
  }
  const web = async (host: LightHost): Promise<WebServer> => {
    await plan.equipWeb(host);
    return prepareWebServer(host, { pages: plan.pages, folder: join(OWN, 'web', `${bridge}-${host.name}`) });
  };
  const [first, second] = [directorOf(one), directorOf(two)];
  const setPort = (host: LightHost, state: string): void => succeed('ip', ['link', 'set', 'dev', portOf(host), state]);
  return {
    ...{ first, second, client },
    webs: [await web(three), await web(four)],
    prober: startHttpProber(client, { ...plan.target, port: 80 }, INTERVAL, PATIENCE),
    owners: (address) => [one, two].filter((host) => hasAddress(host, address)).map(({ name }) => name),
    powerOff: async ({ host }) => {
      setPort(host, 'down');
      await host.run(['sh', '-c', 'kill -9 -1']);
      await host.get(['ip', 'address', 'flush', 'dev', 'eth0']);
    },
    boot: async (node) => {
      const { host } = node;
      await host.run(['sh', '-c', FORGET]);
      prepareRun(`/proc/${host.pid}/root/run`);
      const machine = plan.directors[node === first ? 0 : 1];
      await host.get(['ip', '-batch', '-'], { input: [...addressLines(machine), ...waysOf(host)].join('\n') });
      setPort(host, 'up');
      await startSyslog(host);
      const { code, stderr } = await node.start();
      if (code !== 0) throw new Error(`heartbeat on ${host.name}: exit ${code}: ${stderr}`);
    },
  };
};

/** Everything that is waited for may take so many times longer: this kernel does not see what else the machine does. */
const SLOW = 2;

/** Waits until one director alone has the address. */
export const untilHeldBy = ({ owners }: Lan, address: string, { host }: Director, limit: number): Promise<number> =>
  until(`${host.name} alone holds ${address}`, () => owners(address).join() === host.name, limit * SLOW, 100);

/** `0A000003:0050` or `[2a00:0e10:…]:0050` of /proc/net/ip_vs as ipvsadm writes it. */
const endpoint = (text: string): string => {
  const [, six, four = '', port = ''] = /^(?:\[([^\]]+)\]|([0-9A-F]{8})):([0-9A-F]{4})$/.exec(text) ?? [];
  const address = six === undefined ? Buffer.from(four, 'hex').join('.') : new URL(`http://[${six}]`).hostname;
  return `${address}:${Number.parseInt(port, 16)}`;
};

/** What `ipvsadm -S -n` would say of a director, for TCP and direct routing; read without a process. */
export const rules = ({ host }: Director): readonly string[] => {
  let service = '';
  return host
    .network('ip_vs')
    .split('\n')
    .flatMap((line) => {
      const [, virtual, scheduler] = /^TCP {2}(\S+) (\w+)/.exec(line) ?? [];
      if (virtual !== undefined) {
        service = endpoint(virtual);
        return [`-A -t ${service} -s ${scheduler}`];
      }
      const [, real, weight] = /^ {2}-> (\S+)\s+(?:Route|Local)\s+(\d+)/.exec(line) ?? [];
      return real === undefined ? [] : [`-a -t ${service} -r ${endpoint(real)} -g -w ${weight}`];
    });
};

/** Waits until the table of a director has exactly these rules. */
export const untilRules = async (node: Director, wanted: readonly string[], limit: number): Promise<void> => {
  let last: readonly string[] = [];
  const isSo = (): boolean => {
    last = rules(node);
    return last.toSorted().join('\n') === wanted.toSorted().join('\n');
  };
  await until(`the table of ${node.host.name}`, isSo, limit * SLOW, 250).catch((error: unknown) => {
    throw new Error(`${error}: it is\n${last.join('\n')}\nand not\n${wanted.join('\n')}`);
  });
};

/** Runs a program in the network of a host but among the processes and files of the whole machine. */
export const onTheMachine = ({ host }: Director, argv: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('nsenter', ['--target', String(host.pid), '--net', ...argv], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

/** Writes a finding for the tests outside. */
export const tell = (name: string, value: unknown): void =>
  appendFileSync(process.env.UML_RESULT ?? '', `${JSON.stringify({ name, value })}\n`);

export type Step = <T>(name: string, action: () => Promise<T>) => Promise<void>;

/**
 * Tells a story in steps, each of which becomes a finding of its name: what it returned, or how it failed, with the ends of
 * the directors' logs. After a failed step nothing more is tried, and the answer is false.
 */
export const tellStory = async (plan: LanPlan, story: (lan: Lan, step: Step) => Promise<void>): Promise<boolean> => {
  const started = performance.now();
  const clock = (what: string): void =>
    tell(`${plan.title}, milliseconds until: ${what}`, Math.round(performance.now() - started));
  try {
    const built = await buildLan(plan);
    clock('the lab stands');
    await story(built, async (name, action) => {
      try {
        tell(`${plan.title}: ${name}`, (await action()) ?? null);
      } catch (error) {
        const logs = await Promise.all([built.first, built.second].map(({ host }) => syslogOf(host)));
        const ends = logs.map((lines) => lines.slice(-40).join('\n')).join('\n--\n');
        tell(`${plan.title}: ${name}`, `failed: ${error instanceof Error ? error.message : error}\n${ends}`);
        throw error;
      } finally {
        clock(name);
      }
    });
    return true;
  } catch (error) {
    tell(`${plan.title}, failed`, String(error instanceof Error ? (error.stack ?? error.message) : error));
    return false;
  }
};
