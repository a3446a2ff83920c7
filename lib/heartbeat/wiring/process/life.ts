/** One life of the daemon with everything this machine gives it. */
import type { MonitorConfig } from '../../../config/monitor.js';
import { type FlightRecorder, openFlightRecorder } from '../../../flight/wiring/flight-recorder.js';
import type { Log } from '../../../log.js';
import { now } from '../../../platform/clock.js';
import { prepareCoreDumps } from '../../../platform/core-dumps.js';
import { DAEMONS } from '../../../platform/daemons.js';
import { makeOrdinary, makeRealtime } from '../../../platform/realtime.js';
import { rebootMachine } from '../../../platform/reboot.js';
import { openWatchdog } from '../../../platform/watchdog.js';
import type { Millis } from '../../../time.js';
import { programEnvironment } from '../../children/environment.js';
import type { Holding } from '../../cluster/interface.js';
import { clusterMachine } from '../../cluster/machine.js';
import type { StartRequest } from '../../command-line.js';
import type { Configuration } from '../../config/configuration.js';
import type { FencingDevice } from '../../config/model.js';
import { startDaemon } from '../../daemon.js';
import { type Daemon, type DaemonOptions, type Ending, PATHS } from '../../daemon-parts.js';
import { openClientPort } from '../api-server.js';
import { openChildren } from '../children.js';
import { companions } from '../companions.js';
import { timerAt } from '../engine.js';
import { createFencing, type Fencing } from '../fencing.js';
import type { Identity } from '../files/identity.js';
import { endLeftBehind, openProgramRegister, PROGRAM_REGISTER } from '../files/program-register.js';
import type { Logger } from '../log/logger.js';
import { startMonitors } from '../monitors.js';
import type { Observer } from '../observer.js';
import { openPinger } from '../pings.js';
import { createRcScripts } from '../rc-scripts.js';
import { openResources, scriptFolder, scriptSettings } from '../resources.js';
import { openTeller } from '../teller.js';
import { CORE_ROOT, RUN_FOLDER } from './run-places.js';

export interface LifeOptions {
  readonly start: StartRequest;
  readonly loaded: Configuration;
  /** What runs already. */
  readonly kept: Holding | undefined;
  /** Who this process was in its last life. */
  readonly before: Identity | undefined;
  /** Everything is decided, and the closing begins. */
  readonly onEnding: () => void;
  readonly logger: Logger;
  readonly observer: Observer;
  /** The daemon runs: signals may be passed on to it. */
  readonly onStarted: (daemon: Daemon) => void;
  /** Its first packet is out. */
  readonly onUp: () => Promise<void>;
}

const fencingWith =
  (device: FencingDevice, log: Log) =>
  (onFenced: (node: string) => void): Fencing =>
    createFencing({ device, log, onFenced });

/** What looks at this node; the checks themselves are loaded now, an upgrade may replace our files while the daemon runs. */
const monitorsOf = async (
  configs: readonly MonitorConfig[],
  log: Log,
): Promise<DaemonOptions<unknown>['openMonitors']> => {
  if (configs.length === 0) return undefined;
  const { takeLook } = await import('../monitor-probe.js');
  const mono = (): Millis => now().mono;
  return (onHealth) => startMonitors({ configs, mono, at: timerAt(mono), probe: takeLook(mono), onHealth, log });
};

const live = async (
  { start, loaded, kept, onEnding, before, logger, observer, onStarted, onUp }: LifeOptions,
  recorder: FlightRecorder | undefined,
): Promise<Ending> => {
  const { log } = logger;
  const { config, nodeName: self } = loaded;
  const { watchdog: device } = config;
  const coreRoot = config.parameters.coreroot ?? CORE_ROOT;
  await prepareCoreDumps(config.coreDumps !== false, `${coreRoot}/root`);
  await endLeftBehind(PROGRAM_REGISTER, log);
  const children = openChildren({
    commands: [...config.clients.map(({ value }) => value), ...companions(loaded)],
    env: programEnvironment({ self, config, debug: logger.debugLevel(), inherited: process.env }),
    coreRoot,
    log,
    logAs: logger.as,
    mono: () => now().mono,
    reboot: (reason) => rebootMachine(reason, log),
    register: openProgramRegister(PROGRAM_REGISTER),
  });
  observer.begin(loaded);
  const openMonitors = await monitorsOf(loaded.monitors ?? [], log);
  const daemon = await startDaemon({
    machine: clusterMachine,
    observe: observer.stepped,
    recorder,
    config,
    keys: loaded.keys,
    groups: start.manageResources ? loaded.groups : [],
    ...(openMonitors === undefined ? {} : { monitors: loaded.monitors ?? [], openMonitors }),
    ...(kept === undefined ? {} : { kept }),
    ...(before === undefined ? {} : { before }),
    onEnding,
    self,
    log,
    paths: PATHS,
    openResources: (ownStatus) =>
      openResources({
        ...{ loaded, manage: start.manageResources, logger, ownStatus, tell: observer.tell },
        running: kept,
      }),
    openClientPort: (context) =>
      openClientPort({
        ...context,
        loaded,
        log,
        runFolder: RUN_FOLDER,
        managesResources: start.manageResources,
      }),
    rcScripts: createRcScripts({
      settings: scriptSettings(loaded, logger.debugLevel()),
      log,
      cwd: scriptFolder(config.parameters.coreroot),
    }),
    openTeller: (context) =>
      openTeller({
        ...context,
        ...{ groups: loaded.groups, observer, daemons: DAEMONS, mono: () => now().mono, log },
      }),
    openPinger: (context) => openPinger({ ...context, format: config.messageFormat, log }),
    children,
    ...(device === undefined ? {} : { openWatchdog: () => openWatchdog(device, config.deadtime, log) }),
    ...(config.fencing === undefined ? {} : { openFencing: fencingWith(config.fencing, log) }),
  });
  onStarted(daemon);
  if (config.realtime && start.realtime) {
    for (const { priority, text } of await makeRealtime(config.realtimePriority ?? 1)) log(priority, text);
  } else if (kept !== undefined) {
    await makeOrdinary();
  }
  await daemon.firstPacket;
  await onUp();
  return daemon.ended;
};

/** Resolves when it has ended; rejects when it could not begin. */
export const liveOnce = async (options: LifeOptions): Promise<Ending> => {
  const { nodeName: node, recorder: size } = options.loaded;
  const recorder = size === undefined ? undefined : openFlightRecorder({ node, size, log: options.logger.log });
  try {
    return await live(options, recorder);
  } finally {
    await recorder?.close();
  }
};
