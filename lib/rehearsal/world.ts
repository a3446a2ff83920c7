/** What a simulated cluster is made of, and what can be known of it. */
import type { ClusterSettings } from '../heartbeat/cluster/interface.js';
import type { Message } from '../heartbeat/wire/message.js';
import type { MakeHost } from './host.js';
import type { Network } from './wires.js';

/** A device that answers after `time` milliseconds and has failed `failures` times before it resets a node. */
export interface Fencing {
  readonly time: number;
  readonly failures: number;
}

/** A group of haresources. */
export interface SimulatedGroup {
  readonly id: string;
  /** The node that it prefers. */
  readonly node: string;
  /** Its first resource word: what legacy mode calls it by. */
  readonly key: string;
}

/** When a job is over, and when the addresses of each group come or go; milliseconds from its begin. */
export interface Course {
  readonly total: number;
  readonly addresses: ReadonlyMap<string, number>;
  /** When programs that the groups start are up, or are told to end. */
  readonly programs?: ReadonlyMap<string, number>;
  /** Groups that could not be started, and when what had come of them goes again. */
  readonly failure?: Pick<Course, 'addresses' | 'programs'> & { readonly groups: ReadonlySet<string> };
  /** What is logged on the way. */
  readonly said?: readonly { readonly at: number; readonly text: string }[];
}

/** Who plays what runs on the machines beside heartbeat. */
export interface Onlooker {
  /** Heartbeat starts on a node, and with it whatever starts at boot. */
  readonly booted: (node: string) => void;
  /** A node has lost power or was reset: nothing runs there any more. */
  readonly dark: (node: string) => void;
  /** A program of `course` has been started, or is told to end. */
  readonly program: (node: string, program: string, runs: boolean) => void;
}

export interface SimulationOptions {
  readonly seed: number;
  readonly nodes?: readonly string[];
  readonly links?: readonly string[];
  readonly network?: Partial<Network>;
  readonly settings?: Partial<ClusterSettings> | ((self: string) => Partial<ClusterSettings>);
  /** One for each node, named after it, where nothing is said. */
  readonly groups?: readonly SimulatedGroup[];
  /** How long one job takes, at most. */
  readonly jobTime?: number;
  /** The course of a job with these groups, to the millisecond; in place of `jobTime`. */
  readonly course?: (action: 'acquire' | 'release', groups: readonly string[], node: string) => Course;
  /** Keep what was sent and asked for; a long run of which only the outcome counts does without. Default: yes. */
  readonly records?: boolean;
  /** What the fencing device of every node is like; none where nothing is said. */
  readonly fencing?: Fencing;
  readonly onlooker?: Onlooker;
  /** Which implementation runs on a node; ours where nothing is said. */
  readonly hosts?: Readonly<Record<string, MakeHost>>;
}

export interface LogLine {
  readonly at: number;
  readonly node: string;
  readonly text: string;
}

export interface Traffic {
  readonly at: number;
  readonly node: string;
  readonly message: Message;
}
