/** Runs programs: argument lists and absolute paths only, no shell, always a deadline, the whole process group killed. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Millis } from '../time.js';
import { isExecutable } from './executable.js';

/** Where programs are looked for; PATH is never trusted. */
const SEARCH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

export interface ExecOptions {
  readonly timeout: Millis;
  /** Written to standard input, which is otherwise /dev/null. */
  readonly input?: string;
  /** The complete environment; absent: the daemon's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ends the program early, like the deadline. */
  readonly signal?: AbortSignal;
  /** The group gets SIGTERM first, and SIGKILL this much later or when the program itself has ended; absent: at once. */
  readonly grace?: Millis;
  /** Bytes kept of each output stream; the rest is read and thrown away. Default 1 MiB. */
  readonly maxOutput?: number;
  /**
   * A file that gets both output streams (appended, created 0644) instead of the result: what a program starts in the
   * background may go on writing there. One that cannot be opened counts as /dev/null.
   */
  readonly outputFile?: string;
  /** Go on reading the output of descendants after the result is there, so that they never write to a closed pipe. */
  readonly linger?: boolean;
}

export interface ExecResult {
  /** Exit status; undefined when it was killed or could not be started. */
  readonly code: number | undefined;
  /** Name of the signal that ended it. */
  readonly killedBy: string | undefined;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started, e.g. `ENOENT`. */
  readonly startError: string | undefined;
}

/** The absolute path of a program, or undefined when it is not installed. */
export const findProgram = (name: string): string | undefined =>
  SEARCH.map((folder) => join(folder, name)).find(isExecutable);

/** Appends to a list of chunks until `limit` bytes are kept. */
const keeper = (limit: number) => {
  const chunks: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  return {
    add: (chunk: Buffer): void => {
      seen += chunk.length;
      if (kept >= limit) return;
      const part = chunk.subarray(0, limit - kept);
      chunks.push(part);
      kept += part.length;
    },
    /** How many bytes came, kept or not. */
    seen: (): number => seen,
    text: (): string => Buffer.concat(chunks).toString('utf8'),
  };
};

/** So often at most it is looked whether anything more has come: a descendant may go on writing for ever. */
const MAX_LOOKS = 100;

/**
 * Resolves when a whole turn of the event loop has read nothing more. A timer alone proves nothing: when this process was
 * late, timers run before what has been waiting in the pipes all the time is read.
 */
const untilDrained = async (seen: () => number): Promise<void> => {
  for (let looks = 0, before = -1; looks < MAX_LOOKS && seen() !== before; looks += 1) {
    before = seen();
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const signalGroup = (pid: number, signal: 'SIGTERM' | 'SIGKILL'): void => {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already: nothing left to kill.
  }
};

const openOutput = (path: string): number => {
  try {
    return openSync(path, 'a', 0o644);
  } catch {
    return openSync('/dev/null', 'w');
  }
};

let execaModule: Promise<typeof import('execa')> | undefined;

/** Loaded when the first program is run: most calls of our commands run none, and start the faster for it. */
const loadExeca = (): Promise<typeof import('execa')> => {
  execaModule ??= import('execa');
  return execaModule;
};

/**
 * Loads now what `run` loads at its first call. For a daemon, whose own files may be replaced by an upgrade long before it
 * runs its first program.
 */
export const prepareRun = async (): Promise<void> => {
  await loadExeca();
};

/** Process groups of what runs now. */
const running = new Set<number>();

/** Kills everything that `run` has started and that has not ended. */
export const killRunning = (): void => {
  for (const pid of running) signalGroup(pid, 'SIGKILL');
};

/**
 * Runs `file` (an absolute path) with `args` and resolves when it has ended; never rejects.
 *
 * At the deadline, or when `signal` fires, the program is killed with everything it has started in its process group.
 * Descendants that keep the output open after the program has ended do not hold the result back for longer than 100 ms;
 * what the program itself wrote is in the result, however late this process comes to read it.
 */
export const run = async (file: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> => {
  const { execa } = await loadExeca();
  // Any descriptor will do; execa's type names only 3 to 9.
  const output = options.outputFile === undefined ? undefined : (openOutput(options.outputFile) as 3);
  const stdout = keeper(options.maxOutput ?? 1 << 20);
  const stderr = keeper(options.maxOutput ?? 1 << 20);
  const child = execa(file, [...args], {
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
    extendEnv: options.env === undefined,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    stdout: output ?? 'pipe',
    stderr: output ?? 'pipe',
  });
  if (output !== undefined) closeSync(output);
  const pipes = [child.stdout, child.stderr] as const;
  pipes[0]?.on('data', stdout.add);
  pipes[1]?.on('data', stderr.add);
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  let timedOut = false;
  let kill: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (pid === undefined || kill !== undefined) return;
    signalGroup(pid, options.grace === undefined ? 'SIGKILL' : 'SIGTERM');
    kill = setTimeout(signalGroup, options.grace ?? 0, pid, 'SIGKILL');
  };
  const deadline = setTimeout(() => {
    timedOut = true;
    end();
  }, options.timeout);
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted) end();
  let patience: NodeJS.Timeout | undefined;
  const exited = new Promise<Pick<ExecResult, 'code' | 'killedBy'>>((resolve) => {
    child.once('exit', (code, signal) => {
      patience = setTimeout(async () => {
        await untilDrained(() => stdout.seen() + stderr.seen());
        resolve({ code: code ?? undefined, killedBy: signal ?? undefined });
      }, 100);
    });
  });
  const settled = child.then((result) => ({
    code: result.exitCode,
    killedBy: result.signal,
    cause: result.cause as NodeJS.ErrnoException | undefined,
    whole: true,
  }));
  const result = await Promise.race([settled, exited.then((end) => ({ ...end, cause: undefined, whole: false }))]);
  if (pid !== undefined) {
    running.delete(pid);
    // What the program has started may have ignored the first signal.
    if (kill !== undefined) signalGroup(pid, 'SIGKILL');
  }
  clearTimeout(kill);
  clearTimeout(deadline);
  clearTimeout(patience);
  options.signal?.removeEventListener('abort', end);
  for (const pipe of result.whole ? [] : pipes) {
    if (options.linger !== true) pipe?.destroy();
    else if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  }
  return {
    code: result.code,
    killedBy: result.killedBy,
    timedOut,
    stdout: stdout.text(),
    stderr: stderr.text(),
    startError: pid === undefined ? (result.cause?.code ?? 'unknown') : undefined,
  };
};
