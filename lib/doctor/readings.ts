/** What `ha doctor` knows of the running system: taken once, as data, so that what follows from it stays pure. */
import type { MachineStatus } from '../ha/status/status.js';
import type { Table } from '../ipvs/model.js';
import type { AddressEntry } from '../platform/address-entry.js';
import type { ListeningSocket } from '../platform/listeners.js';
import type { Route } from '../platform/routes.js';

export interface Space {
  readonly path: string;
  /** Bytes, for everybody but root; and what the file system has altogether. */
  readonly free: number;
  readonly size: number;
}

export interface Readings {
  /** What the daemons say. */
  readonly status: MachineStatus;
  readonly addresses: readonly AddressEntry[];
  readonly routes: readonly Route[];
  /** Kernel settings by name; one that this kernel does not have is not in the map. */
  readonly settings: ReadonlyMap<string, string>;
  /** Settings that do not keep an address on a loopback device secret, as `arp_ignore=0`. */
  readonly openArp: readonly string[];
  /** The table of the engine that ldirectord uses; or why it cannot be read. Undefined: no ldirectord runs. */
  readonly table: Table | string | undefined;
  /** TCP only. */
  readonly listeners: readonly ListeningSocket[];
  /** Whether something that keeps this machine's clock right has left its mark. */
  readonly clockKept: boolean;
  readonly spaces: readonly Space[];
}

/** `good`: looked at, and well. */
export interface Symptom {
  readonly severity: 'good' | 'doubtful' | 'bad';
  /** `doctor/...`, for programs. */
  readonly code: `doctor/${string}`;
  readonly message: string;
  /** Why it matters, and what to do; empty when it is good. */
  readonly why: string;
  readonly fix: string;
}

/** Looks at one thing. Never throws. */
export type Rule = (readings: Readings) => readonly Symptom[];

export const good = (code: Symptom['code'], message: string): Symptom => ({
  ...{ severity: 'good', code, message, why: '', fix: '' },
});

export const doubtful = (code: Symptom['code'], message: string, why: string, fix: string): Symptom => ({
  ...{ severity: 'doubtful', code, message, why, fix },
});

export const bad = (code: Symptom['code'], message: string, why: string, fix: string): Symptom => ({
  ...{ severity: 'bad', code, message, why, fix },
});
