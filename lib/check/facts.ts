/** All files of a cluster as they were read, and the machine: what every rule of `ha check` looks at. */
import type { Diagnostic, Position } from '../config/diagnostic.js';
import type { Source } from '../config/source.js';
import type { SuiteConfig } from '../config/suite.js';
import type { AuthKeys, HaConfig, ResourceGroup, ResourceSpec } from '../heartbeat/config/model.js';
import type { DirectorConfig } from '../ldirectord/config/model.js';
import type { Machine } from './machine.js';
import type { ToldFiles } from './told.js';

/** The files of heartbeat, as far as they could be read. */
export interface HeartbeatFiles {
  readonly paths: { readonly haCf: string; readonly authKeys: string; readonly haResources: string };
  readonly config: HaConfig;
  readonly groups: readonly ResourceGroup[];
  /** Undefined: there is no key to sign with. */
  readonly keys: AuthKeys | undefined;
  /** Where the key of each number stands in authkeys. */
  readonly keyPlaces: ReadonlyMap<number, Position>;
}

/** One ldirectord.cf. */
export interface DirectorFile {
  readonly path: string;
  /** What haresources calls it; `ldirectord.cf` also when it names none. */
  readonly word: string;
  readonly config: DirectorConfig;
}

/** An ldirectord of haresources whose file is nowhere. */
export interface LostDirector {
  readonly resource: ResourceSpec;
  readonly tried: readonly string[];
  /** A file that is there and was probably meant. */
  readonly suggestion: string | undefined;
}

/** The files of the other node; whatever could not be read is undefined. */
export interface PeerFiles {
  readonly dir: string;
  /** Names of files that this node has and that are not in the folder. */
  readonly missing: readonly string[];
  readonly haCf: { readonly path: string; readonly config: HaConfig } | undefined;
  readonly groups: readonly ResourceGroup[] | undefined;
  readonly haResources: string;
  readonly authKeys: string;
  readonly keys: AuthKeys | undefined;
  readonly keyPlaces: ReadonlyMap<number, Position>;
  readonly directors: readonly DirectorFile[];
}

/** What has been read of one node, and of the other. */
export interface Facts {
  readonly dir: string;
  /** The lines of the files, by path; never those of authkeys, which are secret. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Undefined where ldirectord runs without heartbeat. */
  readonly heartbeat: HeartbeatFiles | undefined;
  readonly suite: { readonly path: string; readonly config: SuiteConfig };
  readonly directors: readonly DirectorFile[];
  readonly lostDirectors: readonly LostDirector[];
  readonly machine: Machine;
  readonly peer: PeerFiles | undefined;
  /** What the running heartbeat knows of the files of the other node; undefined: it was not asked. */
  readonly told?: ToldFiles | undefined;
}

/** Looks at everything and says what it finds; never throws. */
export type Rule = (facts: Facts) => readonly Diagnostic[];

/** A rule for nodes with heartbeat. */
export const forHeartbeat =
  (rule: (heartbeat: HeartbeatFiles, facts: Facts) => readonly Diagnostic[]): Rule =>
  (facts) =>
    facts.heartbeat === undefined ? [] : rule(facts.heartbeat, facts);
