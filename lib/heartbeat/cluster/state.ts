/** Everything the cluster machine remembers between two steps. Immutable; each part is changed by the file named after it. */
import type { NodeReport } from '../../peer/report.js';
import type { Millis } from '../../time.js';
import type { Health } from '../monitor/interface.js';
import type { History } from './history.js';
import type { ClusterSettings, Holding, JobScope, LinkName, ListedNode, NodeName, PeerSeen } from './interface.js';
import type { Sequence } from './sequence.js';

export interface LinkState {
  readonly name: LinkName;
  readonly status: 'up' | 'dead';
  /** When the last packet came in on it. */
  readonly heardAt: Millis;
}

/**
 * What a node of our own kind tells in its status messages, in fields genuine nodes ignore.
 *
 * `hold` is what may be running there: from before a start begins until after a stop has ended.
 */
export interface Kin {
  readonly phase: 'init' | 'starting' | 'stable' | 'leaving' | 'left';
  readonly hold: Holding;
  readonly stable: boolean;
  readonly standby: boolean;
  /** What its monitors say; undefined: it has none. */
  readonly health: Health | undefined;
}

/** What our own monitors say, and what has followed from it. */
export interface OwnHealth {
  /** Least time between two hand-overs, and from being good again until groups come home. */
  readonly holddown: Millis;
  readonly is: Health;
  /** The monitors that are down. */
  readonly failing: readonly string[];
  /** Groups of ours are at the other node because of it: with `auto_failback on` they come home. */
  readonly owed: boolean;
  /** When the other node was last asked to take everything. */
  readonly gaveAt: Millis | undefined;
  /** Nothing comes home earlier. */
  readonly homeAfter: Millis | undefined;
  /** The other node has given back what it could not start. */
  readonly returned: boolean;
  /** Why resources stay here, as it was last logged. */
  readonly said: string;
  /** When time alone changes what we do. */
  readonly lookAt: Millis | undefined;
}

export interface NodeState {
  readonly name: NodeName;
  readonly type: 'normal' | 'ping';
  readonly status: string;
  readonly links: readonly LinkState[];
  readonly uuid: Uint8Array | undefined;
  /** The one before that; when it comes back, two machines have this name. */
  readonly formerUuid?: Uint8Array | undefined;
  readonly generation: number | undefined;
  readonly sequence: Sequence;
  /** Number of the newest status message. */
  readonly statusSeq: number | undefined;
  readonly statusAt: Millis | undefined;
  /** The node is dead when nothing came for `timeout` from this instant on. */
  readonly countFrom: Millis;
  /** Its own `dt`, or deadping for a ping node. */
  readonly timeout: Millis;
  /** A full further timeout has been granted since the last evidence, because we were late ourselves. */
  readonly reprieved: boolean;
  /** Milliseconds of short latenesses of ours that were not counted as its silence since the last evidence. */
  readonly excused: number;
  /** It said `shutdone` in this life. */
  readonly left: boolean;
  /** The last decimal digit of the packets of this node that we acknowledge. */
  readonly ackDigit: number;
  /** The highest number of ours that it acknowledged. */
  readonly acked: number;
  /** The highest number that we last told it we cannot send again, and when. */
  readonly refused: { readonly upTo: number; readonly at: Millis } | undefined;
  /** Our numbers up to this one were sent before its life began: it never acknowledges them. */
  readonly ackBase: number;
  readonly kin: Kin | undefined;
  /** Its newest report, and when that came; undefined: it has told nothing in this life. */
  readonly told?: { readonly report: NodeReport; readonly at: Millis } | undefined;
  /** Numbers of this generation up to this one were heard in an earlier life of ours: recordings, if they come again. */
  readonly floor: number;
  /** Generations up to this one are over although they are higher than its present one: it has proved that. */
  readonly revoked: number;
  /** Its clock as its newest status told it, in seconds, and when that was here. */
  readonly clock: { readonly ts: number; readonly at: Millis } | undefined;
  /** It was asked to prove that it lives (see proof.ts): with which word, when last, and how long until asked again. */
  readonly doubt: { readonly word: string; readonly askedAt: Millis; readonly pause: Millis } | undefined;
  readonly provenAt: Millis | undefined;
  readonly weight: number;
  readonly site: string;
}

/** heartbeat reference 6.5; `what` is seen from the initiator. */
export type Standby =
  | { readonly state: 'not' }
  | {
      readonly state: 'me' | 'other' | 'done';
      readonly what: Holding;
      readonly initiator: boolean;
      readonly until: Millis;
      /** Since when a peer of our own kind has been saying that it knows nothing of this standby. */
      readonly deniedSince: Millis | undefined;
    };

/** heartbeat reference 6.1 `resourcestate`, in its order. */
export const PHASES = ['init', 'starting', 'bothStarting', 'received', 'stable', 'shutdown'] as const;
export type Phase = (typeof PHASES)[number];

export interface ResourceState {
  readonly phase: Phase;
  /** When the 10 s of the first `resource` message run out. */
  readonly clockAt: Millis | undefined;
  /** What we hold or are about to hold, as reported to genuine peers. */
  readonly hold: Holding;
  /** What the other node holds, as far as we know, seen from it. */
  readonly otherHold: Holding;
  /** Number of the newest message that `otherHold` comes from: older ones arriving late do not change it. */
  readonly otherHoldSeq: number;
  /** What reports that only add have added, up to which number, and the newest full report below them. */
  readonly otherAdded: { readonly seq: number; readonly after: number; readonly hold: Holding } | undefined;
  readonly otherStable: boolean;
  /** Number of the newest report that said whether it is stable. */
  readonly otherStableSeq: number;
  /** What it held when it was declared dead, in case it was not. */
  readonly otherHeldAtDeath: Holding;
  readonly takeover: boolean;
  readonly standby: Standby;
  readonly failbackWanted: boolean;
  readonly failbackAt: Millis | undefined;
  readonly localDone: boolean;
  readonly foreignDone: boolean;
  readonly announced: boolean;
  /** When to ask a genuine peer that came back after a partition what it holds. */
  readonly queryAt: Millis | undefined;
  /** Since when both nodes hold the same groups. */
  readonly conflictSince: Millis | undefined;
  /** When a genuine peer was asked to hand them over. */
  readonly conflictAskedAt: Millis | undefined;
  /** Since when nobody holds some groups although both nodes are stable. */
  readonly orphanSince: Millis | undefined;
  /** Orphaned groups of a genuine peer have been offered to it once. */
  readonly orphanOffered: boolean;
  /** A start failed: hand these groups over at that instant (reference 2.6). */
  readonly giveUp: { readonly at: Millis; readonly what: Holding } | undefined;
  /** What the last audit complained about. */
  readonly complaints: readonly string[];
}

export type Purpose =
  | {
      readonly kind:
        | 'ours'
        | 'cleanup'
        | 'standbyRelease'
        | 'standbyAcquire'
        | 'kept'
        | 'conflict'
        | 'orphan'
        | 'shutdown';
    }
  | { readonly kind: 'takeover'; readonly from: NodeName }
  /** The administrator's own rc.d/status takes over from a dead node. */
  | { readonly kind: 'script'; readonly from: NodeName }
  | { readonly kind: 'legacyTake'; readonly key: string }
  | { readonly kind: 'legacyGive'; readonly key: string; readonly to: NodeName };

export interface Job {
  readonly job: number;
  readonly scope: JobScope;
  /** What may be running here because of it, seen from us. */
  readonly part: Holding;
  readonly purpose: Purpose;
}

export interface Communication {
  readonly phase: 'waiting' | 'asking' | 'up';
  readonly askAt: Millis | undefined;
}

export interface Stop {
  readonly phase: 'none' | 'wanted' | 'releasing' | 'leaving' | 'gone';
  /** `wanted`: when we stop whatever the other node is doing. `leaving`: when the process ends. */
  readonly at: Millis | undefined;
}

/** A reload under way; `at`: when our patience with the others ends, then when we go. */
export type Reload = { readonly phase: 'none' } | { readonly phase: 'wanted' | 'farewell'; readonly at: Millis };

export interface ClusterState {
  readonly settings: ClusterSettings;
  readonly random: number;
  readonly loadAverage: string;
  readonly startedAt: Millis | undefined;
  /** When a machine that has nothing to do, before its start and after its end, would like to be woken. */
  readonly idleUntil: Millis;
  readonly status: 'init' | 'up' | 'active';
  readonly statusDueAt: Millis | undefined;
  /** Every configured node in the order of ha.cf, ourselves included, ping nodes last. */
  readonly nodes: ReadonlyMap<NodeName, NodeState>;
  readonly nextSeq: number;
  readonly history: History;
  /** How full the history was when that was last complained about; 0 when it was not. */
  readonly historyWarned: number;
  readonly flowControl: boolean;
  /** Local clients are not read from until the others have acknowledged more. */
  readonly clientsPaused: boolean;
  readonly communication: Communication;
  readonly resources: ResourceState;
  readonly nextJob: number;
  /** Jobs asked for and not yet ended, in order. */
  readonly jobs: readonly Job[];
  readonly stop: Stop;
  readonly reload: Reload;
  /** What our last status said to our own kind. */
  readonly published: string;
  /** When each sort of rejected packet was last logged. */
  readonly rejections: ReadonlyMap<string, Millis>;
  /** How many of each sort were not logged since then. */
  readonly unlogged: ReadonlyMap<string, number>;
  /** How many authentic packets were refused for which reason. */
  readonly counters: Readonly<Record<string, number>>;
  /** Number of the next word that a peer must repeat to prove that it lives. */
  readonly nextWord: number;
  /** What the last `remember` said, and when the next one is due if only numbers have changed. */
  readonly remembered: readonly PeerSeen[];
  readonly rememberAt: Millis | undefined;
  /** The `ts` of our own newest statuses, each with the last instant it was sent: what an echo may carry. */
  readonly echoes: readonly { readonly ts: string; readonly at: Millis }[];
  /** Names of deleted nodes with what was known of them, for `delhostcache`. */
  readonly deleted: readonly ListedNode[];
  /** Legacy mode: keys of the groups we hold. */
  readonly heldKeys: readonly string[];
  /** Legacy mode: when to ask again for what we asked for in vain. */
  readonly askGroupsAt: Millis | undefined;
  /** The dead node whose reset we wait for: until then nothing of it is taken. */
  readonly fencing: NodeName | undefined;
  /** Keys of groups that a script of ours asked the other node for (`req_resource`). */
  readonly askedKeys: readonly string[];
  /** Standard rc.d scripts that an administrator has replaced: they do their work instead of us. */
  readonly ownScripts: readonly string[];
  /** Undefined: no monitor decides about resources. */
  readonly health: OwnHealth | undefined;
}
