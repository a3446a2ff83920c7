/** Wiring: becomes the daemon, in the foreground or in a process of its own (ldirectord reference 1.6). */
import { resolve } from 'node:path';
import { hasErrors } from '../../config/diagnostic.js';
import { reportFailure, reportReady, startDetached } from '../../platform/daemonize.js';
import { type Answers, type LoadedConfig, loadDirectorConfig } from '../../platform/director-file.js';
import { type ServiceManager, takeServiceManager } from '../../platform/service-manager.js';
import { seconds } from '../../time.js';
import { ourselves } from './commands.js';
import { openDirectorEngine, openDirectorLoads, openGenuineEngine } from './engine.js';
import { writeHostMemory } from './host-memory.js';
import { NOTHING_OWNED, ownedVirtuals } from './owned-virtuals.js';
import { claimPidFile, PidFileError, removePidFile } from './pid-file.js';
import { exiting, openSessionLog, type Session } from './session.js';

/** Carries the absolute path of the configuration to the detached process, which has changed to `/`. */
const CONFIG_VARIABLE = 'LDIRECTORD_TS_CONFIG';

/** Carries what the start command has looked up, so that nobody waits twice for a name server that is silent. */
const ANSWERS_VARIABLE = 'LDIRECTORD_TS_ANSWERS';

/** The longest text for a variable; the system's own limit is 128 KiB. */
const LONGEST_VARIABLE = 100_000;

/** Name look-ups may take this long, and a daemon that is not up by then never will be. */
const START_TIMEOUT = seconds(30);

/**
 * Checks leave much short-lived rubbish. Room for 2 MiB of it instead of 16 keeps a daemon with 100 real servers at 72 MiB
 * and not 95, at no cost that could be measured.
 */
const NODE_ARGS = ['--max-semi-space-size=2'] as const;

/** What the start command tells its detached process. */
export interface Inherited {
  /** Absolute path of the configuration; undefined: this process was not started so. */
  readonly path: string | undefined;
  /** What was looked up for it. */
  readonly answers: Answers;
}

/**
 * What a detached process has inherited; nothing for any other. The variables leave the environment: external checks see
 * it, and nothing of ours belongs there.
 */
export const takeInherited = (detached: boolean): Inherited => {
  const { [CONFIG_VARIABLE]: path, [ANSWERS_VARIABLE]: text = '[]' } = process.env;
  delete process.env[CONFIG_VARIABLE];
  delete process.env[ANSWERS_VARIABLE];
  if (!detached) return { path: undefined, answers: new Map() };
  const pairs = JSON.parse(text) as readonly (readonly [string, string | null])[];
  return { path, answers: new Map(pairs.map(([key, address]) => [key, address ?? undefined])) };
};

/** Runs the daemon in this process until a signal ends it. */
const runHere = async (session: Session, onUp: () => Promise<void>): Promise<number> => {
  const { path, name, parsed, invocation } = session;
  // Everything that a daemon may ever need is loaded now: an upgrade may replace our files while it runs.
  const [{ runDaemon }, { loadSuite }, { DEEDS }, shadowing] = await Promise.all([
    import('../daemon.js'),
    import('../../platform/suite-file.js'),
    import('./deeds.js'),
    session.invocation.shadow ? import('./shadow.js') : undefined,
    import('../../ipvs/engines/open.js'),
    import('../../ipvs/engines/connections.js'),
    import('../../platform/syslog.js'),
  ]);
  const { debug } = invocation;
  const suite = loadSuite();
  const shadow = shadowing?.createShadow(() => openGenuineEngine(debug, suite.value));
  const configPath = resolve(path);
  const { log } = session.target;
  const ended = new AbortController();
  let { hosts } = parsed;
  /** What a shadow looks up is its own: the daemon that keeps the table has it from its own questions. */
  const remember = (): void => {
    if (shadow === undefined) writeHostMemory(name, hosts, log);
  };
  const load = async (): Promise<LoadedConfig> => {
    const loaded = await loadDirectorConfig(configPath, { debug, known: hosts, signal: ended.signal });
    if (!hasErrors(loaded.diagnostics)) {
      hosts = loaded.hosts;
      remember();
    }
    return loaded;
  };
  const last = await runDaemon({
    parsed,
    configPath,
    debug,
    suite,
    openEngine: shadow?.openEngine ?? ((log) => openDirectorEngine(debug, suite.value, log)),
    openLoads: () => openDirectorLoads(debug, suite.value),
    load,
    owned: shadow === undefined ? (log) => ownedVirtuals(name, configPath, log) : () => NOTHING_OWNED,
    openLog: (config) => openSessionLog(invocation, config),
    name,
    program: ourselves(session.program),
    deeds: shadow?.deeds ?? DEEDS,
    onUp: async () => {
      await onUp();
      remember();
    },
  });
  ended.abort();
  // With -d genuine announces every exit, elsewhere only those that failed.
  if (debug) exiting(session.target, 0, last);
  return 0;
};

/**
 * The daemon in its own process: it hears signals first, then writes its pid file, then says that it is up, to the start
 * command or to whoever else waits.
 */
export const runDetached = async (session: Session, tellReady = reportReady): Promise<number> => {
  const { pidFile, target } = session;
  try {
    await runHere(session, async () => {
      const isOurs = claimPidFile(pidFile);
      await tellReady();
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

/** Tells a service manager that the configuration is in force, and later that the end is near. */
const attend = async (manager: ServiceManager | undefined, path: string): Promise<void> => {
  if (manager === undefined) return;
  process.once('SIGTERM', () => void manager.stopping());
  await manager.ready(path);
};

/**
 * Starts; the exit status is that of the command, or of the daemon where it stays in the foreground: with -d, with
 * `supervised`, and as the main process of a unit that waits for a message.
 */
export const start = async (session: Session): Promise<number> => {
  const { invocation, path, parsed, target } = session;
  const manager = takeServiceManager();
  const tellReady = (): Promise<void> => attend(manager, path);
  // A shadow always has a pid file, so that status finds it.
  if (invocation.shadow && (invocation.foreground || invocation.debug || parsed.value.supervised))
    return runDetached(session, tellReady);
  if (invocation.debug || parsed.value.supervised) {
    target.log('info', `Starting Linux Director v1.186-ha with pid: ${process.pid}`);
    return runHere(session, tellReady);
  }
  target.log('info', `Starting Linux Director v1.186-ha as ${invocation.shadow ? 'a shadow' : 'daemon'}`);
  if (manager !== undefined) return runDetached(session, tellReady);
  await target.flush();
  const { configWord } = invocation;
  const answers = JSON.stringify([...parsed.answers]);
  const result = await startDetached({
    // The resource scripts look for "<program> <config> start" in the process table (reference 9).
    nodeArgs: NODE_ARGS,
    args: [...(invocation.shadow ? ['--shadow'] : []), ...(configWord === undefined ? [] : [configWord]), 'start'],
    env: {
      ...process.env,
      [CONFIG_VARIABLE]: resolve(path),
      ...(answers.length > LONGEST_VARIABLE ? {} : { [ANSWERS_VARIABLE]: answers }),
    },
    timeout: START_TIMEOUT,
  });
  if (result.ready) return 0;
  for (const message of result.messages) process.stderr.write(`${message}\n`);
  return result.code;
};
