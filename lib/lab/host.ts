/** A lab host: a machine of its own as far as network, name, processes and the files of heartbeat are concerned. */
import type { ExecResult } from '../platform/exec.js';
import { type Holder, type Separation, startHolder } from './holder.js';
import { outsidePath, readOutside, writeOutside } from './host-files.js';
import { type InsideOptions, type Running, runInside, startInside } from './inside.js';
import { addressCommand, ipBatch, type Link, type Network, type Plug, plugIn } from './network.js';

/** One network interface of a host. */
export interface Interface {
  /** Its name inside the host, e.g. `eth0`. */
  readonly device: string;
  readonly network: Network;
  /** With prefix length, IPv4 or IPv6. */
  readonly addresses: readonly string[];
}

export interface HostOptions {
  readonly interfaces?: readonly Interface[];
  /** Arguments of `ip route add`, e.g. `default via 192.168.120.50`. */
  readonly routes?: readonly string[];
  /** Kernel settings such as `net.ipv4.ip_forward`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** `network`: only network and host name of its own, for a switch; `system`: all files, to install packages. Default `machine`. */
  readonly separation?: Separation;
}

export interface Host {
  readonly name: string;
  readonly pid: number;
  /** Whether it has files of its own (see `HostOptions.separation`). */
  readonly ownFiles: boolean;
  /** Runs a command to its end. Never rejects; the result says how it went. */
  readonly run: (argv: readonly string[], options?: InsideOptions) => Promise<ExecResult>;
  /** Like `run`, but gives the standard output and rejects unless the command succeeds. */
  readonly get: (argv: readonly string[], options?: InsideOptions) => Promise<string>;
  /** Starts a program that goes on running. */
  readonly start: (argv: readonly string[], options?: Pick<InsideOptions, 'env'>) => Running;
  /** Writes a file inside the host, with its folders. `mode` in octal digits, default 644. */
  readonly write: (path: string, text: string, mode?: string) => Promise<void>;
  /** The text of a file inside the host; empty when there is none. */
  readonly read: (path: string) => Promise<string>;
  /** Where a path inside the host lies for us. Throws when a link on it would lead to the files of this machine. */
  readonly outside: (path: string) => string;
  /** Where its interfaces are plugged in. */
  readonly plugs: readonly Plug[];
  /** The cable of an interface. */
  readonly link: (device: string) => Link;
  /** The command an administrator types to run something, or a shell, inside the host. */
  readonly enterCommand: (argv?: readonly string[]) => string;
  readonly close: () => Promise<void>;
}

const why = (argv: readonly string[], { code, killedBy, stderr, startError, timedOut }: ExecResult): string =>
  `${argv.join(' ')}: ${timedOut ? 'timed out' : (startError ?? killedBy ?? `exit ${code}`)}${
    stderr.trim() === '' ? '' : `: ${stderr.trim()}`
  }`;

/** Bytes: logs of a long run are read as a whole. */
const MOST_READ = 1 << 28;

const settingPath = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;

/** Standard input is a socket here, which install(1) cannot open by its name. */
const WRITE = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"';

/** Pairs of a file and what it is set to; shell words of a program of one process. */
const SET = 'while [ $# -gt 1 ]; do echo "$2" >"$1" || exit 1; shift 2; done';

/** Starts a host and gives it its interfaces, routes and settings. */
export const createHost = async (name: string, options: HostOptions = {}): Promise<Host> => {
  const separation = options.separation ?? 'machine';
  const holder: Holder = await startHolder(name, separation);
  const run = (argv: readonly string[], how?: InsideOptions) => runInside(holder.pid, separation, argv, how);
  const get = async (argv: readonly string[], how?: InsideOptions): Promise<string> => {
    const result = await run(argv, how);
    if (result.code !== 0) throw new Error(`${name}: ${why(argv, result)}`);
    return result.stdout;
  };
  const links = new Map<string, Link>();
  const plugs: Plug[] = [];
  const running = new Set<Running>();
  const host: Host = {
    name,
    pid: holder.pid,
    ownFiles: separation !== 'network',
    run,
    get,
    start: (argv, how) => {
      const program = startInside(holder.pid, separation, argv, how);
      running.add(program);
      void program.exited.then(() => running.delete(program));
      return program;
    },
    write: async (path, text, mode = '644') => {
      requireOwnFiles();
      const outside = outsidePath(holder.pid, path);
      if (outside === undefined) await get(['sh', '-c', WRITE, 'write', path, mode], { input: text });
      else writeOutside(outside, text, Number.parseInt(mode, 8));
    },
    read: async (path) => {
      const outside = separation !== 'network' ? outsidePath(holder.pid, path) : undefined;
      if (outside !== undefined) return readOutside(outside);
      return (await run(['cat', path], { maxOutput: MOST_READ })).stdout;
    },
    outside: (path) => {
      requireOwnFiles();
      const outside = outsidePath(holder.pid, path);
      if (outside === undefined) throw new Error(`${name}: ${path} cannot be reached from outside`);
      return outside;
    },
    plugs,
    link: (device) => {
      const link = links.get(device);
      if (link === undefined) throw new Error(`${name} has no interface ${device}`);
      return link;
    },
    enterCommand: (argv = ['bash']) => `nsenter --all --root --wd --target ${holder.pid} ${argv.join(' ')}`,
    close: async () => {
      await Promise.all([...running].map((program) => program.stop('SIGKILL')));
      await holder.end();
    },
  };
  const requireOwnFiles = (): void => {
    if (separation === 'network') throw new Error(`${name} shares the files of this machine: nothing is written there`);
  };
  try {
    // Before anything is written: are we really where only this host's files are?
    if (separation === 'machine') await get(['test', '-e', '/run/lab/etc/passwd', '-a', '/etc', '-ef', '/run/lab/etc']);
    if (separation === 'system') await get(['test', '-e', '/run/lab/own-root']);
    const settings = Object.entries(options.settings ?? {}).flatMap(([name, value]) => [settingPath(name), value]);
    if (settings.length > 0) await get(['sh', '-c', SET, 'set', ...settings]);
    const lines: string[] = [];
    for (const { device, network, addresses } of options.interfaces ?? []) {
      const { link, plug } = await plugIn(network, host, device);
      links.set(device, link);
      plugs.push(plug);
      lines.push(`link set dev ${device} up`);
      lines.push(...addresses.map((address) => addressCommand(address, device)));
    }
    lines.push(...(options.routes ?? []).map((route) => `route add ${route}`));
    await ipBatch(host, lines);
  } catch (error) {
    await holder.end();
    throw error;
  }
  return host;
};
