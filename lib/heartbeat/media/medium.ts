/** What every communication path looks like to the daemon once it is open (heartbeat reference 3.9). */
import type { Log } from '../../log.js';
import type { BindToDevice } from '../../platform/udp.js';

/** What opening a medium needs from outside. */
export interface MediumContext {
  readonly log: Log;
  readonly bindToDevice: BindToDevice;
  /** A datagram has arrived. */
  readonly onPacket: (data: Buffer) => void;
  /** The medium has failed by itself and wants to be opened anew. */
  readonly onBroken: (reason: string) => void;
}

export interface OpenMedium {
  /** Kind and name as genuine prints them, e.g. `bcast eth0`. */
  readonly title: string;
  /** The line for the log when it is open. */
  readonly started: string;
  /** Rejects with the system's error. */
  readonly send: (packet: Uint8Array) => Promise<void>;
  /** Whether it still hangs on the device it was opened on; false: open it anew. Cheap, asked about once a second. */
  readonly isIntact: () => boolean;
  readonly close: () => Promise<void>;
}

/** Why a medium cannot be opened; the messages are the genuine lines, the most specific first. */
export class MediumError extends Error {
  readonly code = 'medium/cannot-open';
  constructor(readonly messages: readonly string[]) {
    super(messages.join('; '));
  }
}

/** The device part of an alias such as eth0:0: what a socket can be tied to. */
export const realDevice = (device: string): string => device.replace(/:.*$/, '');
