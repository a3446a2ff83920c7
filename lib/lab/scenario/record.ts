/** What was seen from outside while a scenario played. All instants are wall-clock milliseconds. Only data. */
import type { Answer } from '../answer-watch.js';
import type { OwnershipChange } from '../ownership.js';
import type { Allowance } from './model.js';

/** A heartbeat packet that reached a host. */
export interface Heard {
  readonly at: number;
  readonly by: string;
  /** The node that sent it; absent when that cannot be seen (it came through a relay). */
  readonly from?: string;
}

/** A time in which the nodes did not all hear each other. */
export interface Apart {
  readonly from: number;
  /** When the last obstacle was taken away; absent: never. */
  readonly healed?: number;
  /** The node that was silent: it is over when a packet of this one is heard. Absent: a packet of any. */
  readonly voice?: string;
}

/** What a step may cost, in milliseconds. */
export interface Limits {
  /** Without an answer, for an address that answered before. */
  readonly gap: number;
  /** What `gap` may take longer when the survivor itself stood still and therefore waits for fresh evidence. */
  readonly evidence: number;
  /** Two owners while the nodes hear each other, counted from the first packet heard. */
  readonly double: number;
  /** From the begin of the step to the first answer of an address that did not answer before. */
  readonly first: number;
  /** From the moment that the fault is done, and watched, until everything is as expected and at rest. */
  readonly end: number;
}

/** One step, with the time up to the next one. */
export interface Phase {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** How long it took until the expected end; absent when it did not come. */
  readonly took?: number;
  /** Owners of the addresses in the end (see `Owners`). */
  readonly expected: string;
  /** Why this end is expected although a cluster should come to another one. */
  readonly because?: string;
  /** Whether no address may change hands in it. */
  readonly still: boolean;
  /** How busy the machine was with other things (see `slowness`). */
  readonly slowness: number;
  readonly limits: Limits;
  readonly allow: readonly Allowance[];
}

export interface AddressRecord {
  readonly address: string;
  readonly changes: readonly OwnershipChange[];
  /** Ascending. */
  readonly answers: readonly Answer[];
}

export interface Observations {
  readonly addresses: readonly AddressRecord[];
  /**
   * When a host answered that no fault ever befalls, ascending: where even this one did not, the machine under the lab
   * stood still, and the cluster is not blamed for it.
   */
  readonly control: readonly number[];
  /** Ascending. */
  readonly heard: readonly Heard[];
  readonly apart: readonly Apart[];
  readonly phases: readonly Phase[];
}
