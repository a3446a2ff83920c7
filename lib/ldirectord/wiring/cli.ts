/** Wiring: the ldirectord command — finds the configuration, talks to a running daemon, starts one (ldirectord reference 1). */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrors } from '../../config/diagnostic.js';
import { diagnosticsJson, renderDiagnostic } from '../../config/render.js';
import { isDetached } from '../../platform/daemonize.js';
import { checkDirectorFile, loadDirectorConfig } from '../../platform/director-file.js';
import { seconds } from '../../time.js';
import { type CommandWord, parseArguments } from '../cli/arguments.js';
import { HELP_TEXT, USAGE_TEXT, VERSION_TEXT } from '../cli/usage.js';
import { CONFIG_ERROR_STATUS, startOutput } from '../config/genuine-text.js';
import { configName, configWordText, findConfig, pidFilePath } from './config-path.js';
import { engineFindings, engineProgramProblem } from './engine.js';
import { readHostMemory } from './host-memory.js';
import { SILENT } from './log-target.js';
import { type Running, runningFor } from './pid-file.js';
import { type CommandInvocation, exiting, openSessionLog, type Session } from './session.js';
import { shadowPidFile } from './shadow-places.js';
import { runDetached, start, takeInherited } from './start.js';
import { liveStatus, shadowStatus, status } from './status.js';

/** These make use of addresses; the others only have to find the file in order, and take the last known ones. */
const USES_ADDRESSES: ReadonlySet<CommandWord> = new Set(['start', 'restart', 'try-restart', 'check']);

/** How long the other commands wait for names that were never known: a little more than one silent name server takes. */
const SHORT_LOOKUP = seconds(6);

/** Perl's -1. */
const USAGE_STATUS = 255;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const tell = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended by itself.
  }
};

/** Ends a daemon and waits until its pid file is gone (or its process, if that was killed). */
const stopAndWait = async (running: Running, pidFile: string): Promise<void> => {
  if (running.state !== 'running') return;
  tell(running.pid, 'SIGTERM');
  while (runningFor(pidFile).state === 'running') await sleep(20);
};

/** The table of reference 1.5. */
const act = async (command: CommandWord, session: Session): Promise<number> => {
  const { invocation, path, pidFile, target } = session;
  const running = runningFor(pidFile);
  const isRunning = running.state === 'running';
  switch (command) {
    case 'start':
      // Whoever wants to watch it has to be told why there is nothing to see.
      if (isRunning && invocation.foreground) complain(`a shadow for ${path} runs already with pid ${running.pid}`);
      if (isRunning) return invocation.foreground ? 1 : 0;
      return start(session);
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
      if (invocation.shadow) return shadowStatus(session, running);
      return invocation.json || invocation.table ? liveStatus(session, running) : status(session, running);
    case 'check':
      return 0;
  }
};

const check = async (path: string, name: string, json: boolean): Promise<number> => {
  const diagnostics = await checkDirectorFile(path, engineFindings, { known: readHostMemory(name) });
  if (json) say(diagnosticsJson(diagnostics));
  else if (diagnostics.length === 0) say(`${path}: no errors, no warnings`);
  else for (const diagnostic of diagnostics) say(renderDiagnostic(diagnostic));
  return hasErrors(diagnostics) ? 1 : 0;
};

const notFound = async (invocation: CommandInvocation): Promise<number> => {
  const text = `Config file ${configWordText(invocation.configWord)} not found`;
  const target = await openSessionLog(invocation, undefined);
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
    await target.flush();
    tell(running.pid, 'SIGTERM');
  }
  await target.flush();
  return CONFIG_ERROR_STATUS;
};

const runCommand = async (invocation: CommandInvocation, program: string): Promise<number> => {
  const { command, configWord, debug, words } = invocation;
  const name = configName(configWord);
  const detached = isDetached();
  const inherited = takeInherited(detached);
  const known = readHostMemory(name);
  const usesAddresses = USES_ADDRESSES.has(command);
  const path = inherited.path ?? findConfig(configWord);
  if (path === undefined) return notFound(invocation);
  if (command === 'check') return check(path, name, invocation.json);
  const parsed = await loadDirectorConfig(path, {
    debug,
    known,
    answers: usesAddresses ? inherited.answers : known,
    ...(usesAddresses ? {} : { timeout: SHORT_LOOKUP }),
  });
  const output = startOutput(parsed.diagnostics, process.pid);
  if (!detached) for (const line of output.lines) complain(line);
  // Whoever monitors looks every few seconds: that leaves nothing in the log, nor on a supervisor's standard output.
  const isLook = invocation.json || invocation.table || (invocation.shadow && command === 'status');
  const target = isLook ? SILENT : await openSessionLog(invocation, parsed.value);
  const pidFile = invocation.shadow ? shadowPidFile(name) : pidFilePath(name);
  const session: Session = { invocation, program, path, name, pidFile, parsed, target };
  if (hasErrors(parsed.diagnostics)) return refuse(session);
  if (detached) return runDetached(session);
  target.log('info', `Invoking ldirectord invoked as: ${[program, ...words].map((word) => `${word} `).join('')}`);
  // What the daemon logs because of this command comes after it.
  await target.flush();
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
