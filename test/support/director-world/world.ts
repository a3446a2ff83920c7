/**
 * A small world around one ldirectord-ts, inside private namespaces (director-golden/namespace.ts): a configuration, real
 * servers on loopback addresses, a kernel table, and the daemon as anybody would start and stop it.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { textOf } from '../files.js';
import { command } from '../paths.js';
import { type KernelServer, startKernelServer } from './kernel-server.js';

export interface CommandResult {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface World {
  readonly ipvs: KernelServer;
  /** Replaces /etc/ha.d/test.cf as a whole. */
  readonly configure: (text: string) => void;
  /** `ldirectord-ts test.cf WORD`. */
  readonly call: (...words: readonly string[]) => Promise<CommandResult>;
  /** A shell line; its output. */
  readonly shell: (line: string) => Promise<string>;
  /** Pid of the running daemon; undefined: none runs. */
  readonly pid: () => number | undefined;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Lines of the log without date and pid. */
  readonly log: () => readonly string[];
  /** Makes real servers listen (host:port), or not. */
  readonly up: (...places: readonly string[]) => Promise<void>;
  readonly down: (...places: readonly string[]) => Promise<void>;
  /** Starts and waits until the table is settled as given. */
  readonly settled: (table: readonly string[], limit?: number) => Promise<boolean>;
  readonly table: () => readonly string[];
}

export const CONFIG = '/etc/ha.d/test.cf';
export const PID_FILE = '/run/ldirectord.test.cf.pid';
export const LOG = '/var/log/ldirectord.log';
const FOLDER = '/run/world';

/** A loaded machine may need very long; a world that works needs a fraction of it. */
const PATIENCE = 20_000;

export const until = async (condition: () => boolean, limit = PATIENCE): Promise<boolean> => {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) return false;
    await pause(10);
  }
  return true;
};

const shell = (line: string): Promise<string> =>
  new Promise((resolve) => {
    execFile('/bin/sh', ['-c', line], { timeout: PATIENCE }, (_error, stdout) => resolve(stdout));
  });

const program = [process.execPath, command('ldirectord-ts')] as const;

/** Runs the command itself, in any way; the daemon that it leaves behind does not hold the result back. */
export const runCommand = (argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<CommandResult> =>
  new Promise((resolve) => {
    const began = performance.now();
    const [file, ...first] = program;
    const child = spawn(file, [...first, ...argv], {
      env: { ...env, HA_SUITE_IPVS_ENGINE: 'kernel' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk.toString('utf8');
    });
    child.on('close', (code, signal) =>
      resolve({ code: code ?? String(signal), stdout, stderr, milliseconds: performance.now() - began }),
    );
  });

export const createWorld = async (addresses: readonly string[]): Promise<World> => {
  mkdirSync(FOLDER, { recursive: true });
  for (const address of addresses) await shell(`ip addr add ${address} dev lo`);
  const ipvs = await startKernelServer(`${FOLDER}/ipvsadm`);
  await shell(`mount --bind ${FOLDER}/ipvsadm /usr/sbin/ipvsadm`);
  const servers = new Map<string, { readonly server: Server; readonly sockets: Set<Socket> }>();
  const up = async (place: string): Promise<void> => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(place) ?? [];
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.resume();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(port), host, resolve);
    });
    servers.set(place, { server, sockets });
  };
  const down = async (place: string): Promise<void> => {
    const { server, sockets } = servers.get(place) ?? {};
    servers.delete(place);
    for (const socket of sockets ?? []) socket.destroy();
    await new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
  };
  const pid = (): number | undefined => {
    const found = Number(textOf(PID_FILE).trim());
    return found > 0 && existsSync(`/proc/${found}`) ? found : undefined;
  };
  const table = (): readonly string[] => ipvs.kernel.lines();
  return {
    ipvs,
    configure: (text) => {
      writeFileSync(`${CONFIG}.new`, text);
      renameSync(`${CONFIG}.new`, CONFIG);
    },
    call: (...words) => runCommand(['test.cf', ...words]),
    shell,
    pid,
    kill: (signal) => {
      const found = pid();
      if (found !== undefined) process.kill(found, signal);
    },
    log: () =>
      textOf(LOG)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.replace(/^\[[^\]]*\] /, '')),
    up: async (...places) => {
      for (const place of places) await up(place);
    },
    down: async (...places) => {
      for (const place of places) await down(place);
    },
    settled: (expected, limit) => until(() => table().join('\n') === expected.join('\n'), limit),
    table,
  };
};
