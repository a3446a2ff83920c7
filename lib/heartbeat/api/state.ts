/** What the client API remembers, what it is told, and what it asks for. */
import type { Priority } from '../../log.js';
import type { Millis } from '../../time.js';
import type { ClusterView } from '../cluster/interface.js';
import type { ApiAuth } from '../config/model.js';
import type { Message } from '../wire/message.js';
import type { FrameProblem } from './frame.js';

/** Which messages a client wants to see (heartbeat reference 7.3, setfilter). */
export const FILTER = {
  keepIt: 0x01,
  noChange: 0x02,
  dropIt: 0x04,
  duplicate: 0x08,
  apiCall: 0x10,
  protocol: 0x20,
} as const;

export type Quality = keyof typeof FILTER;

/** Who is at the other end of the socket, from SO_PEERCRED. */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** A connection, whether it has signed on or not. */
export interface Peer {
  readonly who: Credentials;
  /** How often something about it was logged; see MAX_COMPLAINTS. */
  readonly complaints: number;
  /** Frames in a row that hold no message. */
  readonly unreadable: number;
}

/** A client that has signed on. A casual client (its name is its pid) may only ask questions. */
export interface Client {
  readonly name: string;
  readonly casual: boolean;
  readonly pid: number;
  /** Whether the system vouches for `pid`. */
  readonly pidKnown: boolean;
  readonly uid: number;
  readonly filter: number;
  /** Sent with each message; 0: none. */
  readonly signal: number;
  /** Count of the sign-on among all attempts since the start of the daemon. */
  readonly generation: number;
}

/** Immutable. Connections have numbers that the caller gives; they are never used twice. */
export interface ApiState {
  readonly connections: ReadonlyMap<number, Peer>;
  /** By connection, in the order of the sign-ons. */
  readonly clients: ReadonlyMap<number, Client>;
  readonly signOns: number;
}

/** What does not change while the daemon runs (or only with its configuration). */
export interface ApiFacts {
  readonly self: string;
  readonly keepalive: Millis;
  readonly deadtime: Millis;
  /** HaConfig.parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The apiauth lines of ha.cf; the defaults of heartbeat reference 2.4 are added here. */
  readonly apiAuth: readonly ApiAuth[];
  readonly userIds: ReadonlyMap<string, number>;
  readonly groupIds: ReadonlyMap<string, number>;
  /** The uid of the daemon itself, which may see everything like root. */
  readonly daemonUid: number;
  /** Number of the syslog facility in use as syslog.h has it, e.g. 128 for local0; -1 without one. */
  readonly facility: number;
  /** False when the daemon was told to leave resources alone (`-M`). */
  readonly managesResources: boolean;
  /** auto_failback legacy. */
  readonly legacy: boolean;
  /** Whether there is a process of that number. */
  readonly processExists: (pid: number) => boolean;
}

/** Facts that change: what the cluster looks like, and the uuids of nodes as far as they are known. */
export interface ApiView extends ClusterView {
  readonly uuids: ReadonlyMap<string, Uint8Array>;
}

export type ApiEvent =
  | { readonly type: 'connected'; readonly connection: number; readonly credentials: Credentials }
  | { readonly type: 'received'; readonly connection: number; readonly message: Message }
  /** A frame that holds no message. */
  | { readonly type: 'unreadable'; readonly connection: number }
  /** The bytes are no frames (any more): nothing further can be understood. */
  | { readonly type: 'garbled'; readonly connection: number; readonly problem: FrameProblem }
  /** It does not read what it is sent, and was cut off. */
  | { readonly type: 'stuck'; readonly connection: number; readonly waiting: number }
  /** End of file, or an error of the socket. */
  | { readonly type: 'closed'; readonly connection: number }
  /** A `deliver` effect of the cluster machine; `quality` is keepIt unless said otherwise. */
  | { readonly type: 'deliver'; readonly message: Message; readonly quality?: Quality };

export type ApiEffect =
  | { readonly type: 'reply'; readonly connection: number; readonly message: Message }
  /** Close after what was replied has been written. */
  | { readonly type: 'close'; readonly connection: number }
  /** To the cluster machine, as its `submit` event. */
  | { readonly type: 'submit'; readonly message: Message }
  | { readonly type: 'signal'; readonly pid: number; readonly signal: number }
  | { readonly type: 'log'; readonly priority: Priority; readonly text: string };

export interface ApiStep {
  readonly state: ApiState;
  readonly effects: readonly ApiEffect[];
}

export const initialApiState: ApiState = { connections: new Map(), clients: new Map(), signOns: 0 };

export const withPeer = (state: ApiState, connection: number, peer: Peer): ApiState => ({
  ...state,
  connections: new Map(state.connections).set(connection, peer),
});

export const withClient = (state: ApiState, connection: number, client: Client): ApiState => ({
  ...state,
  clients: new Map(state.clients).set(connection, client),
});

export const withoutConnection = (state: ApiState, connection: number): ApiState => ({
  ...state,
  connections: new Map([...state.connections].filter(([id]) => id !== connection)),
  clients: new Map([...state.clients].filter(([id]) => id !== connection)),
});

/** The client of that name, if it is on this node. */
export const clientNamed = (state: ApiState, name: string): Client | undefined =>
  [...state.clients.values()].find((client) => client.name === name);

/** A message to a signed-on client, with its signal if it has asked for one. */
export const tell = (connection: number, client: Client, message: Message): readonly ApiEffect[] => {
  const reply: ApiEffect = { type: 'reply', connection, message };
  // A pid that only the client itself vouches for may be that of anybody.
  return client.signal === 0 || !client.pidKnown
    ? [reply]
    : [reply, { type: 'signal', pid: client.pid, signal: client.signal }];
};
