/** Everything the shadow of a heartbeat remembers between two steps. Immutable. */
import type { Priority } from '../../log.js';
import type { Differences } from '../../shadow/differences.js';
import type { Millis, Now } from '../../time.js';
import type { ClusterSettings, LinkName, NodeName } from '../cluster/interface.js';
import type { ClusterState } from '../cluster/state.js';
import type { Message } from '../wire/message.js';
import type { Speaker } from './genuine.js';
import type { WatchedGroup } from './groups.js';
import type { Pending } from './timing.js';

export interface ShadowSettings {
  /** As for the daemon; who we are on the wire is read from the genuine one's packets. */
  readonly cluster: Omit<ClusterSettings, 'uuid' | 'generation'>;
  readonly groups: readonly WatchedGroup[];
  /** A difference that is over within this time is none. */
  readonly tolerance: Millis;
  /**
   * All links that can be seen are `ucast`: what is sent to a node that is switched off does not leave this machine, since
   * the kernel finds nobody to give it to.
   */
  readonly needsPeers: boolean;
}

/** What can be seen of the genuine daemon beside its packets. */
export interface Surroundings {
  /** Its process is there, and was not halted by a signal. */
  readonly runs: boolean;
  /** At least one of the devices has a carrier: without one nothing leaves this machine. */
  readonly carrier: boolean;
}

export type ShadowEvent =
  /** An authenticated packet: of the genuine daemon here as it left, or of another node as it came in. */
  | { readonly type: 'packet'; readonly message: Message; readonly link: LinkName; readonly outgoing: boolean }
  /** The addresses of haresources that are on this machine, as written there. */
  | { readonly type: 'addresses'; readonly here: ReadonlySet<string> }
  | { readonly type: 'surroundings'; readonly around: Surroundings }
  | { readonly type: 'wake' }
  /** The shadow itself was late by so much. */
  | { readonly type: 'stalled'; readonly late: Millis };

/** What there is to tell. */
export interface Line {
  readonly priority: Priority;
  readonly text: string;
}

/** What we do, what the genuine one does, and why we do it. */
export interface Contrast {
  readonly ours: string;
  readonly genuine: string;
  readonly why: string;
}

/** Another node, as its packets show it. */
export interface Peer {
  readonly speaker: Speaker;
  /** Its newest status. */
  readonly status: { readonly message: Message; readonly link: LinkName } | undefined;
}

/** What has been counted since the start. */
export interface Counts {
  /** Packets of the genuine daemon here, and of other nodes. */
  readonly own: number;
  readonly others: number;
  /** Packets that came in from another machine with our name, or went out with a foreign one. */
  readonly strange: number;
  /** Messages that we would have sent. */
  readonly unsent: number;
  /** Deaths that both have noticed, and changes of what this node holds that both have made. */
  readonly deaths: number;
  readonly moves: number;
  /** Hand-overs that both have begun by themselves, and those that an administrator asked for here. */
  readonly handOvers: number;
  readonly orders: number;
  /** Decisions that only one of the two has taken. */
  readonly alone: number;
  /** How often we began to decide, and how often we gave up our own course for that of the genuine one. */
  readonly joined: number;
  readonly followed: number;
  /** How long we have been deciding, and the greatest lead and delay of the genuine one in what both have decided. */
  readonly deciding: Millis;
  readonly earliest: Millis;
  readonly latest: Millis;
}

export interface Shadow {
  readonly settings: ShadowSettings;
  readonly startedAt: Now;
  readonly genuine: Speaker;
  readonly peers: ReadonlyMap<NodeName, Peer>;
  readonly here: ReadonlySet<string>;
  readonly around: Surroundings;
  /** The machine that decides; undefined: we wait until the cluster can be joined. */
  readonly cluster: ClusterState | undefined;
  /** Since when we decide, or wait. */
  readonly since: Millis;
  /** Whether it has been told that nothing is heard of the genuine daemon. */
  readonly missed: boolean;
  /** Why this node holds what we have it hold. */
  readonly why: string;
  readonly pending: Pending;
  readonly differences: Differences<Contrast>;
  /** Since when our machine is not where the genuine one is, or not at rest. */
  readonly apartSince: Millis | undefined;
  readonly lookedAt: Millis;
  readonly counts: Counts;
}

/** One step on its way. */
export interface Course {
  readonly shadow: Shadow;
  readonly lines: readonly Line[];
  readonly now: Now;
}

export const update = (course: Course, part: Partial<Shadow>): Course => ({
  ...course,
  shadow: { ...course.shadow, ...part },
});

export const count = (course: Course, part: Partial<Counts>): Course =>
  update(course, { counts: { ...course.shadow.counts, ...part } });

export const tell = (course: Course, priority: Priority, text: string): Course => ({
  ...course,
  lines: [...course.lines, { priority, text }],
});
