/** What a recording holds: who recorded it, where the machine stood, what it was told, and what it decided. */
import type { ClusterEffect, ClusterEvent } from '../heartbeat/cluster/interface.js';
import { type Message, text } from '../heartbeat/wire/message.js';
import type { Now } from '../time.js';
import { fingerprint } from './fingerprint.js';

/** Raised when recordings of before can no longer be read. */
export const FORMAT = 1;

/** The beginning of one file of a recording. */
export interface Header {
  /** `ha-suite 0.1.0`. */
  readonly suite: string;
  readonly node: string;
  readonly pid: number;
  /** The life of the daemon that it belongs to: when that began, in wall-clock milliseconds. */
  readonly run: number;
  /** Counts from 1 in each life, without gaps. */
  readonly part: number;
  /** The first instant of this file. */
  readonly now: Now;
  /** Before this file something was lost, because it could not be written. */
  readonly gap: boolean;
}

/** What is only compared: it follows from the rest, and would fill the disk. */
export interface Hashed {
  readonly type: 'send' | 'deliver' | 'notify' | 'remember';
  /** The type of the message. */
  readonly about: string;
  readonly hash: number;
}

/** What the machine asked for: in full where it counts or is rare. */
export type Decision = Exclude<ClusterEffect, { type: Hashed['type'] }> | Hashed;

/** What one step came to; `threw`: a mistake in the machine, the event was lost and the state stayed. */
export type Decided = readonly Decision[] | 'threw';

export type Entry =
  | { readonly type: 'step'; readonly event: ClusterEvent; readonly now: Now; readonly decided: Decided }
  /** The message of the packet before, on one more link. */
  | { readonly type: 'again'; readonly link: string; readonly now: Now; readonly decided: Decided }
  /** The fingerprint of the state after the step before. */
  | { readonly type: 'mark'; readonly state: number };

const hashed = (type: Hashed['type'], message: Message): Hashed => ({
  type,
  about: text(message, 't') ?? '',
  hash: fingerprint(message),
});

/** What is recorded of an effect. */
export const decisionOf = (effect: ClusterEffect): Decision => {
  switch (effect.type) {
    case 'send':
    case 'deliver':
    case 'notify':
      return hashed(effect.type, effect.message);
    case 'remember':
      return { type: 'remember', about: '', hash: fingerprint(effect.peers) };
    default:
      return effect;
  }
};

/** Whether somebody who looks for what went wrong must have it: it is written at once. */
export const isUrgent = (decided: Decided): boolean =>
  decided === 'threw' || decided.some((decision) => !('hash' in decision));
