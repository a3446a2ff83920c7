/** Runs programs inside the namespaces of a lab host. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type ExecResult, findProgram, run } from '../platform/exec.js';
import { type Millis, millis } from '../time.js';
import type { Separation } from './holder.js';

export interface InsideOptions {
  readonly timeout?: Millis;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes kept of each output stream. Default 1 MiB. */
  readonly maxOutput?: number;
}

/** A program that goes on running inside a host. */
export interface Running {
  /** The process id outside. */
  readonly pid: number;
  /** Calls back for every complete line of standard output and standard error. */
  readonly onLine: (listener: (line: string) => void) => void;
  readonly exited: Promise<number | string>;
  /** Sends a signal to it and its children (default SIGTERM) and resolves when it has ended; SIGKILL after 2 s. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

// --root and --wd: inside a chroot, entering a mount namespace alone would lead out to the files of the real machine.
const ALL = ['--net', '--uts', '--pid', '--mount', '--ipc', '--root', '--wd'];
const flags: Readonly<Record<Separation, readonly string[]>> = {
  network: ['--net', '--uts'],
  machine: ALL,
  system: ALL,
};

/** What programs find in their environment: nothing of ours but a search path that knows the running node. */
const environment = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`,
  HOME: '/root',
  LANG: 'C.UTF-8',
  ...extra,
});

const nsenter = (): string => {
  const path = findProgram('nsenter');
  if (path === undefined) throw new Error('nsenter is missing (Debian package util-linux)');
  return path;
};

/** The arguments that put a command line into the namespaces of the process `pid`. */
const enterArguments = (pid: number, separation: Separation, argv: readonly string[]): readonly string[] => [
  '--target',
  String(pid),
  ...flags[separation],
  '--',
  ...argv,
];

/** Runs a command to its end; never rejects (a deadline of 30 s unless told otherwise). */
export const runInside = (
  pid: number,
  separation: Separation,
  argv: readonly string[],
  options: InsideOptions = {},
): Promise<ExecResult> =>
  run(nsenter(), enterArguments(pid, separation, argv), {
    timeout: options.timeout ?? millis(30_000),
    env: environment(options.env),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.maxOutput === undefined ? {} : { maxOutput: options.maxOutput }),
  });

const stopper = (child: ChildProcess, exited: Promise<number | string>) => {
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (over || child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended between the check and the signal.
    }
  };
  return async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    signalGroup(signal);
    const late = setTimeout(() => signalGroup('SIGKILL'), 2000);
    await exited;
    clearTimeout(late);
  };
};

/** Starts a program and returns at once; it ends with the host at the latest. */
export const startInside = (
  pid: number,
  separation: Separation,
  argv: readonly string[],
  options: Omit<InsideOptions, 'timeout' | 'input'> = {},
): Running => {
  // Without a process namespace nothing else would end the program when we are killed.
  const mortal = separation === 'network' ? ['setpriv', '--pdeathsig', 'KILL', ...argv] : argv;
  const child = spawn(nsenter(), enterArguments(pid, separation, mortal), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(options.env),
  });
  const exited = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const listeners: ((line: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      for (const listener of listeners) listener(line);
    });
  }
  return {
    pid: child.pid ?? 0,
    onLine: (listener) => {
      listeners.push(listener);
    },
    exited,
    stop: stopper(child, exited),
  };
};
