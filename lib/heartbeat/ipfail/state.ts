/** What ipfail remembers, what it is told, and what it asks for (heartbeat reference 7.5). */
import type { Priority } from '../../log.js';
import type { Millis } from '../../time.js';
import type { ClusterView } from '../cluster/interface.js';
import type { Message } from '../wire/message.js';

/** Everything it knows before its first step. */
export interface IpfailSettings {
  readonly self: string;
  /** The other node of the pair; undefined when ha.cf has no other. */
  readonly other: string | undefined;
  readonly autoFailback: boolean;
  readonly keepalive: Millis;
}

/** What to hand over to the other node. */
export type Share = 'all' | 'foreign';

export interface GiveUp {
  readonly what: Share;
  readonly at: Millis;
  /** Its number, for a log line. */
  readonly tag: number;
  /** It took the place of a failback. */
  readonly failback: boolean;
}

export interface IpfailState {
  readonly settings: IpfailSettings;
  /** Resources are handed over at that instant, unless something else turns up before. */
  readonly giveUp: GiveUp | undefined;
  /** The time for that had come, but resources were moving: the other node has to become stable first. */
  readonly needStandby: boolean;
  /** When to compare the ping nodes once more. */
  readonly compareAt: Millis | undefined;
  /** What was asked for and has not been seen to happen yet. */
  readonly asked: Share | undefined;
  /** How many times something has been put off; for a log line. */
  readonly tags: number;
}

/** How things stand on this node at the instant of the step. */
export interface Situation {
  /** The ping nodes that answer. */
  readonly pingNodes: readonly string[];
  /** What this node holds; undefined when the daemon does not say. */
  readonly resources: ClusterView['resources'] | undefined;
}

export type IpfailEvent =
  /** A message from the daemon, of whatever type. */
  | { readonly type: 'message'; readonly message: Message }
  /** The instant asked for by `wakeAt` has come. */
  | { readonly type: 'wake' };

export type IpfailEffect =
  /** To the daemon, which passes it to the cluster. */
  | { readonly type: 'send'; readonly message: Message }
  | { readonly type: 'log'; readonly priority: Priority; readonly text: string };

/** One step under way: the state so far, and what has been asked for so far. */
export interface IpfailTurn {
  readonly state: IpfailState;
  readonly effects: readonly IpfailEffect[];
  readonly now: Millis;
  readonly situation: Situation;
}

export const update = (turn: IpfailTurn, part: Partial<IpfailState>): IpfailTurn => ({
  ...turn,
  state: { ...turn.state, ...part },
});

export const say = (turn: IpfailTurn, priority: Priority, text: string): IpfailTurn => ({
  ...turn,
  effects: [...turn.effects, { type: 'log', priority, text }],
});

export const send = (turn: IpfailTurn, message: Message): IpfailTurn => ({
  ...turn,
  effects: [...turn.effects, { type: 'send', message }],
});
