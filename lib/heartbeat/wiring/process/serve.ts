/** The daemon process: configuration, pid file, signals, and one life after another until it is told to stop. */
import { hostname } from 'node:os';
import { groupIds, userIds } from '../../../platform/accounts.js';
import { isDetached, reportFailure, reportLine, reportReady } from '../../../platform/daemonize.js';
import { errorCode } from '../../../platform/error-code.js';
import { errorText } from '../../../platform/error-text.js';
import { killRunning, prepareRun } from '../../../platform/exec.js';
import { ownProgram } from '../../../platform/reexec.js';
import { claimPidFile, modifiedAt, readPid } from '../../../platform/run-files.js';
import { ensureFolder } from '../../../platform/run-folder.js';
import { takeServiceManager } from '../../../platform/service-manager.js';
import { SUITE_FILE } from '../../../platform/suite-file.js';
import type { Millis } from '../../../time.js';
import type { StartRequest } from '../../command-line.js';
import type { Configuration } from '../../config/configuration.js';
import type { AuthKeys } from '../../config/model.js';
import type { Daemon, Ending } from '../../daemon-parts.js';
import { companions } from '../companions.js';
import { AUTHKEYS, HA_CF, readConfigFiles, readKeys } from '../files/config-files.js';
import type { Identity } from '../files/identity.js';
import { check, load } from '../files/load.js';
import { ownNodeName } from '../files/node-name.js';
import { killRegistered, PROGRAM_REGISTER } from '../files/program-register.js';
import { directLogs, directLogsOfFailure } from '../log/direct-logs.js';
import { createLogger, LAST_WORDS, type Logger } from '../log/logger.js';
import { openObserver } from '../observer.js';
import { watchChanges } from './changes.js';
import { armEmergency, closingLimit, type EmergencyMeans, STOP_LIMIT } from './emergency.js';
import { FAILED, NOT_PERMITTED } from './exit-codes.js';
import type { FileTimes } from './hang-up.js';
import { releaseAll, whatRuns } from './kept-groups.js';
import { liveOnce } from './life.js';
import { type Beginning, liveOn } from './lives.js';
import { PID_FILE, ROOT_FOLDER, RUN_FOLDER } from './run-places.js';
import { isHeartbeatProcess } from './running.js';
import { handleSignals } from './signals.js';
import { watchForUpgrade } from './upgrade.js';

const sleep = (duration: Millis, until: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, duration);
    void until.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/** A timer that does not keep the process alive. */
const after = (delay: Millis, act: () => void): (() => void) => {
  const timer = setTimeout(act, delay);
  timer.unref();
  return () => clearTimeout(timer);
};

const fileTimes = (): FileTimes => ({
  config: modifiedAt(HA_CF),
  suite: modifiedAt(SUITE_FILE),
  keys: modifiedAt(AUTHKEYS),
});

const prepareRunFolders = (): void => {
  const uid = userIds().get('hacluster');
  const gid = groupIds().get('haclient');
  // heartbeat reference 1.2: made by tmpfiles.d or the init script; after a boot without them it is missing.
  ensureFolder(RUN_FOLDER, 0o750, uid === undefined || gid === undefined ? undefined : { uid, gid });
  ensureFolder(ROOT_FOLDER, 0o700, { uid: 0, gid: 0 });
};

/** The files have become wrong since the life before this one looked at them: nobody else stops what it has left running. */
const abandon = async (start: StartRequest, logger: Logger): Promise<void> => {
  const { config, groups } = await readConfigFiles();
  const keys: AuthKeys = { sign: { index: 0, method: 'crc', key: '' }, keys: new Map() };
  const loaded: Configuration = { nodeName: ownNodeName(), config, keys, groups };
  await directLogs(logger, loaded);
  logger.log('CRIT', 'Heartbeat cannot go on: releasing all resources.');
  await releaseAll({ manage: start.manageResources, logger, loaded });
};

/**
 * Runs the daemon in this process until it is stopped; the answer is the exit code. Everything a person who waits for
 * the start must know goes to the starter of a detached process, and to standard error in the foreground.
 */
export const serve = async (start: StartRequest): Promise<number> => {
  const detached = isDetached();
  const manager = takeServiceManager();
  const { resume } = start;
  const show = (text: string): void => {
    // Who became this program in its own process has no starter any more, and perhaps nobody at the other end.
    if (resume !== undefined && !start.foreground) return;
    if (detached) reportLine(text);
    else process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const logger = createLogger({ host: hostname(), program: 'heartbeat', pid: process.pid });
  const { log } = logger;
  logger.show(show);
  const drained = (): Promise<void> => logger.drained(LAST_WORDS);
  const shared = { manage: start.manageResources, logger };
  const leave = async (code: number): Promise<number> => {
    await drained();
    await reportFailure([], code);
    return code;
  };

  process.on('uncaughtException', (error) => log('CRIT', `internal error: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (reason) => log('CRIT', `internal error: ${String(reason)}`));
  // A service manager that no longer reads what we say is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  const upgrade = watchForUpgrade({
    ...{ program: ownProgram(), words: process.argv.slice(2), log, drained },
    environment: manager?.environment ?? {},
  });
  const read = fileTimes();
  const loaded = await load(log, show, (read) => directLogsOfFailure(logger, read));
  if (typeof loaded === 'number') {
    if (resume !== undefined && resume.kept !== 'none') await abandon(start, logger);
    return leave(loaded);
  }
  logger.setDebug(loaded.config.debug + start.debug);
  await directLogs(logger, loaded);
  await prepareRun();
  // From here on a starter hears of trouble only; the rest is in the log.
  await drained();
  if (detached) logger.show((line, priority) => (priority === 'info' || priority === 'debug' ? undefined : show(line)));

  process.title = 'ha-heartbeat: master control process';

  try {
    prepareRunFolders();
    claimPidFile(PID_FILE, process.pid, isHeartbeatProcess);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      log('info', `heartbeat: already running [pid ${readPid(PID_FILE)}].`);
      await leave(0);
      return 0;
    }
    log('ERROR', `Cannot write ${PID_FILE}: ${errorText(error)}`);
    return leave(errorCode(error) === 'EACCES' ? NOT_PERMITTED : FAILED);
  }

  const observer = openObserver(loaded.nodeName, log);
  let daemon: Daemon | undefined;
  let stopRequested = false;
  let tellStop = (): void => {};
  const stopping = new Promise<void>((resolve) => {
    tellStop = resolve;
  });

  const emergency: EmergencyMeans = {
    after,
    log,
    killAll: () => {
      killRunning();
      killRegistered(PROGRAM_REGISTER);
    },
    exit: (code) => {
      logger.closeNow();
      process.exit(code);
    },
  };
  const stop = (): void => {
    if (stopRequested) return;
    stopRequested = true;
    tellStop();
    void manager?.stopping();
    daemon?.stop();
    armEmergency(STOP_LIMIT, emergency);
  };
  const changes = watchChanges({
    times: fileTimes,
    read,
    check: async () => {
      const [checked] = await Promise.all([check(log), upgrade.prepare()]);
      return checked;
    },
    readKeys,
    // Between two lives nobody is there to be told: the next one begins with what has been read.
    useKeys: (keys) => daemon?.useKeys(keys),
    reload: () => daemon?.reload(),
    log,
  });
  const hangUp = (): void => {
    void changes.look();
    daemon?.readTestHook();
  };
  const debug = (step: number): void => {
    const before = logger.debugLevel();
    logger.setDebug(before + step);
    const level = logger.debugLevel();
    // heartbeat reference 8.5: as a debug line, also when it says that there will be no more of them.
    logger.setDebug(1);
    log('debug', `debug now set to ${level} [pid ${process.pid}]`);
    logger.setDebug(level);
    if (before === 0 && level === 1) log('info', 'heartbeat: version 3.0.6');
  };
  handleSignals({ stop, hangUp, debug }, start.foreground);

  let before: Identity | undefined;
  let lives = 0;
  const live = async ({ loaded: configuration, kept }: Beginning): Promise<Ending> => {
    lives += 1;
    if (lives > 1) {
      logger.setDebug(configuration.config.debug + start.debug);
      await directLogs(logger, configuration);
    }
    let closed = (): void => {};
    const closing = liveOnce({
      start,
      kept,
      before,
      onEnding: () => {
        closed = armEmergency(
          closingLimit(configuration.config.clients.length + companions(configuration).length),
          emergency,
        );
      },
      loaded: configuration,
      logger,
      observer,
      onStarted: (started) => {
        daemon = started;
        before = started.identity;
        const keys = changes.keys();
        if (keys !== undefined) started.useKeys(keys);
        if (stopRequested) started.stop();
        else if (changes.isWaiting()) started.reload();
      },
      onUp: async () => {
        observer.tell({ type: 'daemon', change: 'started' });
        await manager?.ready(`node ${configuration.nodeName}`);
        if (!detached) return;
        logger.show(undefined);
        await reportReady();
      },
    });
    try {
      return await closing;
    } finally {
      closed();
      daemon = undefined;
    }
  };
  const kept = resume === undefined ? undefined : (resume.kept ?? (await whatRuns({ ...shared, loaded })));
  const end = await liveOn({ loaded, kept }, resume !== undefined, {
    live,
    load: async () => {
      const times = fileTimes();
      const again = await load(log, show, (read) => directLogsOfFailure(logger, read));
      if (typeof again !== 'number') changes.taken(times);
      return again;
    },
    newest: changes.newest,
    become: upgrade.become,
    release: (configuration) => releaseAll({ ...shared, loaded: configuration }),
    sleep: (duration) => sleep(duration, stopping),
    stopWanted: () => stopRequested,
    log,
  });
  await observer.close();
  if (end === 'failed') return leave(FAILED);
  await drained();
  return 0;
};
