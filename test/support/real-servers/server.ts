/** Starts a real server program in the foreground for a test, waits until it serves, and ends it by its process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface RealServer {
  readonly pid: number;
  /** What it has written to standard output and standard error, for messages of failing tests. */
  readonly output: () => string;
  /** Ends the program and everything in its process group; resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

export interface StartOptions {
  /** Ready as soon as connections to all of these ports on `host` are accepted. */
  readonly ports?: readonly number[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** A further condition, for what cannot be seen by connecting (UDP, local sockets, a line of `output`). */
  readonly ready?: (output: string) => boolean | Promise<boolean>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until the start counts as failed. Default 30,000: other tests may keep the machine busy. */
  readonly limit?: number;
}

/** Output beyond this is thrown away. */
const MAX_OUTPUT = 1 << 20;
/** Between the request to end and the kill. */
const GRACE = 5_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether somebody accepts on a TCP port. */
export const accepts = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });

/** A TCP port of 127.0.0.1 that was free a moment ago, for programs that cannot choose one themselves. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
};

const ender = (child: ChildProcess, ended: Promise<void>) => async (): Promise<void> => {
  const { pid } = child;
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE);
  await ended;
  clearTimeout(timer);
  // What the program has left behind in its group.
  signalGroup(pid, 'SIGKILL');
};

/**
 * Starts `program` (which must stay in the foreground) in a process group of its own.
 *
 * Resolves when it serves. Rejects, with what it said, when it ends first or does not serve in time; nothing is left
 * running then.
 */
export const startServer = async (
  program: string,
  args: readonly string[],
  { ports = [], host, ready = () => true, env, cwd, limit = 30_000 }: StartOptions,
): Promise<RealServer> => {
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
  });
  let said = '';
  let over: string | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      if (said.length < MAX_OUTPUT) said += chunk.toString('utf8');
    });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      over = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      over ??= `ended with ${code ?? signal}`;
      resolve();
    });
  });
  const stop = ender(child, ended);
  const end = Date.now() + limit;
  for (;;) {
    const open = await Promise.all(ports.map((port) => accepts(port, host)));
    if (open.every(Boolean) && (await ready(said)) && over === undefined) break;
    if (over === undefined && Date.now() < end) await pause(50);
    else {
      const why = over ?? `did not serve within ${limit} ms`;
      await stop();
      throw new Error(`${program} ${args.join(' ')} ${why}: ${said}`);
    }
  }
  return { pid: child.pid ?? 0, output: () => said, stop };
};

export interface ScratchFolder {
  readonly path: string;
  /** Writes a file below the folder and gives back its absolute path. */
  readonly write: (name: string, text: string, mode?: number) => string;
  /** Makes a folder below it. */
  readonly folder: (name: string, mode?: number) => string;
  readonly remove: () => void;
}

/** A new folder that servers of other users may enter; remove it in `finally`. */
export const scratchFolder = (name: string): ScratchFolder => {
  const path = mkdtempSync(join(tmpdir(), `ha-suite-${name}-`));
  chmodSync(path, 0o755);
  const make = (folder: string, mode = 0o755): string => {
    const whole = join(path, folder);
    mkdirSync(whole, { recursive: true });
    chmodSync(whole, mode);
    return whole;
  };
  return {
    path,
    write: (file, text, mode = 0o644) => {
      const whole = join(path, file);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, text);
      chmodSync(whole, mode);
      return whole;
    },
    folder: make,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
};
