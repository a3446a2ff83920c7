/** What `ha drain` and its sisters are given besides `World`: the configuration, the maintenance directory, the table, clocks. */
import type { Diagnostic } from '../../config/diagnostic.js';
import type { Load } from '../../ipvs/grammar/listing.js';
import type { Millis, Now } from '../../time.js';
import type { DirectorConfig } from '../config/model.js';
import type { Names } from './whom.js';

export interface Loaded {
  readonly path: string;
  readonly config: DirectorConfig;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of addresses as the file spells them, and those of /etc/hosts. */
  readonly names: Names;
}

/** Why a file could not be written or removed. */
export interface Refusal {
  readonly problem: string;
}

/** `other`: genuine, or of an earlier version, so that a drain is a file as any other for it. */
export type Daemon = 'current' | 'other' | 'none';

/**
 * Whether clients of a persistent virtual go on to a server of weight 0 that they know: always (the nft engine), unless
 * the kernel is told otherwise, or not, because it was.
 */
export type Persistence = 'always' | 'by default' | 'ended';

export interface DrainTools {
  /** Reads the ldirectord.cf that a word means, as ldirectord-ts finds it; undefined: there is none. */
  readonly load: (word: string | undefined) => Promise<Loaded | undefined>;
  /** The daemon that runs for a configuration, given the word and the path that was found for it. */
  readonly daemon: (word: string | undefined, path: string) => Promise<Daemon>;
  /** Addresses of a host name; empty: nobody knows it. */
  readonly addressesOf: (name: string) => Promise<readonly string[]>;
  /** Names of addresses as the daemon asks for them. */
  readonly hostsOf: (addresses: readonly string[]) => Promise<Names>;
  readonly port: (name: string) => number | undefined;
  /** The small files of a folder by name; undefined: there is no such folder. */
  readonly files: (folder: string) => Promise<ReadonlyMap<string, string> | Refusal | undefined>;
  readonly makeFolder: (folder: string) => Refusal | undefined;
  readonly write: (path: string, text: string) => Refusal | undefined;
  readonly remove: (path: string) => Refusal | undefined;
  /** The connections of every destination in the table; rejects with a reason for people. */
  readonly loads: () => Promise<readonly Load[]>;
  readonly persistence: () => Promise<Persistence>;
  readonly user: () => string;
  readonly now: () => Now;
  /** Resolves after so long, or early when the signal is aborted. */
  readonly sleep: (time: Millis, signal: AbortSignal) => Promise<void>;
  /** Standard output is a terminal, where a line can be written over. */
  readonly isTerminal: boolean;
}
