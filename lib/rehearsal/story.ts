/** What can happen in a rehearsal, when it happens, and who may appear in it. */
import type { Millis } from '../time.js';
import type { Condition } from './real-servers.js';

export const SCOPES = ['all', 'local', 'foreign', 'failback'] as const;
export type Scope = (typeof SCOPES)[number];

/** One change of the world. */
export type Happening =
  /** Off: everything that ran there is gone. On: the machine boots and starts heartbeat. */
  | { readonly type: 'power'; readonly node: string; readonly on: boolean }
  /** The daemon alone; `kill` leaves its addresses where they are. */
  | { readonly type: 'daemon'; readonly node: string; readonly act: 'kill' | 'start' | 'stop' }
  /** The whole machine stands still and goes on; its addresses answer all the time. */
  | { readonly type: 'hang'; readonly node: string; readonly still: boolean }
  /** A cable: of one node, or without `node` the network itself. */
  | { readonly type: 'link'; readonly link: string; readonly node?: string; readonly up: boolean }
  /** Of every packet between the nodes; `loss` from 0 to 1, the others in milliseconds. */
  | { readonly type: 'weather'; readonly what: 'loss' | 'delay' | 'jitter'; readonly value: number }
  | { readonly type: 'ask'; readonly tool: 'standby' | 'takeover'; readonly node: string; readonly scope: Scope }
  /** A real server or a service on it. */
  | { readonly type: 'real'; readonly real: string; readonly condition: Condition }
  /** A file in the maintenance directory of every node names a real server, or does so no more. */
  | { readonly type: 'maintenance'; readonly real: string; readonly isOut: boolean }
  /** A resource, by its word in haresources, can not be started on a node, or can again. */
  | { readonly type: 'resource'; readonly resource: string; readonly node: string; readonly starts: boolean }
  /** Somebody sets the wall clock, by so many milliseconds. */
  | { readonly type: 'clock'; readonly node: string; readonly by: number };

export interface Moment {
  /** Since the cluster had come to rest. */
  readonly at: Millis;
  readonly happening: Happening;
}

export interface Story {
  /** In the order of time. */
  readonly moments: readonly Moment[];
  /** When it is over, if the story says so. */
  readonly end?: Millis;
}

/** Who may appear. */
export interface Cast {
  readonly nodes: readonly string[];
  readonly links: readonly string[];
  /** As ldirectord.cf names them, with and without their port; none where there is no ldirectord. */
  readonly reals: readonly string[];
  /** The words of haresources. */
  readonly resources: readonly string[];
}
