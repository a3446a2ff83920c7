/** Wiring: the ldirectord command — finds the configuration, talks to a running daemon, starts one (ldirectord reference 1). */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrors, type Parsed } from '../../config/diagnostic.js';
import { diagnosticsJson, renderDiagnostic } from '../../config/render.js';
import { isDetached, reportFailure, reportReady, startDetached } from '../../platform/daemonize.js';
import { checkDirectorFile, loadDirectorConfig } from '../../platform/director-file.js';
import { seconds } from '../../time.js';
import { type CommandWord, type Invocation, parseArguments } from '../cli/arguments.js';
import { HELP_TEXT, USAGE_TEXT, VERSION_TEXT } from '../cli/usage.js';
import { CONFIG_ERROR_STATUS, startOutput } from '../config/genuine-text.js';
import type { DirectorConfig } from '../config/model.js';
import { configName, configWordText, findConfig, pidFilePath } from './config-path.js';
import { engineFindings, engineProgramProblem, openDirectorEngine } from './engine.js';
import { DEFAULT_LOGFILE, type LogMode, type LogTarget, openLog } from './log-target.js';
import { claimPidFile, PidFileError, type Running, removePidFile, runningFor } from './pid-file.js';

/** Carries the absolute path of the configuration to the detached process, which has changed to `/`. */
const CONFIG_VARIABLE = 'LDIRECTORD_TS_CONFIG';

/** Perl's -1. */
const USAGE_STATUS = 255;

/** Name look-ups may take this long, and a daemon that is not up by then never will be. */
const START_TIMEOUT = seconds(30);

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Checks leave much short-lived rubbish. Room for 2 MiB of it instead of 16 keeps a daemon with 100 real servers at 72 MiB
 * and not 95, at no cost that could be measured.
 */
const NODE_ARGS = ['--max-semi-space-size=2'] as const;

type CommandInvocation = Extract<Invocation, { kind: 'command' }>;

/** Everything a command works with once the configuration has been read. */
interface Session {
  readonly invocation: CommandInvocation;
  /** argv[0] of the genuine program. */
  readonly program: string;
  readonly path: string;
  readonly name: string;
  readonly pidFile: string;
  readonly parsed: Parsed<DirectorConfig>;
  readonly target: LogTarget;
}

const modeFor = (debug: boolean, config: DirectorConfig | undefined): LogMode =>
  debug ? 'debug' : config?.supervised === true ? 'supervised' : 'normal';

/** The log line of every exit with a status other than 0 (reference 5.5). */
const exiting = (target: LogTarget, status: number, reason: string): number => {
  target.log('info', `Exiting with exit_status ${status}: ${reason}`);
  return status;
};

const tell = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended by itself.
  }
};

/** Runs the daemon in this process until a signal ends it. */
const runHere = async (session: Session, onUp: () => Promise<void>): Promise<number> => {
  const { path, name, parsed, invocation } = session;
  // Everything that a daemon may ever need is loaded now: an upgrade may replace our files while it runs.
  const [{ runDaemon }, { loadSuite }] = await Promise.all([
    import('../daemon.js'),
    import('../../platform/suite-file.js'),
    import('../../ipvs/engines/open.js'),
    import('../../platform/syslog.js'),
  ]);
  const { debug } = invocation;
  const suite = loadSuite();
  const configPath = resolve(path);
  const last = await runDaemon({
    parsed,
    configPath,
    debug,
    suite,
    openEngine: (log) => openDirectorEngine(debug, suite.value, log),
    load: () => loadDirectorConfig(configPath, { debug }),
    openLog: (config) => openLog(modeFor(debug, config), config.logfile, name),
    onUp,
  });
  // With -d genuine announces every exit, elsewhere only those that failed.
  if (debug) exiting(session.target, 0, last);
  return 0;
};

/** The daemon in its own process: it hears signals first, then writes its pid file, then the start command returns. */
const runDetached = async (session: Session): Promise<number> => {
  const { pidFile, target } = session;
  try {
    await runHere(session, async () => {
      const isOurs = claimPidFile(pidFile);
      await reportReady();
      // Another start was faster: its daemon runs, and that is all that was asked for.
      if (!isOurs) process.exit(0);
    });
  } catch (error) {
    const cannotWrite = error instanceof PidFileError;
    const message = cannotWrite ? `Can not open ${pidFile}` : String(error);
    target.log('ERROR', message);
    exiting(target, 1, 'Initialisation Error');
    await reportFailure([message], 1);
    removePidFile(pidFile);
    return 1;
  }
  removePidFile(pidFile);
  return 0;
};

const start = async (session: Session): Promise<number> => {
  const { invocation, path, parsed, target } = session;
  if (invocation.debug || parsed.value.supervised) {
    target.log('info', `Starting Linux Director v1.186-ha with pid: ${process.pid}`);
    return runHere(session, () => Promise.resolve());
  }
  target.log('info', 'Starting Linux Director v1.186-ha as daemon');
  await target.flush();
  const { configWord } = invocation;
  const result = await startDetached({
    // The resource scripts look for "<program> <config> start" in the process table (reference 9).
    nodeArgs: NODE_ARGS,
    args: [...(configWord === undefined ? [] : [configWord]), 'start'],
    env: { ...process.env, [CONFIG_VARIABLE]: resolve(path) },
    timeout: START_TIMEOUT,
  });
  if (result.ready) return 0;
  for (const message of result.messages) complain(message);
  return result.code;
};

/** Ends a daemon and waits until its pid file is gone (or its process, if that was killed). */
const stopAndWait = async (running: Running, pidFile: string): Promise<void> => {
  if (running.state !== 'running') return;
  tell(running.pid, 'SIGTERM');
  while (runningFor(pidFile).state === 'running') await sleep(20);
};

const status = ({ path, pidFile, target }: Session, running: Running): number => {
  if (running.state === 'running') {
    const text = `ldirectord for ${path} is running with pid: ${running.pid}`;
    // To standard error, as always: heartbeat reads standard output and must not see it (reference 9).
    complain(text);
    target.log('info', text);
    target.log('info', 'Exiting from ldirectord status');
    return 0;
  }
  if (running.state === 'stale') {
    const text = `ldirectord stale pid file ${pidFile} for ${path}`;
    complain(text);
    target.log('info', text);
  }
  say(`ldirectord is stopped for ${path}`);
  return exiting(target, running.state === 'stale' ? 1 : 3, 'Exiting from ldirectord status');
};

/** The table of reference 1.5. */
const act = async (command: CommandWord, session: Session): Promise<number> => {
  const { path, pidFile, target } = session;
  const running = runningFor(pidFile);
  const isRunning = running.state === 'running';
  switch (command) {
    case 'start':
      return isRunning ? 0 : start(session);
    case 'stop':
      if (isRunning) tell(running.pid, 'SIGTERM');
      return 0;
    case 'restart':
      await stopAndWait(running, pidFile);
      return start(session);
    case 'try-restart':
      if (!isRunning) return 0;
      await stopAndWait(running, pidFile);
      return start(session);
    case 'reload':
    case 'force-reload':
      if (isRunning) {
        tell(running.pid, 'SIGHUP');
        return 0;
      }
      target.log('info', `ldirectord is stopped for ${path}`);
      return exiting(target, 1, `Exiting from ldirectord ${command}`);
    case 'status':
      return status(session, running);
    case 'check':
      return 0;
  }
};

const check = async (path: string, json: boolean): Promise<number> => {
  const diagnostics = await checkDirectorFile(path, engineFindings);
  if (json) say(diagnosticsJson(diagnostics));
  else if (diagnostics.length === 0) say(`${path}: no errors, no warnings`);
  else for (const diagnostic of diagnostics) say(renderDiagnostic(diagnostic));
  return hasErrors(diagnostics) ? 1 : 0;
};

const notFound = async (invocation: CommandInvocation): Promise<number> => {
  const text = `Config file ${configWordText(invocation.configWord)} not found`;
  const target = await openLog(
    modeFor(invocation.debug, undefined),
    DEFAULT_LOGFILE,
    configName(invocation.configWord),
  );
  if (!invocation.debug) complain(text);
  target.log('info', text);
  exiting(target, 1, 'Initialisation Error');
  await target.flush();
  return 1;
};

/**
 * A configuration with an error: message and exit status are genuine, but the pid file of a running daemon stays, and
 * `stop` ends it nevertheless: otherwise nobody could (reference 7, no. 4).
 */
const refuse = async (session: Session): Promise<number> => {
  const { invocation, pidFile, target } = session;
  const running = runningFor(pidFile);
  exiting(target, CONFIG_ERROR_STATUS, 'config_error: Configuration Error');
  if (invocation.command === 'stop' && running.state === 'running') {
    target.log('info', `Stopping pid ${running.pid} in spite of the configuration error`);
    tell(running.pid, 'SIGTERM');
  }
  await target.flush();
  return CONFIG_ERROR_STATUS;
};

const runCommand = async (invocation: CommandInvocation, program: string): Promise<number> => {
  const { command, configWord, debug, words } = invocation;
  const detached = isDetached();
  const inherited = detached ? process.env[CONFIG_VARIABLE] : undefined;
  // External checks see the daemon's environment, and nothing of ours belongs there.
  delete process.env[CONFIG_VARIABLE];
  const path = inherited ?? findConfig(configWord);
  if (path === undefined) return notFound(invocation);
  if (command === 'check') return check(path, invocation.json);
  const parsed = await loadDirectorConfig(path, { debug });
  const output = startOutput(parsed.diagnostics, process.pid);
  if (!detached) for (const line of output.lines) complain(line);
  const name = configName(configWord);
  const target = await openLog(modeFor(debug, parsed.value), parsed.value.logfile, name);
  const session: Session = { invocation, program, path, name, pidFile: pidFilePath(name), parsed, target };
  if (hasErrors(parsed.diagnostics)) return refuse(session);
  if (detached) return runDetached(session);
  target.log('info', `Invoking ldirectord invoked as: ${[program, ...words].map((word) => `${word} `).join('')}`);
  const code = await act(command, session);
  await target.flush();
  return code;
};

/** Runs one command line (without the program name) and resolves with the exit status. */
export const main = async (argv: readonly string[], program: string): Promise<number> => {
  const invocation = parseArguments(argv);
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(HELP_TEXT);
      return 0;
    case 'version':
      process.stdout.write(VERSION_TEXT);
      return 0;
    case 'usage':
      if (invocation.complaint !== undefined) complain(invocation.complaint);
      process.stdout.write(USAGE_TEXT);
      return USAGE_STATUS;
    case 'command': {
      const problem = invocation.command === 'check' ? undefined : await engineProgramProblem(invocation.debug);
      if (problem !== undefined) {
        complain(`${problem} at ${program}.`);
        return 2;
      }
      return runCommand(invocation, program);
    }
  }
};
