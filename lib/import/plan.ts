/** What the imported files ask for, before it is written as files of heartbeat and ldirectord. */
import type { Position } from '../config/diagnostic.js';
import type { ForwardMethod } from '../ipvs/model.js';

/** What the command line adds to the files. */
export interface ImportOptions {
  /** Names as `uname -n` prints them: the machine whose file it is, and the other one. */
  readonly node: string;
  readonly peer: string;
  /** Address of the other machine for `ucast`; undefined: multicast. */
  readonly peerIp: string | undefined;
  /** Where a haproxy.cfg alone is imported: the network interface of the heartbeats. */
  readonly device: string | undefined;
  /** Addresses for a haproxy that listens on all of them, `address[/prefix]`. */
  readonly addresses: readonly string[];
  /** What becomes of haproxy: `auto` keeps it when its file says what IPVS cannot do. */
  readonly haproxy: 'auto' | 'keep' | 'replace';
}

/** A line of a generated file with the place that it comes from. */
export interface Line {
  readonly text: string;
  readonly from: Position | undefined;
}

/** How the nodes hear each other. */
export interface ClusterPlan {
  /** Milliseconds. */
  readonly keepalive: number;
  readonly deadtime: number;
  readonly initdead: number | undefined;
  readonly timing: Position | undefined;
  readonly media: readonly Line[];
  readonly autoFailback: { readonly value: 'on' | 'off'; readonly from: Position | undefined };
  readonly key: { readonly method: 'sha1' | 'crc'; readonly text: string; readonly from: Position | undefined };
}

export interface GroupPlan {
  readonly name: string;
  /** The preferred node. */
  readonly node: string;
  readonly from: Position;
  /** Words of haresources in start order: the addresses, and what stands behind ldirectord. */
  readonly before: readonly Line[];
  readonly after: readonly Line[];
  /** The addresses among them, normalised. */
  readonly addresses: readonly string[];
}

export interface RealPlan {
  /** As ldirectord.cf writes it, IPv6 in brackets. */
  readonly host: string;
  /** 0: that of the virtual service. */
  readonly port: number;
  readonly method: ForwardMethod;
  readonly weight: number;
  readonly upper: number | undefined;
  readonly lower: number | undefined;
  /** Where they differ from those of the virtual service. */
  readonly texts: { readonly request: string; readonly receive: string } | undefined;
  readonly from: Position;
}

export interface VirtualPlan {
  readonly family: 'ipv4' | 'ipv6';
  /** `10.0.0.1:80`, `[2001:db8::1]:80`, or a firewall mark. */
  readonly target: string;
  /** The address of it, normalised; undefined: a mark. */
  readonly address: string | undefined;
  readonly reals: readonly RealPlan[];
  /** Directives by name, as they are written. */
  readonly directives: ReadonlyMap<string, string>;
  /** Seconds; undefined: whatever the others have. */
  readonly interval: number | undefined;
  readonly from: Position;
}

export interface MonitorPlan {
  readonly name: string;
  /** Keys by name, as they are written. */
  readonly keys: ReadonlyMap<string, string>;
  readonly from: Position;
}

export interface Plan {
  readonly cluster: ClusterPlan | undefined;
  readonly groups: readonly GroupPlan[];
  readonly virtuals: readonly VirtualPlan[];
  /** Global directives of ldirectord.cf, as lines. */
  readonly directorGlobals: readonly Line[];
  readonly monitors: readonly MonitorPlan[];
  /** Keys of `[announce]` in ha-suite.ini. */
  readonly announce: readonly Line[];
}

export const EMPTY_PLAN: Plan = {
  cluster: undefined,
  groups: [],
  virtuals: [],
  directorGlobals: [],
  monitors: [],
  announce: [],
};
