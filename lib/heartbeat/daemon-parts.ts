/** What one life of the daemon is made of: what it is given, and what it can be told. */
import type { MonitorConfig } from '../config/monitor.js';
import type { Log } from '../log.js';
import type { Now } from '../time.js';
import type { ClusterEvent, ClusterMachine, DebugQuality, Holding, JobResult } from './cluster/interface.js';
import type { AuthKeys, HaConfig, ResourceGroup } from './config/model.js';
import type { Pinger } from './media/ping.js';
import type { Message } from './wire/message.js';
import type { Engine, StepRecorder } from './wiring/engine.js';
import type { Fencing } from './wiring/fencing.js';
import type { Identity } from './wiring/files/identity.js';
import type { Job } from './wiring/jobs.js';
import type { Monitors, MonitorsOptions } from './wiring/monitors.js';
import type { RcScripts } from './wiring/rc-scripts.js';
import type { PingMedium } from './wiring/settings.js';
import type { Teller } from './wiring/teller.js';

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
  readonly run: (job: Job) => Promise<JobResult>;
  /** Asks the groups themselves which of them run here. */
  readonly probe: () => Promise<Holding>;
  /** Announce the addresses held once more. */
  readonly announce: () => void;
  /** A graceful stop has begun: nothing more is acquired. */
  readonly stopping: () => void;
  readonly close: () => void;
}

/** What serves local clients, once communication is up (heartbeat reference 7). */
export interface ClientPort {
  /** Gives a message of the cluster to the clients; with `quality` only to those that debug. */
  readonly deliver: (message: Message, quality?: DebugQuality) => void;
  /** Reads nothing more from clients, or goes on reading (heartbeat reference 4.4). */
  readonly pause: (paused: boolean) => void;
  /** Sends all clients away; each of them takes its leave from the cluster. */
  readonly dismiss: () => void;
  readonly close: () => Promise<void>;
}

/** What respawn and failfast lines start (heartbeat reference 9.1). */
export interface ChildPrograms {
  readonly start: () => void;
  /** Resolves when all are gone. May be called again. */
  readonly stop: () => Promise<void>;
}

export interface DaemonOptions<S> {
  readonly machine: ClusterMachine<S>;
  /** Sees every step of the machine; must be quick, and decides nothing. */
  readonly observe?: ((before: S, after: S, event: ClusterEvent, now: Now) => void) | undefined;
  /** Keeps what the machine is told and what it decides; absent: nobody does. */
  readonly recorder?: StepRecorder<S> | undefined;
  readonly config: HaConfig;
  readonly keys: AuthKeys;
  readonly groups: readonly ResourceGroup[];
  readonly monitors?: readonly MonitorConfig[];
  /** These resources run already: a reload has kept them (heartbeat reference 6.7). */
  readonly kept?: Holding;
  /** Who this process was in its last life: what cannot be had now is no reason to end any more. */
  readonly before?: Identity;
  /** Everything is decided, and the closing begins. */
  readonly onEnding?: () => void;
  readonly self: string;
  readonly log: Log;
  readonly paths: DaemonPaths;
  readonly openResources: (ownStatus: () => string) => Promise<Resources>;
  readonly openClientPort: (context: ClientContext) => Promise<ClientPort>;
  readonly rcScripts: RcScripts;
  /** The programs that are kept running beside the daemon; absent: none. */
  readonly children?: ChildPrograms;
  /** Begins to look at what `monitors` says; absent: nothing is looked at. */
  readonly openMonitors?: (onHealth: MonitorsOptions['onHealth']) => Monitors;
  /** Begins to tell the other node of this one, for people who look there; absent: it is not told. */
  readonly openTeller?: (context: TellerContext) => Teller;
  /** What resets dead nodes; absent: nothing does. */
  readonly openFencing?: (onFenced: (node: string) => void) => Fencing;
  /** Opens the watchdog device and arms it, never rejects; absent: there is none. */
  readonly openWatchdog?: () => Promise<{ readonly tickle: () => void; readonly close: () => void } | undefined>;
  readonly openPinger: (context: PingerContext) => Promise<Pinger | undefined>;
}

export interface ClientContext {
  readonly engine: Engine;
  readonly submit: (message: Message) => void;
  /** The uuids of the nodes as far as they are known. */
  readonly uuids: () => ReadonlyMap<string, Uint8Array>;
}

export interface TellerContext {
  readonly keys: () => AuthKeys;
  /** Hands over the text of a report (see lib/peer). */
  readonly tell: (report: string) => void;
}

export interface PingerContext {
  readonly media: readonly PingMedium[];
  readonly keys: () => AuthKeys;
  readonly onStatus: (status: Message, node: string) => void;
}

export type Ending =
  | { readonly type: 'stopped' | 'restart' }
  /** These resources still run. */
  | { readonly type: 'reload'; readonly kept: Holding };

export interface Daemon {
  /** Resolves when the first packet has been handed to all media. */
  readonly firstPacket: Promise<void>;
  /** Resolves when all resources are released, the notice is out and everything is closed. */
  readonly ended: Promise<Ending>;
  readonly identity: Identity;
  /** Starts the graceful stop (heartbeat reference 6.6). */
  readonly stop: () => void;
  /** Ends this life as soon as nothing moves, with the resources as they are (heartbeat reference 6.7). */
  readonly reload: () => void;
  /** Signs and verifies with these keys from now on. */
  readonly useKeys: (keys: AuthKeys) => void;
  /** Reads /etc/ha.d/OnlyForTesting again (heartbeat reference 11.4). */
  readonly readTestHook: () => void;
}
