/** What a scenario is: a cluster, the faults that befall it in their order, and who must serve after each. Only data. */
import type { Implementation, StandbyScope } from '../heartbeat-node.js';
import type { Weather } from '../relay.js';

/** Which implementation runs on lb1 and which on lb2. */
export type Pairing = `${Implementation}-${Implementation}`;

export const PAIRINGS: readonly Pairing[] = ['ours-ours', 'ours-genuine', 'genuine-ours', 'genuine-genuine'];

/** The implementation of each node; a third node is of the kind of lb1. */
export const implementationOf = (pairing: Pairing, node: NodeId): Implementation =>
  pairing.split('-')[node === 'lb2' ? 1 : 0] === 'ours' ? 'ours' : 'genuine';

export const hasGenuine = (pairing: Pairing): boolean => pairing.includes('genuine');

export type NodeId = 'lb1' | 'lb2' | 'lb3';

/** Interfaces of a node: eth0 reaches the clients, eth1 only the other nodes. */
export type Device = 'eth0' | 'eth1';

/** Whose hb_standby or hb_takeover is called: that of the node's own implementation, or the other one's. */
export type Tool = 'own' | 'other';

/** One thing that is done to the cluster. Durations in milliseconds. */
export type Fault =
  /** The daemons are started together. */
  | { readonly type: 'start'; readonly nodes: readonly NodeId[] }
  /** The daemons are asked to stop gracefully, and do. */
  | { readonly type: 'stop'; readonly nodes: readonly NodeId[] }
  /** `kill -9` of the daemon: what it started stays up. */
  | { readonly type: 'kill'; readonly node: NodeId }
  /** The machine loses its power: no process, no address, no carrier. */
  | { readonly type: 'powerOff'; readonly node: NodeId }
  /** Power is back and the daemon is started. */
  | { readonly type: 'powerOn'; readonly node: NodeId }
  /** `kill -STOP` of the daemon for so long, then `kill -CONT`. */
  | { readonly type: 'pause'; readonly node: NodeId; readonly duration: number }
  /** The cables are pulled, and the interfaces see that. */
  | { readonly type: 'unplug'; readonly node: NodeId; readonly devices: readonly Device[] }
  /** Packets get lost on the cables although the carrier stays. `in`: what comes to the node. Share from 0 to 1. */
  | {
      readonly type: 'lose';
      readonly node: NodeId;
      readonly devices: readonly Device[];
      readonly share: number;
      readonly direction: 'in' | 'out' | 'both';
    }
  /** The nodes do not reach each other on any link; clients reach both. */
  | { readonly type: 'partition' }
  /** All cables are whole again. */
  | { readonly type: 'heal' }
  /** The relay between the nodes delays, loses and repeats packets (only with `links: 'relay'`). */
  | { readonly type: 'relay'; readonly weather: Weather }
  | { readonly type: 'standby'; readonly node: NodeId; readonly scope: StandbyScope; readonly tool: Tool }
  | { readonly type: 'takeover'; readonly node: NodeId; readonly scope: StandbyScope; readonly tool: Tool }
  /** The wall clock of the node's daemon goes so many seconds ahead of the others' (only with `ownClock`). */
  | { readonly type: 'clock'; readonly node: NodeId; readonly seconds: number }
  /** The file systems of the log and of the state are full, or have room again (only with `smallDisk`). */
  | { readonly type: 'disk'; readonly node: NodeId; readonly state: 'full' | 'free' }
  /** How the script `service` (see haresources) behaves from now on; `fails` is about its start. */
  | { readonly type: 'service'; readonly node: NodeId; readonly behaves: 'well' | 'hangs' | 'fails' }
  /** The second line of authkeys is changed and the daemon told to read it (SIGHUP). */
  | { readonly type: 'key'; readonly node: NodeId; readonly key: string }
  /** Nodes send numbered messages through their FIFO for so long; each must arrive exactly once at the other. */
  | { readonly type: 'count'; readonly duration: number; readonly interval: number }
  /** Somebody gives a node an address by hand, or takes it away, for so long; to see that the checker sees it. */
  | {
      readonly type: 'tamper';
      readonly node: NodeId;
      readonly action: 'give' | 'take';
      readonly address: string;
      readonly duration: number;
    }
  /** Nothing is done. */
  | { readonly type: 'wait'; readonly duration: number };

/**
 * Who serves the addresses, in their order: `lb1 lb2`; `?` is exactly one node, `-` nobody, `*` anything, and
 * `lb1+lb2` both (where the nodes do not hear each other). Different for some pairings where the reference says so.
 */
export type Owners = string | (Readonly<Partial<Record<Pairing, End>>> & { readonly otherwise: string });

/** Another end of a step, which one pairing comes to. */
export interface End {
  readonly owners: string;
  /** The known behaviour that leads there, e.g. `heartbeat reference 5.5`; absent: it is as good as the usual end. */
  readonly because?: string;
}

/** The end that one pairing should come to; with a reason when it is not the one that a cluster should come to. */
export const endFor = (owners: Owners, pairing: Pairing): End => {
  if (typeof owners === 'string') return { owners };
  return owners[pairing] ?? { owners: owners.otherwise };
};

/** A rule that the checker holds every step to. */
export type Rule =
  /** How long no answer came from an address that was served before. */
  | 'gap'
  /** How long an address had two owners while the nodes heard each other. */
  | 'double'
  /** Whether the end that the step expects came in time. */
  | 'end';

/** Why certain pairings may break a rule, up to so many milliseconds: always a known behaviour with its reference. */
export interface Allowance {
  readonly rule: Rule;
  readonly upTo: number;
  readonly pairings: readonly Pairing[];
  /** E.g. `heartbeat reference 5.7`. */
  readonly because: string;
}

export interface Step {
  readonly fault: Fault;
  /** Absent: as after the step before. */
  readonly then?: Owners;
  /** Observe at least so long before the end is looked for: what must not happen needs time not to happen in. */
  readonly watch?: number;
  /** No address may change hands at all. */
  readonly still?: boolean;
  readonly allow?: readonly Allowance[];
  /** Do not wait until every daemon says that it is at rest (one of them is cut off, stopped or hangs). */
  readonly restless?: boolean;
}

export interface Scenario {
  /** What happens, in words; patterns of the command line look into it. */
  readonly name: string;
  readonly failback: 'on' | 'off';
  /**
   * `one`: bcast on eth0. `wire`: bcast on eth1, so that clients reach a node that no other node reaches. `two`: both,
   * mcast on eth1. `relay`: ucast on eth1, through a relay that can delay packets. Default `one`.
   */
  readonly links?: 'one' | 'wire' | 'two' | 'relay';
  readonly nodes?: readonly NodeId[];
  /** Lines of ha.cf in place of those of the same name, e.g. `deadtime 3`. */
  readonly haCf?: readonly string[];
  /** /etc/ha.d/ha-suite.ini of the nodes of ours; none when left out. */
  readonly suiteIni?: string;
  readonly haresources?: string;
  readonly smallDisk?: boolean;
  readonly ownClock?: boolean;
  readonly steps: readonly Step[];
  /** Texts that must not stand in any log of the run, e.g. `is dead`. */
  readonly neverLogged?: readonly (string | { readonly text: string; readonly pairings: readonly Pairing[] })[];
  /** Pairings it makes sense in; absent: all. */
  readonly pairings?: readonly Pairing[];
}
