/** One life of the heartbeat daemon: from the generation number to the last packet. */
import { now } from '../platform/clock.js';
import { latenessMeter } from '../platform/event-loop-delay.js';
import { loadAverageReader } from '../platform/load-average.js';
import { freshFolder } from '../platform/run-folder.js';
import { bindToDevice } from '../platform/sockopt.js';
import { millis, seconds } from '../time.js';
import type { ClusterEffect } from './cluster/interface.js';
import type { HaConfig } from './config/model.js';
import type { ClientPort, Daemon, DaemonOptions, Ending } from './daemon-parts.js';
import { MEDIA_CHECK, openMedia } from './media/media.js';
import { mediumPlans } from './media/plans.js';
import { type Message, text } from './wire/message.js';
import { clockWatch } from './wiring/clock-watch.js';
import { listenForCommands } from './wiring/commands.js';
import { createEngine, type Engine, timerAt, toleratedLateness } from './wiring/engine.js';
import { writeDeletedNodes } from './wiring/files/host-cache.js';
import { takeIdentity } from './wiring/files/identity.js';
import { openPeerMemory } from './wiring/files/peer-memory.js';
import { createJobs } from './wiring/jobs.js';
import type { Monitors } from './wiring/monitors.js';
import { clusterSettings, linkMedia, pingMedia } from './wiring/settings.js';
import type { Teller } from './wiring/teller.js';
import { loadCodecs } from './wiring/traffic/compression.js';
import { outgoing, tooLarge } from './wiring/traffic/outgoing.js';
import { createPacketReader } from './wiring/traffic/packets.js';
import { createTestLosses } from './wiring/traffic/test-losses.js';

const endingOf = ({ restart, kept }: Extract<ClusterEffect, { type: 'exit' }>): Ending =>
  kept === undefined ? { type: restart ? 'restart' : 'stopped' } : { type: 'reload', kept };

/** Opens one thing after another; when one cannot be had, those before it are closed again. */
const openings = () => {
  const closers: (() => unknown)[] = [];
  return async <T>(opening: Promise<T>, close: (had: T) => unknown): Promise<T> => {
    try {
      const had = await opening;
      closers.unshift(() => close(had));
      return had;
    } catch (error) {
      for (const undo of closers) await undo();
      throw error;
    }
  };
};

/** How often the wall clock is compared with the other one. */
const CLOCK_LOOK = millis(1000);

/** One for all lives: its file stays open. */
const loadAverage = loadAverageReader();

/** How often the event loop is asked for its lateness. */
const LOOK_EVERY = millis(100);
/** With a keepalive up to this our own heartbeats make it look often enough, and no further timer wakes the machine. */
const QUICK_KEEPALIVE = millis(250);

/**
 * Starts the daemon; rejects (MediumError, or the system's error) when a medium, the FIFO or the state files cannot be
 * had. Everything is closed again then.
 */
export const startDaemon = async <S>(options: DaemonOptions<S>): Promise<Daemon> => {
  const { config, log, paths, self } = options;
  let keys = options.keys;
  log('info', 'heartbeat: version 3.0.6');
  // On the disk before the first packet leaves (heartbeat reference 12, no. 4).
  const identity = takeIdentity(paths.state, config.generationMethod, now().wall, log, options.before);
  try {
    freshFolder(paths.rscTmp, 0o1755);
  } catch (error) {
    // Only some scripts miss it.
    log('ERROR', `${paths.rscTmp} cannot be made: ${String(error)}`);
  }

  const memory = openPeerMemory(paths.state, log);
  const codecs = await loadCodecs(config.compression, log);
  const losses = createTestLosses(log);
  losses.read();
  const reader = createPacketReader({
    keys: () => keys,
    codecs,
    logBadPackets: config.logBadPackets,
    log,
    mono: () => now().mono,
    onMessage: (message, link) => {
      if (losses.losesReceived(message)) return;
      engine.dispatch({ type: 'packet', message, link });
    },
  });
  const submit = (message: Message): void => {
    const refusal = tooLarge(message, keys.sign, config, codecs);
    if (refusal === undefined) engine.dispatch({ type: 'submit', message });
    else log('ERROR', refusal);
  };
  const ownStatus = (): string => engine.view().nodes.find(({ name }) => name === self)?.status ?? 'init';
  const uuids = (): ReadonlyMap<string, Uint8Array> =>
    new Map(engine.view().nodes.flatMap(({ name, uuid }) => (uuid === undefined ? [] : [[name, uuid] as const])));
  const opened = openings();
  const resources = await opened(options.openResources(ownStatus), ({ close }) => close());
  const jobs = createJobs(
    (job) => (job.script === undefined ? resources.run(job) : options.rcScripts.perform(job.script, ownStatus())),
    (job, result) => engine.dispatch({ type: 'jobDone', job, ...result }),
    log,
  );

  const quick = config.keepalive <= QUICK_KEEPALIVE;
  const meter = latenessMeter(quick ? config.keepalive : LOOK_EVERY, toleratedLateness(config.keepalive), now().mono);
  const engine: Engine = createEngine({
    machine: options.machine,
    settings: clusterSettings({
      self,
      config,
      groups: options.groups,
      ...(options.monitors === undefined ? {} : { monitors: options.monitors }),
      // What the former life handed on is no leftover.
      mayHaveLeftovers: options.kept === undefined && resources.mayHaveLeftovers,
      kept: options.kept,
      identity,
      peersSeen: memory.peers,
      pid: process.pid,
      seed: (identity.generation ^ process.pid) >>> 0,
    }),
    clock: {
      now,
      at: timerAt(() => now().mono),
      loadAverage,
      lateness: meter.look,
    },
    perform: (effect) => perform(effect),
    observe: options.observe,
    recorder: options.recorder,
    log,
  });

  const commands = await opened(
    listenForCommands({
      path: paths.fifo,
      log,
      mono: () => now().mono,
      onMessage: submit,
      required: options.before === undefined,
    }),
    ({ close }) => close(),
  );
  const media = await opened(
    openMedia({
      plans: mediumPlans(linkMedia(config)),
      log,
      bindToDevice,
      loses: losses.losesSent,
      onPacket: reader.read,
    }),
    ({ close }) => close(),
  );
  const pings = pingMedia(config);
  const pinger =
    pings.length === 0
      ? undefined
      : await opened(
          options.openPinger({
            media: pings,
            keys: () => keys,
            onStatus: (message, node) => engine.dispatch({ type: 'packet', message, link: node }),
          }),
          (had) => had?.close(),
        );
  // Last of all: from here on the machine is reset unless we heartbeat, and opening the media may take its time.
  const watchdog = await options.openWatchdog?.();

  let clients: ClientPort | undefined;
  let monitors: Monitors | undefined;
  let teller: Teller | undefined;
  let opening: Promise<void> = Promise.resolve();
  let lastSend: Promise<void> = Promise.resolve();
  let tellFirst = (): void => {};
  const firstPacket = new Promise<void>((resolve) => {
    tellFirst = resolve;
  });
  let tellEnd = (_ending: Ending): void => {};
  const ended = new Promise<Ending>((resolve) => {
    tellEnd = resolve;
  });

  const send = (message: Message): void => {
    const packet = outgoing(message, keys.sign, config, codecs);
    lastSend = media.send(packet);
    void lastSend.then(tellFirst);
    // heartbeat reference 10: one echo request for every own status.
    if (text(message, 't') !== 'status') return;
    reader.sent(packet.netstring, message);
    pinger?.ping(text(message, 'ts') ?? '0');
    watchdog?.tickle();
  };

  const openClients = async (): Promise<void> => {
    try {
      clients = await options.openClientPort({ engine, submit, uuids });
    } catch (error) {
      log('ERROR', `The socket for local clients cannot be opened: ${String(error)}`);
    }
  };

  const dismissClients = async (): Promise<void> => {
    await options.children?.stop();
    clients?.dismiss();
    engine.dispatch({ type: 'clientsGone' });
  };

  const fencing = options.openFencing?.((node) => engine.dispatch({ type: 'fenced', node }));

  const finish = async (ending: Ending): Promise<void> => {
    options.onEnding?.();
    watchdog?.close();
    fencing?.cancel();
    if (options.children !== undefined) await options.children.stop();
    engine.halt();
    clearInterval(looking);
    clearInterval(watchingClock);
    clearInterval(checking);
    monitors?.close();
    teller?.close();
    endWatch();
    await lastSend;
    commands.close();
    pinger?.close();
    resources.close();
    await opening;
    await clients?.close();
    await media.close();
    tellEnd(ending);
  };

  const perform = (effect: ClusterEffect): void => {
    switch (effect.type) {
      case 'send':
        send(effect.message);
        return;
      case 'job':
        jobs.add(effect);
        return;
      case 'announce':
        resources.announce();
        return;
      case 'log':
        log(effect.priority, effect.text);
        return;
      case 'deliver':
        clients?.deliver(effect.message, effect.quality);
        return;
      case 'notify':
        options.rcScripts.notify(effect.message, ownStatus());
        return;
      case 'communicationUp':
        opening = openClients();
        void opening.then(() => options.children?.start());
        return;
      case 'fence':
        if (effect.wanted) fencing?.start(effect.node);
        else fencing?.cancel();
        return;
      case 'farewell':
        if (effect.step === 'releasing') watchdog?.close();
        else void options.children?.stop();
        return;
      case 'clients':
        clients?.pause(effect.paused);
        return;
      case 'remember':
        memory.keep(effect.peers);
        return;
      case 'deletedNodes':
        writeDeletedNodes(paths.state, effect.nodes, log);
        return;
      case 'dismissClients':
        void dismissClients();
        return;
      case 'exit':
        void finish(endingOf(effect));
        return;
    }
  };

  const lookAtClock = clockWatch(now(), log);
  const watchingClock = setInterval(() => lookAtClock(now()), CLOCK_LOOK);
  const looking = quick ? undefined : setInterval(engine.look, LOOK_EVERY);
  const checking = setInterval(() => void media.check(), MEDIA_CHECK);
  const endWatch = options.rcScripts.watch((names) => engine.dispatch({ type: 'scripts', names }));
  engine.start();
  monitors = options.openMonitors?.(({ health, failing }) => engine.dispatch({ type: 'health', health, failing }));
  teller = options.openTeller?.({ keys: () => keys, tell: (report) => engine.dispatch({ type: 'tell', report }) });
  return {
    firstPacket,
    ended,
    stop: () => {
      resources.stopping();
      engine.dispatch({ type: 'stop' });
    },
    identity,
    reload: () => engine.dispatch({ type: 'reload' }),
    useKeys: (fresh) => {
      keys = fresh;
    },
    readTestHook: losses.read,
  };
};

/** Longest wait for the rest of the last life before a restart (heartbeat reference 6.7): deadtime, rounded up, and 1 s. */
export const restartPause = (config: HaConfig) => seconds(Math.ceil(config.deadtime / 1000) + 1);
