/** A shadow of the genuine daemon: it reads the same files, hears the same packets, and touches nothing. */
import { hostname } from 'node:os';
import { entriesFor } from '../../../agents/find-interface.js';
import { hasErrors } from '../../../config/diagnostic.js';
import { renderDiagnostic } from '../../../config/render.js';
import type { Log } from '../../../log.js';
import { openAddressChanges } from '../../../platform/address-changes.js';
import { readAddresses } from '../../../platform/addresses.js';
import { now } from '../../../platform/clock.js';
import { errorCode } from '../../../platform/error-code.js';
import { errorText } from '../../../platform/error-text.js';
import { JOURNAL_FOLDER } from '../../../platform/event-journal.js';
import { latenessMeter } from '../../../platform/event-loop-delay.js';
import { isHalted } from '../../../platform/processes.js';
import { claimPidFile, modifiedAt, readPid, removeDurably, writeDurably } from '../../../platform/run-files.js';
import { ensureFolder } from '../../../platform/run-folder.js';
import { type Millis, millis, seconds } from '../../../time.js';
import type { ShadowRequest } from '../../command-line.js';
import type { Configuration } from '../../config/configuration.js';
import type { AuthKeys } from '../../config/model.js';
import { watchedGroups } from '../../shadow/groups.js';
import { shadowReport, summaryLine } from '../../shadow/report.js';
import { beginShadow, shadowWakeAt, stepShadow } from '../../shadow/shadow.js';
import type { ShadowEvent, ShadowSettings } from '../../shadow/state.js';
import { toleranceFor } from '../../shadow/tolerance.js';
import { lasting } from '../../shadow/words.js';
import { timerAt, toleratedLateness } from '../engine.js';
import { HA_CF, HARESOURCES, isAnyForbidden, readConfigFiles, readKeys } from '../files/config-files.js';
import { createLogger, LAST_WORDS } from '../log/logger.js';
import { FAILED, NOT_PERMITTED } from '../process/exit-codes.js';
import { PID_FILE, ROOT_FOLDER } from '../process/run-places.js';
import { runState } from '../process/running.js';
import { clusterSettings, linkMedia } from '../settings.js';
import { badPacketTotal } from '../traffic/bad-packets.js';
import { loadCodecs } from '../traffic/compression.js';
import { createPacketReader } from '../traffic/packets.js';
import { type Ears, openEars, unseenLinks } from './ears.js';
import { SHADOW_LOG, SHADOW_PID_FILE, SHADOW_REPORT } from './places.js';
import { isShadowProcess, SHADOW_TITLE } from './running.js';

const WRONG_CONFIGURATION = 6;

/** How often the copies of packets are looked at: a packet socket is nothing that libuv can watch. */
const pollEvery = (keepalive: Millis): Millis => millis(Math.min(50, Math.max(10, Math.floor(keepalive / 20))));
/** How often devices are looked at, and the report is written. */
const CHECK = seconds(1);
const WRITE = seconds(5);
const DAY = 86_400_000;

/** What the machine must know; who we are on the wire is read from the genuine daemon's packets. */
const settingsOf = (loaded: Configuration, tolerance: Millis | undefined): ShadowSettings => {
  const { nodeName: self, config, groups } = loaded;
  const identity = { generation: 0, uuid: new Uint8Array(16) };
  const all = clusterSettings({ self, config, groups, mayHaveLeftovers: false, identity, pid: process.pid, seed: 1 });
  return {
    // Nobody pings for us, and our own monitors have no say about the genuine daemon.
    cluster: { ...all, pingNodes: [] },
    groups: watchedGroups(groups, all.nodes, self),
    tolerance: tolerance ?? toleranceFor(config),
    needsPeers: linkMedia(config).every(({ kind }) => kind === 'serial' || kind === 'ucast' || kind === 'ucast6'),
  };
};

/** What cannot be seen or is not judged, said once at the start. */
const caveats = (loaded: Configuration, settings: ShadowSettings): readonly string[] => {
  const { config } = loaded;
  const serial = unseenLinks(config);
  const blind = settings.groups.filter(({ addresses }) => addresses.length === 0);
  const pings = config.media.filter(({ value }) => value.kind.startsWith('ping'));
  return [
    ...(serial.length === 0
      ? []
      : [
          `Not seen: ${serial.join(', ')}. While the other node is heard on that alone, we call it dead and the genuine one does not.`,
        ]),
    ...(pings.length === 0
      ? []
      : ['Not judged: ping nodes. What ipfail makes of them is seen as an order on this node.']),
    ...(blind.length === 0
      ? []
      : [
          `No address tells whether these groups run here: ${blind.map(({ name }) => name).join('; ')}. What the genuine daemon says is believed.`,
        ]),
    ...(config.fencing === undefined
      ? []
      : ['Nothing is reset: after a death we wait until the genuine daemon says that it has reset the node.']),
  ];
};

/** Why these files cannot be followed, and the exit code; undefined: they can. */
const refusal = (loaded: Configuration): string | undefined => {
  const { config, nodeName } = loaded;
  if (config.autoFailback === 'legacy')
    return 'A shadow cannot follow auto_failback legacy: its groups move one by one, and what is said about them says too little.';
  if (!config.nodes.some(({ value }) => value === nodeName)) return `This machine (${nodeName}) is no node of ha.cf.`;
  const seen = config.media.filter(({ value }) => !value.kind.startsWith('ping') && value.kind !== 'serial');
  return seen.length === 0 ? 'A shadow sees UDP links only, and ha.cf has none.' : undefined;
};

/** Which of these addresses are on this machine, the loopback device left aside; undefined when that cannot be seen now. */
const addressesHere = async (wanted: readonly string[], log: Log): Promise<ReadonlySet<string> | undefined> => {
  const entries = await readAddresses();
  if (typeof entries === 'string') {
    log('WARN', `The addresses of this machine cannot be read: ${entries}`);
    return undefined;
  }
  return new Set(wanted.filter((address) => entriesFor(entries, address).some(({ device }) => device !== 'lo')));
};

/** Whether the daemon that the pid file of heartbeat names is at work. */
const isGenuineAtWork = (): boolean => {
  const run = runState(PID_FILE);
  return run.state === 'running' && !isHalted(run.pid);
};

const prepareFolders = (): void => {
  ensureFolder(ROOT_FOLDER, 0o700, { uid: 0, gid: 0 });
  ensureFolder(JOURNAL_FOLDER, 0o755, undefined);
};

/** Runs beside the genuine daemon until it is told to end; the answer is the exit code. */
export const serveShadow = async (request: ShadowRequest): Promise<number> => {
  const logger = createLogger({ host: hostname(), program: 'heartbeat-shadow', pid: process.pid });
  const { log } = logger;
  logger.show((line) => process.stderr.write(`${line}\n`));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const leave = async (code: number, why: string): Promise<number> => {
    log('ERROR', why);
    await logger.drained(LAST_WORDS);
    return code;
  };

  const read = await readConfigFiles();
  const loaded = read.value;
  if (loaded === undefined || hasErrors(read.diagnostics)) {
    for (const one of read.diagnostics.filter(({ severity }) => severity === 'error'))
      process.stderr.write(`${renderDiagnostic(one)}\n`);
    return leave(isAnyForbidden() ? NOT_PERMITTED : WRONG_CONFIGURATION, 'The files of heartbeat cannot be used.');
  }
  const refused = refusal(loaded);
  if (refused !== undefined) return leave(WRONG_CONFIGURATION, refused);
  process.title = SHADOW_TITLE;
  try {
    prepareFolders();
    claimPidFile(SHADOW_PID_FILE, process.pid, isShadowProcess);
  } catch (error) {
    if (errorCode(error) === 'EEXIST')
      return leave(FAILED, `A shadow runs here already (pid ${readPid(SHADOW_PID_FILE)}).`);
    const denied = errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM';
    return leave(denied ? NOT_PERMITTED : FAILED, `No shadow without its files: ${errorText(error)}`);
  }
  logger.setDebug(request.debug);
  logger.direct({ logfile: SHADOW_LOG, debugfile: undefined, syslogFormat: true, syslog: undefined });
  const code = await watch(loaded, request, log);
  try {
    removeDurably(SHADOW_PID_FILE);
  } catch {
    // What stays behind names a process that is gone.
  }
  await logger.drained(LAST_WORDS);
  return code;
};

/** From the first packet to the summary. */
const watch = async (loaded: Configuration, request: ShadowRequest, log: Log): Promise<number> => {
  const { config } = loaded;
  const settings = settingsOf(loaded, request.tolerance);
  const wanted = settings.groups.flatMap(({ addresses }) => addresses);
  let keys: AuthKeys = loaded.keys;
  let shadow = beginShadow(settings, now());
  let outgoing = false;
  let cancelWake = (): void => {};

  const feed = (event: ShadowEvent): void => {
    try {
      const step = stepShadow(shadow, event, now());
      shadow = step.shadow;
      for (const { priority, text } of step.lines) log(priority, text);
      // Who asks after the line has come shall find it in the report.
      if (step.lines.some(({ priority }) => priority === 'WARN')) write();
    } catch (error) {
      // A bug must not end a week of watching: the event is lost, and what was known stays.
      log('CRIT', `internal error on event ${event.type}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  };
  const reader = createPacketReader({
    keys: () => keys,
    codecs: await loadCodecs(config.compression, log),
    logBadPackets: config.logBadPackets,
    log,
    mono: () => now().mono,
    onMessage: (message, link) => feed({ type: 'packet', message, link, outgoing }),
  });
  const opened: Ears | string = await openEars(
    config,
    (data, link, isOut, from) => {
      outgoing = isOut;
      reader.read(data, link, from);
    },
    log,
  );
  if (typeof opened === 'string') {
    log('ERROR', `Packets cannot be seen: ${opened}`);
    return FAILED;
  }
  const ears = opened;
  const unseen = () => ({
    lost: ears.lost(),
    fragments: ears.fragments(),
    refused: badPacketTotal(reader.bad()),
    links: unseenLinks(config),
  });
  const report = (isStopped = false) => shadowReport(shadow, unseen(), process.pid, now(), isStopped);
  const write = (isStopped = false): void => {
    try {
      writeDurably(SHADOW_REPORT, Buffer.from(`${JSON.stringify(report(isStopped))}\n`), 0o644);
    } catch (error) {
      log('debug', `No report is written: ${errorText(error)}`);
    }
  };

  const changes = await openAddressChanges();
  let reading = false;
  const lookAtAddresses = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    const here = await addressesHere(wanted, log);
    reading = false;
    if (here !== undefined) feed({ type: 'addresses', here });
  };

  const lookAround = (): void =>
    feed({ type: 'surroundings', around: { runs: isGenuineAtWork(), carrier: ears.hasCarrier() } });

  const { self } = settings.cluster;
  log(
    'info',
    `Watching the genuine heartbeat of ${self}: nothing is sent, nothing is started or stopped, nothing is reset.`,
  );
  log('info', `A difference is told when it has lasted longer than ${lasting(settings.tolerance)}.`);
  for (const line of caveats(loaded, settings)) log('WARN', line);
  await lookAtAddresses();
  lookAround();

  const every = pollEvery(config.keepalive);
  const meter = latenessMeter(every, toleratedLateness(config.keepalive), now().mono);
  const wakeAt = timerAt(() => now().mono);
  /** Lateness first, then what has come meanwhile, and only then what is due: silence that was our own is no evidence. */
  const catchUp = (): void => {
    const late = meter.look(now().mono);
    if (late > 0) feed({ type: 'stalled', late });
    ears.drain();
  };
  const arm = (): void => {
    cancelWake();
    cancelWake = wakeAt(shadowWakeAt(shadow), () => {
      catchUp();
      feed({ type: 'wake' });
      arm();
    });
  };
  const poll = (): void => {
    catchUp();
    if (changes?.changed() ?? false) void lookAtAddresses();
    arm();
  };
  const read = new Map([HA_CF, HARESOURCES].map((path) => [path, modifiedAt(path)]));
  const lookAtFiles = (): void => {
    for (const [path, time] of read) {
      if (modifiedAt(path) === time) continue;
      log('WARN', `${path} has changed: the shadow goes on with what it has read, start it anew.`);
      read.delete(path);
    }
  };
  const check = async (): Promise<void> => {
    lookAround();
    lookAtFiles();
    if (changes === undefined) await lookAtAddresses();
    await ears.check();
  };
  const timers = [
    setInterval(poll, every),
    setInterval(() => void check(), CHECK),
    setInterval(() => write(), WRITE),
    setInterval(() => log('info', summaryLine(report())), DAY),
  ];
  arm();
  write();

  await new Promise<void>((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    process.on('SIGUSR1', () => {
      log('info', summaryLine(report()));
      write();
    });
    process.on('SIGHUP', () => {
      const fresh = readKeys();
      if (typeof fresh === 'string') log('ERROR', `The keys stay as they are: ${fresh}`);
      else keys = fresh;
    });
  });
  for (const timer of timers) clearInterval(timer);
  cancelWake();
  log('info', summaryLine(report(true)));
  write(true);
  ears.close();
  changes?.close();
  return 0;
};
