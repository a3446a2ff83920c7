/** What the heartbeat daemon knows from ha.cf, authkeys and haresources, with the place of everything in its file. */
import type { Located } from '../../config/diagnostic.js';
import type { Millis } from '../../time.js';

/** One communication path (heartbeat reference 2.2 and 3.9). `name` is the link name shown by cl_status and logs. */
export type Medium =
  | { readonly kind: 'bcast'; readonly name: string; readonly device: string; readonly port: number }
  | {
      readonly kind: 'mcast' | 'mcast6';
      readonly name: string;
      readonly device: string;
      readonly group: string;
      readonly port: number;
      readonly ttl: number;
      readonly loop: boolean;
    }
  | {
      readonly kind: 'ucast' | 'ucast6';
      readonly name: string;
      readonly device: string;
      readonly peer: string;
      readonly port: number;
    }
  | { readonly kind: 'serial'; readonly name: string; readonly device: string; readonly baud: number }
  | { readonly kind: 'ping' | 'ping6'; readonly name: string; readonly host: string }
  | { readonly kind: 'ping_group'; readonly name: string; readonly hosts: readonly string[] };

/** A program to keep running beside the daemon (respawn, failfast). */
export interface ClientCommand {
  readonly kind: 'respawn' | 'failfast';
  readonly user: string;
  readonly command: string;
}

/** What resets dead nodes: a plugin of cluster-glue, set up by a file or by parameters (stonith, stonith_host). */
export type FencingDevice =
  | { readonly type: string; readonly file: string }
  | { readonly type: string; readonly file?: undefined; readonly parameters: string };

/** An apiauth line: a client is authorised when its uid or its gid is listed (names or numbers as written). */
export interface ApiAuth {
  readonly client: string;
  readonly uids: readonly string[];
  readonly gids: readonly string[];
}

export type AutoFailback = 'on' | 'off' | 'legacy';

/** ha.cf with all defaults applied (heartbeat reference 2.2, 2.3). */
export interface HaConfig {
  /** Lower-cased names in the order of the file, without ping nodes. */
  readonly nodes: readonly Located<string>[];
  readonly media: readonly Located<Medium>[];
  readonly keepalive: Millis;
  readonly deadtime: Millis;
  readonly warntime: Millis;
  readonly initdead: Millis;
  readonly deadping: Millis;
  readonly udpPort: number;
  readonly autoFailback: AutoFailback;
  readonly hopfudge: number;
  readonly messageFormat: 'classic' | 'netstring';
  /** Which messages are packed before they are sent; the threshold in bytes. */
  readonly compression: {
    readonly algorithm: 'zlib' | 'bz2';
    readonly threshold: number;
    readonly traditional: boolean;
  };
  readonly maxRexmitDelay: Millis;
  readonly generationMethod: 'file' | 'time';
  readonly logfile: string | undefined;
  readonly debugfile: string | undefined;
  readonly logfacility: string | undefined;
  readonly useLogd: boolean;
  readonly syslogFormat: boolean;
  readonly logBadPackets: boolean;
  readonly debug: number;
  readonly realtime: boolean;
  readonly realtimePriority: number | undefined;
  /** Whether the daemon and its children may leave core dumps. */
  readonly coreDumps?: boolean;
  readonly watchdog: string | undefined;
  /** The last one named for this node. */
  readonly fencing?: FencingDevice | undefined;
  readonly clients: readonly Located<ClientCommand>[];
  readonly apiAuth: readonly Located<ApiAuth>[];
  /** `env` directives: names without the HA_ prefix. */
  readonly environment: Readonly<Record<string, string>>;
  /** Values as `cl_status hbparameter -p NAME` prints them (heartbeat reference 2.2, "Rec"). */
  readonly parameters: Readonly<Record<string, string>>;
}

export type DigestMethod = 'crc' | 'md5' | 'sha1';

export interface AuthKey {
  /** 0 to 15. */
  readonly index: number;
  readonly method: DigestMethod;
  /** Empty for crc. One byte per character. */
  readonly key: string;
}

/** authkeys: the keys by index and the one that signs (heartbeat reference 2.5). */
export interface AuthKeys {
  readonly sign: AuthKey;
  readonly keys: ReadonlyMap<number, AuthKey>;
}

/** One resource of a group: a script name and its `::` arguments. A bare address is IPaddr (heartbeat reference 2.6). */
export interface ResourceSpec {
  /** As written in the file, e.g. `IPaddr2::192.168.0.105/24/eth0/192.168.0.255`. */
  readonly word: string;
  readonly agent: string;
  readonly args: readonly string[];
  readonly at: Located<string>['at'];
}

/** One logical line of haresources: the preferred node (lower-cased) and its resources in start order. */
export interface ResourceGroup {
  readonly node: string;
  readonly resources: readonly ResourceSpec[];
  readonly at: Located<string>['at'];
}
