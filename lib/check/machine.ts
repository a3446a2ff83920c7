/** What a check must know of the machine that the files are for: asked once, answered as data, so that rules stay pure. */
import type { ResourceFacts } from '../agents/resource-advice.js';
import type { EngineChoice, EngineName } from '../config/suite.js';
import type { Environment, FileFacts } from '../heartbeat/config/environment.js';
import type { Facts as DirectorFacts, Needs } from '../ldirectord/config/facts.js';
import type { AddressEntry } from '../platform/address-entry.js';
import type { Route } from '../platform/routes.js';

/** What the files make a check ask about. */
export interface Questions {
  /** The text of every ha.cf: its devices, hosts and files. */
  readonly haCf: string;
  /** What every ldirectord.cf names, and further host names. */
  readonly director: Needs;
  /** Paths, and names of programs to be looked for where programs usually are. */
  readonly files: readonly string[];
  /** Kernel settings, as sysctl(8) calls them. */
  readonly settings: readonly string[];
  /** `[ipvs] engine` of ha-suite.ini. */
  readonly engine: EngineChoice;
}

/** What stands at a path. */
export interface FileStatus extends FileFacts {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
}

/** A file with its whole text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The answers. */
export interface Machine {
  readonly environment: Environment;
  /** Scripts and devices that haresources may name. */
  readonly resources: ResourceFacts;
  readonly director: DirectorFacts;
  readonly addresses: readonly AddressEntry[];
  readonly routes: readonly Route[];
  /** By the words of the questions; what is not there is not in the map. */
  readonly files: ReadonlyMap<string, FileStatus>;
  /** Values by name; a setting that this kernel does not have is not in the map. */
  readonly settings: ReadonlyMap<string, string>;
  /** Settings that do not keep an address on a loopback device secret, as `arp_ignore=0`. */
  readonly openArp: readonly string[];
  /** What configures the network at boot. */
  readonly networkFiles: readonly TextFile[];
  /** The engine that ldirectord would use. */
  readonly engine: EngineName;
  /** The user who asks. */
  readonly uid: number | undefined;
}
