/**
 * What a node tells the other node of itself: who it is connected to, what it holds, what its ldirectords see, and which
 * configuration files it has. Condensed, so that it fits into one message of the cluster.
 *
 * Instants are told as ages, in milliseconds, because the clocks of two nodes differ.
 */
import type { RealState } from '../ldirectord/live-status.js';

/** No report is longer on the wire, in bytes. */
export const MAX_REPORT = 16 << 10;
/** No text in it is longer, in characters; longer ones are cut. */
export const MAX_WORD = 256;

/** Milliseconds since something happened; null: never, or not known. */
export type Age = number | null;

/** How the node hears another one. */
export interface LinkReport {
  readonly node: string;
  readonly link: string;
  readonly status: 'up' | 'dead';
  readonly heardAge: Age;
}

/** A group of haresources that the node holds. */
export interface GroupReport {
  /** The node that has it when both are well. */
  readonly prefers: string;
  /** Its first resource. */
  readonly group: string;
  /** For how long what the node holds has been as it is. */
  readonly heldFor: Age;
}

/** Connections, as the table had them. */
export interface LoadReport {
  readonly active: number;
  readonly inactive: number;
  readonly readAge: Age;
}

export interface RealReport {
  readonly server: string;
  readonly state: RealState;
  readonly stateFor: Age;
  readonly weight: number;
  /** Layer and cause of the last check, `L7STATUS 503`; null: it succeeded, or there was none. */
  readonly cause: string | null;
  /** Null: it is not in the table, or that could not be read. */
  readonly connections: LoadReport | null;
}

export interface VirtualReport {
  /** `tcp:10.0.0.3:80`. */
  readonly id: string;
  /** How many real servers it has, and how many are up: also those that are left out below. */
  readonly total: number;
  readonly up: number;
  /** Whether the fallback stands in; null: there is none. */
  readonly fallback: boolean | null;
  readonly reals: readonly RealReport[];
}

/** One ldirectord of the node. */
export interface DirectorReport {
  /** The name of its configuration. */
  readonly name: string;
  /** Why nothing is known of it; null: it has answered. */
  readonly problem: string | null;
  readonly virtuals: readonly VirtualReport[];
  /** How many virtual services did not fit. */
  readonly virtualsLeft: number;
}

/** A configuration file: its name in /etc/ha.d, and its digest under the key of the cluster (see files.ts). */
export interface FileReport {
  readonly name: string;
  readonly digest: string;
}

/** How much did not fit. */
export interface LeftOut {
  readonly links: number;
  readonly groups: number;
  readonly directors: number;
  readonly files: number;
}

export const NOTHING_LEFT: LeftOut = { links: 0, groups: 0, directors: 0, files: 0 };

export interface NodeReport {
  /** Rises from one report to the next: of two that overtake each other, the newer counts. */
  readonly number: number;
  /** Name and version of what runs there. */
  readonly suite: string;
  readonly links: readonly LinkReport[];
  readonly groups: readonly GroupReport[];
  readonly directors: readonly DirectorReport[];
  /** The number of the key in authkeys that the digests are made with. */
  readonly key: number;
  readonly files: readonly FileReport[];
  readonly left: LeftOut;
}

const later = (age: Age, by: number): Age => (age === null ? null : age + by);

const realLater = (real: RealReport, by: number): RealReport => ({
  ...real,
  stateFor: later(real.stateFor, by),
  connections: real.connections === null ? null : { ...real.connections, readAge: later(real.connections.readAge, by) },
});

const directorLater = (director: DirectorReport, by: number): DirectorReport => ({
  ...director,
  virtuals: director.virtuals.map((virtual) => ({
    ...virtual,
    reals: virtual.reals.map((real) => realLater(real, by)),
  })),
});

/** The parts of a report with ages in them, as they are `by` milliseconds later if nothing has changed. */
export const aged = (
  { links, groups, directors }: Pick<NodeReport, 'links' | 'groups' | 'directors'>,
  by: number,
): Pick<NodeReport, 'links' | 'groups' | 'directors'> => ({
  links: links.map((link) => ({ ...link, heardAge: later(link.heardAge, by) })),
  groups: groups.map((group) => ({ ...group, heldFor: later(group.heldFor, by) })),
  directors: directors.map((director) => directorLater(director, by)),
});
