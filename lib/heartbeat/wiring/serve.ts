/** The daemon process: configuration, pid file, signals, and one life after another until it is told to stop. */
import { hostname } from 'node:os';
import type { Log } from '../../log.js';
import { groupIds, userIds } from '../../platform/accounts.js';
import { isDetached, reportFailure, reportLine, reportReady } from '../../platform/daemonize.js';
import { errorText } from '../../platform/error-text.js';
import { prepareRun } from '../../platform/exec.js';
import { makeRealtime } from '../../platform/realtime.js';
import { claimPidFile, modifiedAt, readPid } from '../../platform/run-files.js';
import { ensureFolder } from '../../platform/run-folder.js';
import { openSyslog } from '../../platform/syslog.js';
import { type Millis, seconds } from '../../time.js';
import { clusterMachine } from '../cluster/machine.js';
import type { StartRequest } from '../command-line.js';
import type { Configuration } from '../config/configuration.js';
import { type Daemon, type Ending, PATHS, restartPause, startDaemon } from '../daemon.js';
import { MediumError } from '../media/medium.js';
import { openClientPort } from './api-server.js';
import { AUTHKEYS, HA_CF, isAnyForbidden, readConfigFiles, readKeys } from './config-files.js';
import { homelessLogs, logTargets } from './log-targets.js';
import { createLogger, LAST_WORDS, type Logger } from './logger.js';
import { openPinger } from './pings.js';
import { createRcScripts } from './rc-scripts.js';
import { openResources } from './resources.js';
import { isHeartbeatProcess } from './running.js';
import { handleSignals } from './signals.js';

/** heartbeat reference 5.3: graceful-stop watchdog. */
const EMERGENCY: Millis = seconds(3600);
const RETRY_START: Millis = seconds(5);
export const PID_FILE = '/run/heartbeat.pid';
export const RUN_FOLDER = '/run/heartbeat';

/** Exit codes (heartbeat reference 8.1). */
const FAILED = 1;
const NOT_PERMITTED = 4;
const EMERGENCY_EXIT = 100;

const sleep = (duration: Millis, until: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, duration);
    void until.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined);

const messagesOf = (error: unknown): readonly string[] =>
  error instanceof MediumError ? error.messages : [errorText(error)];

/** Reads the files and says what genuine says about them; the exit code when they are wrong. */
const load = async (log: Log, raw: (text: string) => void): Promise<Configuration | number> => {
  const result = await readConfigFiles();
  for (const line of result.startLines) {
    if (line.to === 'log') log(line.priority, line.text);
    else raw(line.text);
  }
  if (result.value !== undefined) {
    // What genuine does not say: doubtful words, and directives that are not acted on.
    for (const { message, at, genuine } of result.diagnostics) {
      if (genuine === undefined) log('WARN', `${at.file}:${at.line}: ${message}`);
    }
    return result.value;
  }
  return isAnyForbidden() ? NOT_PERMITTED : result.exitCode;
};

const directLogs = async (logger: Logger, loaded: Configuration): Promise<void> => {
  const { logfile, debugfile, facility } = logTargets(loaded.config);
  for (const text of homelessLogs(loaded.config)) logger.log('WARN', text);
  const syslog =
    facility === undefined
      ? undefined
      : await openSyslog('heartbeat', facility, { pid: false }).catch((error: unknown) => {
          logger.log('WARN', `No syslog: ${errorText(error)}`);
          return undefined;
        });
  logger.direct({ logfile, debugfile, syslogFormat: loaded.config.syslogFormat, syslog });
};

const prepareRunFolder = (): void => {
  const uid = userIds().get('hacluster');
  const gid = groupIds().get('haclient');
  // heartbeat reference 1.2: made by tmpfiles.d or the init script; after a boot without them it is missing.
  ensureFolder(RUN_FOLDER, 0o750, uid === undefined || gid === undefined ? undefined : { uid, gid });
};

/**
 * Runs the daemon in this process until it is stopped; the answer is the exit code. Everything a person who waits for
 * the start must know goes to the starter of a detached process, and to standard error in the foreground.
 */
export const serve = async (start: StartRequest): Promise<number> => {
  const detached = isDetached();
  const show = (text: string): void => {
    if (detached) reportLine(text);
    else process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const logger = createLogger({ host: hostname(), program: 'heartbeat', pid: process.pid });
  const { log } = logger;
  logger.show(show);
  const leave = async (code: number): Promise<number> => {
    await logger.drained(LAST_WORDS);
    await reportFailure([], code);
    return code;
  };

  const first = await load(log, show);
  if (typeof first === 'number') return leave(first);
  let loaded = first;
  logger.setDebug(loaded.config.debug + start.debug);
  await directLogs(logger, loaded);
  await prepareRun();
  // From here on a starter hears of trouble only; the rest is in the log.
  await logger.drained(LAST_WORDS);
  if (detached) logger.show((line, priority) => (priority === 'info' || priority === 'debug' ? undefined : show(line)));

  process.title = 'ha-heartbeat: master control process';
  process.on('uncaughtException', (error) => log('CRIT', `internal error: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => log('CRIT', `internal error: ${String(reason)}`));

  try {
    prepareRunFolder();
    claimPidFile(PID_FILE, process.pid, isHeartbeatProcess);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      log('info', `heartbeat: already running [pid ${readPid(PID_FILE)}].`);
      await leave(0);
      return 0;
    }
    log('ERROR', `Cannot write ${PID_FILE}: ${errorText(error)}`);
    return leave(codeOf(error) === 'EACCES' ? NOT_PERMITTED : FAILED);
  }

  let daemon: Daemon | undefined;
  let stopRequested = false;
  let tellStop = (): void => {};
  const stopping = new Promise<void>((resolve) => {
    tellStop = resolve;
  });
  let keysRead = modifiedAt(AUTHKEYS);
  let configRead = modifiedAt(HA_CF);

  const stop = (): void => {
    if (stopRequested) return;
    stopRequested = true;
    tellStop();
    daemon?.stop();
    setTimeout(() => {
      log('CRIT', 'Emergency Shutdown: Attempting to kill everything ourselves');
      logger.closeNow();
      process.exit(EMERGENCY_EXIT);
    }, EMERGENCY).unref();
  };
  const hangUp = (): void => {
    const keysNow = modifiedAt(AUTHKEYS);
    const configNow = modifiedAt(HA_CF);
    if (configNow !== configRead) {
      configRead = configNow;
      log('WARN', `${HA_CF} has changed: stop and start heartbeat to use it. Going on with the old one.`);
    } else if (keysNow === keysRead) log('info', 'Configuration unchanged.');
    if (keysNow === keysRead) return;
    keysRead = keysNow;
    log('info', 'Rereading authentication file.');
    const keys = readKeys();
    // Genuine dies here (heartbeat reference 2.5); a node that holds addresses must not.
    if (typeof keys === 'string') log('ERROR', `${keys} Going on with the old keys.`);
    else {
      loaded = { ...loaded, keys };
      daemon?.useKeys(keys);
    }
  };
  const debug = (step: number): void => {
    logger.setDebug(logger.debugLevel() + step);
    log('info', `debug now set to ${logger.debugLevel()} [pid ${process.pid}]`);
  };
  handleSignals({ stop, hangUp, debug }, start.foreground);

  const live = async (): Promise<Ending> => {
    const { config, nodeName: self } = loaded;
    daemon = await startDaemon({
      machine: clusterMachine,
      config,
      keys: loaded.keys,
      groups: start.manageResources ? loaded.groups : [],
      self,
      log,
      paths: PATHS,
      openResources: (submit) => openResources({ loaded, manage: start.manageResources, logger, submit }),
      openClientPort: (context) => openClientPort({ ...context, loaded, log, runFolder: RUN_FOLDER }),
      rcScripts: await createRcScripts({
        settings: {
          self,
          logfile: config.logfile,
          debugfile: config.debugfile,
          logfacility: config.logfacility,
          debug: logger.debugLevel(),
          useLogd: config.useLogd,
          environment: config.environment,
          path: process.env.PATH,
          parameters: config.parameters,
          inherited: process.env,
          legacy: config.autoFailback === 'legacy',
        },
        log,
      }),
      openPinger: (context) => openPinger({ ...context, format: config.messageFormat, log }),
    });
    if (stopRequested) daemon.stop();
    if (config.realtime && start.realtime) {
      const refused = await makeRealtime(config.realtimePriority ?? 1);
      if (refused !== undefined) log('WARN', refused);
    }
    await daemon.firstPacket;
    if (detached) {
      logger.show(undefined);
      await reportReady();
    }
    const ending = await daemon.ended;
    daemon = undefined;
    return ending;
  };

  for (let life = 1; ; life += 1) {
    try {
      const ending = await live();
      if (ending === 'stopped' || stopRequested) break;
    } catch (error) {
      for (const message of messagesOf(error)) log('ERROR', message);
      if (life === 1) return leave(FAILED);
      log('ERROR', `Restart failed, trying again in ${RETRY_START / 1000} s.`);
      await sleep(RETRY_START, stopping);
      if (stopRequested) break;
      continue;
    }
    log('info', 'Restarting heartbeat.');
    await sleep(restartPause(loaded.config), stopping);
    if (stopRequested) break;
    log('info', 'Performing heartbeat restart exec.');
    const again = await load(log, show);
    if (typeof again === 'number') log('ERROR', 'The configuration has errors now: restarting with the old one.');
    else loaded = again;
  }
  await logger.drained(LAST_WORDS);
  return 0;
};
