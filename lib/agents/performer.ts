/** Runs resources for the group runner: scripts that administrators have put there as they are, our own agents in process. */
import { existsSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { ResourceSpec } from '../heartbeat/config/model.js';
import type { ResourcePerformer } from '../heartbeat/resources/runner.js';
import type { ScriptLog, ScriptName } from '../heartbeat/resources/script-line.js';
import { saysRunning } from '../heartbeat/resources/status-text.js';
import type { Log } from '../log.js';
import { createBreather } from '../platform/breather.js';
import { now } from '../platform/clock.js';
import { type ExecResult, run } from '../platform/exec.js';
import { isExecutableFile } from '../platform/executable.js';
import { turnMemory } from '../platform/turn-memory.js';
import { type Millis, millis, seconds } from '../time.js';
import type { Agent, AgentResult, Verb } from './agent.js';

/** What is run for a resource. `path` is what log lines name, also for an agent of ours that stands nowhere. */
export type Runnable =
  | { readonly kind: 'script'; readonly path: string }
  | { readonly kind: 'builtin'; readonly path: string; readonly agent: Agent };

export interface PerformerOptions {
  /** Searched in this order (heartbeat reference 2.6): /etc/ha.d/resource.d, /etc/init.d. */
  readonly folders: readonly string[];
  /** Scripts whose real path is in here are our own, see `ownResourceFolder`. */
  readonly ownFolder: string | undefined;
  /** `[agents] prefer` in ha-suite.ini: `builtin` runs our agent even where a foreign script of that name stands. */
  readonly prefer: 'script' | 'builtin';
  readonly agents: ReadonlyMap<string, Agent>;
  /** The complete environment of scripts, see `scriptEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where scripts are run; absent or not there: `/`. */
  readonly folder?: string;
  /** The file that gets what scripts print, like genuine's debug log; absent: it is logged line by line. */
  readonly outputFile: string | undefined;
  readonly log: ScriptLog;
  readonly timeouts?: Partial<Timeouts>;
}

export interface Timeouts {
  readonly start: Millis;
  readonly stop: Millis;
  readonly status: Millis;
}

/**
 * A start may check a file system or recover a database and takes as long as it takes: genuine waits for ever. After an hour,
 * the longest that a standby or a stop may last (heartbeat reference 5.3, 6.5), it is taken for something that hangs.
 */
const HOUR = seconds(3600);

/** Exit code for what was killed at its deadline or by a signal, as a shell reports SIGKILL. */
const KILLED = 137;
/** As a shell reports what it cannot execute, and what is not there: the script, or the program its first line names. */
const NOT_EXECUTABLE = 126;
const NOT_THERE = 127;
/** What is kept of a script's output when no file takes it. */
const OUTPUT_LIMIT = 32 * 1024;
/** A status is looked through to its end, within reason. */
const STATUS_LIMIT = 1 << 20;
const OUTPUT_LINES = 100;

const isOurs = (path: string, ownFolder: string | undefined): boolean => {
  if (ownFolder === undefined) return false;
  try {
    return realpathSync(path).startsWith(ownFolder + sep);
  } catch {
    return false;
  }
};

/** Chooses between script and agent; undefined when there is neither. */
export const chooseRunnable = (
  name: string,
  { folders, ownFolder, prefer, agents }: Pick<PerformerOptions, 'folders' | 'ownFolder' | 'prefer' | 'agents'>,
): Runnable | undefined => {
  const found = folders.map((folder) => join(folder, name)).find(isExecutableFile);
  const agent = agents.get(name);
  const nominal = join(folders[0] ?? '/etc/ha.d/resource.d', name);
  if (agent !== undefined && (prefer === 'builtin' || found === undefined || isOurs(found, ownFolder))) {
    return { kind: 'builtin', path: found ?? nominal, agent };
  }
  return found === undefined ? undefined : { kind: 'script', path: found };
};

/** Our agents need no process and follow each other at once; after so long our own heartbeat must have its turn. */
const LONGEST_TURN = millis(20);

const exitCode = (result: ExecResult): number =>
  result.startError === undefined
    ? (result.code ?? KILLED)
    : result.startError === 'ENOENT'
      ? NOT_THERE
      : NOT_EXECUTABLE;

export const createPerformer = (options: PerformerOptions): ResourcePerformer => {
  const timeouts: Timeouts = { start: HOUR, stop: HOUR, status: seconds(60), ...options.timeouts };
  const cwd = options.folder !== undefined && existsSync(options.folder) ? options.folder : '/';

  const breathe = createBreather(LONGEST_TURN, () => now().mono);
  const chosen = turnMemory<Map<string, Runnable | undefined>>();

  /** Looked up in each turn: an administrator may put a script there, or take it away, while we run. */
  const choose = (name: string): Runnable | undefined => {
    const known = chosen.get(() => new Map());
    if (!known.has(name)) known.set(name, chooseRunnable(name, options));
    return known.get(name);
  };

  const logFor = ({ agent, args }: ResourceSpec): Log => {
    const name: ScriptName = { name: agent, instance: [agent, (args[0] ?? '').split('/')[0]].join('_') };
    return (priority, text) => options.log(name, priority, text);
  };

  const complain = (resource: ResourceSpec, verb: Verb, result: ExecResult, timeout: Millis): void => {
    const log = logFor(resource);
    if (result.startError === 'ENOENT') {
      log(
        'ERROR',
        `${resource.word} ${verb} cannot be run: the program in its first line is not there (does the line end in CR LF?)`,
      );
    } else if (result.startError !== undefined) {
      log('ERROR', `${resource.word} ${verb} cannot be run: ${result.startError}`);
    } else if (result.timedOut) {
      log('ERROR', `${resource.word} ${verb} did not end within ${timeout / 1000} s and was killed`);
    } else if (result.killedBy !== undefined) log('ERROR', `${resource.word} ${verb} was killed by ${result.killedBy}`);
  };

  const logOutput = (resource: ResourceSpec, output: string): void => {
    const log = logFor(resource);
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines.slice(0, OUTPUT_LINES)) log('info', line);
    if (lines.length > OUTPUT_LINES) log('info', `(${lines.length - OUTPUT_LINES} more lines are not shown)`);
  };

  const runScript = async (
    path: string,
    resource: ResourceSpec,
    verb: 'start' | 'stop' | 'status',
    extra: Readonly<Record<string, string>>,
  ) => {
    const timeout = timeouts[verb];
    const args = [...resource.args, verb];
    const execOptions = {
      ...{ timeout, env: { ...options.environment, ...extra }, cwd, linger: true },
      maxOutput: verb === 'status' ? STATUS_LIMIT : OUTPUT_LIMIT,
      // The status is read, not logged; the rest goes where genuine has it (heartbeat reference 2.6, `takegroup`).
      ...(verb === 'status' || options.outputFile === undefined ? {} : { outputFile: options.outputFile }),
    };
    const first = await run(path, args, execOptions);
    // A script without a #! line: genuine calls it from a shell, which then interprets it itself.
    const result = first.startError === 'ENOEXEC' ? await run('/bin/sh', [path, ...args], execOptions) : first;
    complain(resource, verb, result, timeout);
    if (verb !== 'status') logOutput(resource, result.stdout + result.stderr);
    return { code: exitCode(result), output: result.stdout };
  };

  const runAgent = async (agent: Agent, resource: ResourceSpec, verb: 'start' | 'stop' | 'status') => {
    const abort = new AbortController();
    const timeout = timeouts[verb];
    const log = logFor(resource);
    let deadline: NodeJS.Timeout | undefined;
    const expired = new Promise<AgentResult>((resolve) => {
      deadline = setTimeout(() => {
        abort.abort();
        log('ERROR', `${resource.word} ${verb} did not end within ${timeout / 1000} s and was given up`);
        resolve({ code: KILLED, output: '' });
      }, timeout);
    });
    try {
      const context = { log, signal: abort.signal, environment: options.environment };
      const result = await Promise.race([agent.run(verb, resource.args, context), expired]);
      if (verb !== 'status' && result.code !== 0) logOutput(resource, result.output);
      return result;
    } catch (error) {
      log('ERROR', `${resource.word} ${verb} failed: ${String(error)}`);
      return { code: 1, output: '' };
    } finally {
      clearTimeout(deadline);
    }
  };

  const call = async (
    resource: ResourceSpec,
    verb: 'start' | 'stop' | 'status',
    extra: Readonly<Record<string, string>> = {},
  ): Promise<AgentResult> => {
    await breathe();
    const runnable = choose(resource.agent);
    if (runnable === undefined) return { code: 127, output: '' };
    return runnable.kind === 'builtin'
      ? runAgent(runnable.agent, resource, verb)
      : runScript(runnable.path, resource, verb, extra);
  };

  return {
    locate: ({ agent }) => choose(agent)?.path,
    isRunning: async (resource, extra) => saysRunning((await call(resource, 'status', extra)).output),
    perform: async (verb, resource, extra) => (await call(resource, verb, extra)).code,
  };
};
