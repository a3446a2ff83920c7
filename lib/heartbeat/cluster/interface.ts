/**
 * The boundary of the pure cluster machine: what it is told, and what it asks for.
 *
 * The daemon authenticates, decodes and timestamps; the machine decides; the daemon performs the effects in order.
 * Nothing in this folder reads a clock, a file or a socket.
 */
import type { Priority } from '../../log.js';
import type { Millis, Now } from '../../time.js';
import type { AutoFailback } from '../config/model.js';
import type { Message } from '../wire/message.js';

export type NodeName = string;
export type LinkName = string;

/** What a node holds (heartbeat reference 6.1). */
export type Holding = 'none' | 'local' | 'foreign' | 'all';

/** Everything the machine must know before its first step. */
export interface ClusterSettings {
  readonly self: NodeName;
  /** Normal nodes in the order of ha.cf, ourselves included. */
  readonly nodes: readonly NodeName[];
  readonly pingNodes: readonly NodeName[];
  /** Link names of the media that reach normal nodes, in the order of ha.cf, without repetitions. */
  readonly links: readonly LinkName[];
  readonly keepalive: Millis;
  readonly deadtime: Millis;
  readonly warntime: Millis;
  readonly initdead: Millis;
  readonly deadping: Millis;
  readonly autoFailback: AutoFailback;
  readonly hopfudge: number;
  readonly maxRexmitDelay: Millis;
  /** 16 bytes from /var/lib/heartbeat/hb_uuid. */
  readonly uuid: Uint8Array;
  readonly generation: number;
  /** Whether haresources has groups of ours, and groups of others. */
  readonly hasLocalGroups: boolean;
  readonly hasForeignGroups: boolean;
  /**
   * The first resource word of each group of ours, in the order of haresources. Legacy mode (reference 6.9) moves
   * groups one by one under this name; without it the machine can only move all of them together.
   */
  readonly localKeys?: readonly string[];
  /** The same for the groups of other nodes. */
  readonly foreignKeys?: readonly string[];
  /**
   * The daemon's last life on this machine did not end by itself (killed, crashed), so groups of it may still run here.
   * They are all stopped at the start, and until that is done we tell our own kind that they may be running.
   */
  readonly mayHaveLeftovers?: boolean;
  /** Our process id, only for the log line `Heartbeat shutdown in progress. (14)`. */
  readonly pid?: number;
  /** Seed of the machine's own pseudo-random numbers (ack digit, resend delays). */
  readonly seed: number;
}

/** `loadAverage` is the first line of /proc/loadavg, or `n/a`; it becomes the `ld` field. */
export type ClusterEvent =
  | { readonly type: 'start'; readonly loadAverage: string }
  /** The instant asked for by `wakeAt` has come. */
  | { readonly type: 'wake'; readonly loadAverage: string }
  /** An authenticated message from a medium; `link` is its link name (for a ping node its own name). */
  | { readonly type: 'packet'; readonly message: Message; readonly link: LinkName }
  /** A message from the FIFO or from a local client, to be completed with control fields and sent to the cluster. */
  | { readonly type: 'submit'; readonly message: Message }
  /** A job that an effect asked for has ended. `failed`: at least one start failed and its group was given up. */
  | { readonly type: 'jobDone'; readonly job: number; readonly outcome: 'done' | 'failed' }
  /** Graceful stop (SIGTERM, heartbeat reference 6.6). */
  | { readonly type: 'stop' }
  /** The daemon itself was late by so much: nobody is called dead before fresh evidence (design, "Own lateness"). */
  | { readonly type: 'stalled'; readonly late: Millis };

/** Which groups a job is about, seen from this node; `every` is every group of the file, owned or not. */
export type JobScope = 'local' | 'foreign' | 'all' | 'every';

export type ClusterEffect =
  /** Send on all media. All control fields are in place except `auth`, which the codec adds when it signs. */
  | { readonly type: 'send'; readonly message: Message }
  /** Give to local API clients (heartbeat reference 7.4). */
  | { readonly type: 'deliver'; readonly message: Message }
  /** Run the rc.d script called like the message's `t`, if an administrator has put one there (reference 2.7). */
  | { readonly type: 'notify'; readonly message: Message }
  | { readonly type: 'log'; readonly priority: Priority; readonly text: string }
  /**
   * Start groups left to right, or stop them right to left; ends with one `jobDone`. Jobs run in the order given.
   * With `group` (legacy mode only) the job is about the one group of that scope whose first resource word it is.
   */
  | {
      readonly type: 'job';
      readonly job: number;
      readonly action: 'acquire' | 'release';
      readonly scope: JobScope;
      readonly group?: string;
    }
  /** Announce the addresses we hold once more (another owner may have answered for them meanwhile). */
  | { readonly type: 'announce' }
  /** Communication is up: open the client socket, start respawn clients (reference 5.4). */
  | { readonly type: 'communicationUp' }
  /** All resources are released and the notice is out: end the process. `restart` starts it anew. */
  | { readonly type: 'exit'; readonly restart: boolean };

export interface LinkView {
  readonly name: LinkName;
  readonly status: 'up' | 'dead';
}

export interface NodeView {
  readonly name: NodeName;
  readonly type: 'normal' | 'ping';
  /** init, up, active, dead, ping, or whatever a peer calls itself (reference 4.1). */
  readonly status: string;
  readonly links: readonly LinkView[];
}

/** What clients may ask about; nodes in the order of ha.cf, ping nodes last. */
export interface ClusterView {
  readonly nodes: readonly NodeView[];
  /** As `cl_status rscstatus` prints it (reference 6.1). */
  readonly resources: Holding | 'transition';
  readonly communicationUp: boolean;
}

/** The machine as the daemon and the simulator see it; `S` is its private, immutable state. */
export interface ClusterMachine<S> {
  readonly create: (settings: ClusterSettings, now: Now) => S;
  readonly step: (
    state: S,
    event: ClusterEvent,
    now: Now,
  ) => { readonly state: S; readonly effects: readonly ClusterEffect[] };
  /** The monotonic instant at which the machine next wants a `wake` event. */
  readonly wakeAt: (state: S) => Millis;
  readonly view: (state: S) => ClusterView;
}
