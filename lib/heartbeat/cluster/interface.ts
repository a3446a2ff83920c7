/**
 * The boundary of the pure cluster machine: what it is told, and what it asks for.
 *
 * The daemon authenticates, decodes and timestamps; the machine decides; the daemon performs the effects in order.
 * Nothing in this folder reads a clock, a file or a socket.
 */
import type { Priority } from '../../log.js';
import type { Millis, Now } from '../../time.js';
import type { AutoFailback } from '../config/model.js';
import type { Health } from '../monitor/interface.js';
import type { Message } from '../wire/message.js';

export type NodeName = string;
export type LinkName = string;

/** What a node holds (heartbeat reference 6.1). */
export type Holding = 'none' | 'local' | 'foreign' | 'all';

/** What is known of the newest life of a peer; it outlives our own, so that recorded packets of it stay refused. */
export interface PeerSeen {
  readonly name: NodeName;
  readonly generation: number;
  /** The highest number of a status message heard in that life. */
  readonly seq: number;
}

/** A node as the host cache files list it; an unknown uuid is all zero. */
export interface ListedNode {
  readonly name: NodeName;
  readonly uuid: Uint8Array;
  readonly weight: number;
  readonly site: string;
}

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
  /** What an earlier life of ours remembered of the peers. */
  readonly peersSeen?: readonly PeerSeen[];
  /** A fencing device is configured: a dead node is reset before what it may hold is taken. */
  readonly fences?: boolean;
  /** Monitors decide whether this node may hold resources; least time between two hand-overs because of them. */
  readonly holddown?: Millis;
  /** A reload left these resources running: this life begins with them. */
  readonly kept?: Holding;
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
  /** A job that an effect asked for has ended. */
  | ({ readonly type: 'jobDone'; readonly job: number } & JobResult)
  /** Which of the standard rc.d scripts (`status`, `ip-request`, …) an administrator has replaced by his own. */
  | { readonly type: 'scripts'; readonly names: readonly string[] }
  /** Graceful stop (SIGTERM, heartbeat reference 6.6). */
  | { readonly type: 'stop' }
  /** Begin a new life with the files as they are now, and the same resources (heartbeat reference 6.7). */
  | { readonly type: 'reload' }
  /** The clients that `dismissClients` was about have gone, and have said so. */
  | { readonly type: 'clientsGone' }
  /** The fencing device has reset that node. */
  | { readonly type: 'fenced'; readonly node: NodeName }
  /** What the monitors of this node have come to; `failing`: those that are down. */
  | { readonly type: 'health'; readonly health: Health; readonly failing: readonly string[] }
  /** What this node has to tell the other one of itself, as the text of a report (see lib/peer). */
  | { readonly type: 'tell'; readonly report: string }
  /** The daemon itself was late by so much: nobody is called dead before fresh evidence (design, "Own lateness"). */
  | { readonly type: 'stalled'; readonly late: Millis };

/**
 * Why a message is not worth showing to ordinary clients (heartbeat reference 7.3, setfilter): a heartbeat that says
 * nothing new. Copies from other links, which genuine shows as `duplicate`, are not worth the time they cost.
 */
export type DebugQuality = 'noChange';

/** How a job ended. */
export interface JobResult {
  /** `failed`: at least one start failed and its group was given up, or the script of the job failed. */
  readonly outcome: 'done' | 'failed';
  /** With `failed`: whose groups were given up, seen from this node; absent: all that the job was about. */
  readonly failed?: Holding;
  /** Whose groups still have something running that was told to stop and did not. */
  readonly stuck?: Holding;
}

/** Why groups are acquired, as far as their scripts can see it in their environment (heartbeat reference 1.4, 6.2, 6.4). */
export type Occasion =
  /** Nobody else has them: genuine's own `ip-request-resp` starts what is ours, `status` what was the dead node's. */
  { readonly kind: 'own' } | { readonly kind: 'death'; readonly node: NodeName };

/** Which groups a job is about, seen from this node; `every` is every group of the file, owned or not. */
export type JobScope = 'local' | 'foreign' | 'all' | 'every';

export type ClusterEffect =
  /** Send on all media. All control fields are in place except `auth`, which the codec adds when it signs. */
  | { readonly type: 'send'; readonly message: Message }
  /** Give to local API clients (heartbeat reference 7.4); without `quality` to all of them, else to those that debug. */
  | { readonly type: 'deliver'; readonly message: Message; readonly quality?: DebugQuality }
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
      readonly occasion?: Occasion;
      /** The job is to run the administrator's own rc.d script for this message, whatever it does with the groups. */
      readonly script?: Message;
    }
  /** Announce the addresses we hold once more (another owner may have answered for them meanwhile). */
  | { readonly type: 'announce' }
  /**
   * Read nothing more from local clients, or go on reading: a living peer has not acknowledged more than 250 of our
   * messages (heartbeat reference 4.4).
   */
  | { readonly type: 'clients'; readonly paused: boolean }
  /** Keep this for the next life, as `peersSeen`. It need not be on the disk before anything else happens. */
  | { readonly type: 'remember'; readonly peers: readonly PeerSeen[] }
  /** The list of permanently deleted nodes, to be written to `delhostcache` (heartbeat reference 1.2). */
  | { readonly type: 'deletedNodes'; readonly nodes: readonly ListedNode[] }
  /**
   * Steps of a graceful stop: `releasing`, all resources are being given up (disarm the watchdog); `released`, they are
   * and the others have been told (stop the respawn clients). Reference 6.6, 9.2.
   */
  | { readonly type: 'farewell'; readonly step: 'releasing' | 'released' }
  /** Reset that dead node until it works, and say so by `fenced`; or stop trying, because it is heard again. */
  | { readonly type: 'fence'; readonly node: NodeName; readonly wanted: boolean }
  /** Communication is up: open the client socket, start respawn clients (reference 5.4). */
  | { readonly type: 'communicationUp' }
  /** Respawn programs are stopped and local clients sent away, each of them takes its leave; `clientsGone` answers. */
  | { readonly type: 'dismissClients' }
  /**
   * All resources are released and the notice is out: end the process. `restart` starts it anew; with `kept` these
   * resources go on running, and the new life begins with them.
   */
  | { readonly type: 'exit'; readonly restart: boolean; readonly kept?: Holding };

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
  /** 16 bytes; undefined as long as nothing was heard of it. */
  readonly uuid?: Uint8Array | undefined;
  /** As `hb_setweight` and `hb_setsite` set them; 100 and empty at the start (reference 7.3). */
  readonly weight?: number;
  readonly site?: string;
}

/** What clients may ask about; nodes in the order of ha.cf, ping nodes last. */
export interface ClusterView {
  readonly nodes: readonly NodeView[];
  /** As `cl_status rscstatus` prints it (reference 6.1). */
  readonly resources: Holding | 'transition';
  readonly communicationUp: boolean;
  /** Packets that were authentic and yet refused, by reason (see refusals.ts), since the start. */
  readonly counters?: Readonly<Record<string, number>>;
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
