/** One life of the heartbeat daemon: from the generation number to the last packet. */
import { readFileSync } from 'node:fs';
import type { Log } from '../log.js';
import { now } from '../platform/clock.js';
import { latenessMeter } from '../platform/event-loop-delay.js';
import { freshFolder } from '../platform/run-folder.js';
import { bindToDevice } from '../platform/sockopt.js';
import { millis, seconds } from '../time.js';
import type { ClusterEffect, ClusterMachine } from './cluster/interface.js';
import type { AuthKeys, HaConfig, ResourceGroup } from './config/model.js';
import { MEDIA_CHECK, openMedia } from './media/media.js';
import type { Pinger } from './media/ping.js';
import { mediumPlans } from './media/plans.js';
import { bytes, type Message, text } from './wire/message.js';
import { encodePacket } from './wire/packet.js';
import { listenForCommands } from './wiring/commands.js';
import { createEngine, type Engine, timerAt, toleratedLateness } from './wiring/engine.js';
import { takeIdentity } from './wiring/identity.js';
import { createJobs, type Job, type JobOutcome } from './wiring/jobs.js';
import { createPacketReader } from './wiring/packets.js';
import type { RcScripts } from './wiring/rc-scripts.js';
import { clusterSettings, pingMedia, usableMedia } from './wiring/settings.js';

/** Where things stand (heartbeat reference 1.1, 1.2). */
export interface DaemonPaths {
  readonly state: string;
  readonly fifo: string;
  readonly rscTmp: string;
}

export const PATHS: DaemonPaths = {
  state: '/var/lib/heartbeat',
  fifo: '/var/lib/heartbeat/fifo',
  rscTmp: '/run/heartbeat/rsctmp',
};

/** What carries out resource jobs. */
export interface Resources {
  /** An earlier daemon ended without stopping what it had started. */
  readonly mayHaveLeftovers: boolean;
  readonly run: (job: Job) => Promise<JobOutcome>;
  /** Announce the addresses held once more. */
  readonly announce: () => void;
  /** A graceful stop has begun: nothing more is acquired. */
  readonly stopping: () => void;
  readonly close: () => void;
}

/** What serves local clients, once communication is up (heartbeat reference 7). */
export interface ClientPort {
  readonly deliver: (message: Message) => void;
  readonly close: () => Promise<void>;
}

export interface DaemonOptions<S> {
  readonly machine: ClusterMachine<S>;
  readonly config: HaConfig;
  readonly keys: AuthKeys;
  readonly groups: readonly ResourceGroup[];
  readonly self: string;
  readonly log: Log;
  readonly paths: DaemonPaths;
  readonly openResources: (submit: (message: Message) => void) => Promise<Resources>;
  readonly openClientPort: (context: ClientContext) => Promise<ClientPort>;
  readonly rcScripts: RcScripts;
  readonly openPinger: (context: PingerContext) => Promise<Pinger | undefined>;
}

export interface ClientContext {
  readonly engine: Engine;
  readonly submit: (message: Message) => void;
  /** The uuids of the nodes as far as they are known. */
  readonly uuids: () => ReadonlyMap<string, Uint8Array>;
}

export interface PingerContext {
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly keys: () => AuthKeys;
  readonly onStatus: (status: Message, node: string) => void;
}

export type Ending = 'stopped' | 'restart';

export interface Daemon {
  /** Resolves when the first packet has been handed to all media. */
  readonly firstPacket: Promise<void>;
  /** Resolves when all resources are released, the notice is out and everything is closed. */
  readonly ended: Promise<Ending>;
  /** Starts the graceful stop (heartbeat reference 6.6). */
  readonly stop: () => void;
  /** Signs and verifies with these keys from now on. */
  readonly useKeys: (keys: AuthKeys) => void;
}

const loadAverage = (): string => {
  try {
    return readFileSync('/proc/loadavg', 'latin1').split('\n')[0] ?? 'n/a';
  } catch {
    return 'n/a';
  }
};

/** How often the event loop is asked for its lateness. */
const LOOK_EVERY = millis(100);

/**
 * Starts the daemon; rejects (MediumError, or the system's error) when a medium, the FIFO or the state files cannot be
 * had. Everything is closed again then.
 */
export const startDaemon = async <S>(options: DaemonOptions<S>): Promise<Daemon> => {
  const { config, log, paths, self } = options;
  let keys = options.keys;
  log('info', 'heartbeat: version 3.0.6');
  // On the disk before the first packet leaves (heartbeat reference 12, no. 4).
  const identity = takeIdentity(paths.state, config.generationMethod, now().wall, log);
  freshFolder(paths.rscTmp, 0o1755);

  const uuids = new Map<string, Uint8Array>([[self, identity.uuid]]);
  const names = new Set(config.nodes.map(({ value }) => value));
  const noteUuid = (message: Message): void => {
    const name = text(message, 'src');
    const uuid = bytes(message, 'srcuuid');
    if (name !== undefined && uuid?.length === 16 && name !== self && names.has(name)) uuids.set(name, uuid);
  };
  const reader = createPacketReader({
    keys: () => keys,
    logBadPackets: config.logBadPackets,
    log,
    mono: () => now().mono,
    onMessage: (message, link) => {
      noteUuid(message);
      engine.dispatch({ type: 'packet', message, link });
    },
  });
  const submit = (message: Message): void => engine.dispatch({ type: 'submit', message });
  const resources = await options.openResources(submit);
  const jobs = createJobs(resources.run, (job, outcome) => engine.dispatch({ type: 'jobDone', job, outcome }), log);

  const meter = latenessMeter(LOOK_EVERY, toleratedLateness(config.keepalive), now().mono);
  const engine: Engine = createEngine({
    machine: options.machine,
    settings: clusterSettings({
      self,
      config,
      groups: options.groups,
      mayHaveLeftovers: resources.mayHaveLeftovers,
      identity,
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
    log,
  });

  const commands = await listenForCommands({ path: paths.fifo, log, mono: () => now().mono, onMessage: submit });
  const media = await openMedia({
    plans: mediumPlans(usableMedia(config)),
    log,
    bindToDevice,
    onPacket: reader.read,
  }).catch((error: unknown) => {
    commands.close();
    resources.close();
    throw error;
  });
  const pingNodes = pingMedia(config).map(({ name, host }) => ({ name, address: host }));
  const pinger =
    pingNodes.length === 0
      ? undefined
      : await options.openPinger({
          nodes: pingNodes,
          keys: () => keys,
          onStatus: (message, node) => engine.dispatch({ type: 'packet', message, link: node }),
        });

  let clients: ClientPort | undefined;
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
    lastSend = media.send(encodePacket(message, keys.sign, config.messageFormat));
    void lastSend.then(tellFirst);
    // heartbeat reference 10: one echo request for every own status.
    if (pinger !== undefined && text(message, 't') === 'status') pinger.ping(text(message, 'ts') ?? '0');
  };

  const ownStatus = (): string => engine.view().nodes.find(({ name }) => name === self)?.status ?? 'init';

  const openClients = async (): Promise<void> => {
    try {
      clients = await options.openClientPort({ engine, submit, uuids: () => uuids });
    } catch (error) {
      log('ERROR', `The socket for local clients cannot be opened: ${String(error)}`);
    }
  };

  const finish = async (ending: Ending): Promise<void> => {
    engine.halt();
    clearInterval(looking);
    clearInterval(checking);
    await lastSend;
    commands.close();
    pinger?.close();
    resources.close();
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
        clients?.deliver(effect.message);
        return;
      case 'notify':
        options.rcScripts.notify(effect.message, ownStatus());
        return;
      case 'communicationUp':
        void openClients();
        return;
      case 'exit':
        void finish(effect.restart ? 'restart' : 'stopped');
        return;
    }
  };

  const looking = setInterval(engine.look, LOOK_EVERY);
  const checking = setInterval(() => void media.check(), MEDIA_CHECK);
  engine.start();
  return {
    firstPacket,
    ended,
    stop: () => {
      resources.stopping();
      engine.dispatch({ type: 'stop' });
    },
    useKeys: (fresh) => {
      keys = fresh;
    },
  };
};

/** Longest wait for the rest of the last life before a restart (heartbeat reference 6.7): deadtime, rounded up, and 1 s. */
export const restartPause = (config: HaConfig) => seconds(Math.ceil(config.deadtime / 1000) + 1);
