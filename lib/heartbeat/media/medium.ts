/** What every communication path looks like to the daemon once it is open (heartbeat reference 3.9). */
import type { Log } from '../../log.js';
import type { BindToDevice } from '../../platform/udp.js';

/** What opening a medium needs from outside. */
export interface MediumContext {
  readonly log: Log;
  readonly bindToDevice: BindToDevice;
  /** A packet has arrived; `from` is the address it came from, where the medium has such a thing. */
  readonly onPacket: (data: Uint8Array, from?: string) => void;
  /** The medium has failed by itself and wants to be opened anew. */
  readonly onBroken: (reason: string) => void;
}

/** One message as it goes out; the text form is made only when a medium wants it. */
export interface Outgoing {
  /** Netstring form, packed where the configuration says so: UDP. */
  readonly netstring: Uint8Array;
  /** Signed text form: serial lines. */
  readonly text: () => Uint8Array;
  /** It may be long and is not urgent: no serial line has room for it. */
  readonly bulky?: boolean;
}

export interface OpenMedium {
  /** Kind and name as genuine prints them, e.g. `bcast eth0`. */
  readonly title: string;
  /** The lines for the log when it is open. */
  readonly started: readonly string[];
  /** Rejects with the system's error, or with a {@link TooLarge}. */
  readonly send: (packet: Outgoing) => Promise<void>;
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

/** The message does not fit into this medium, however healthy that is. */
export class TooLarge extends Error {
  readonly code = 'medium/too-large';
  constructor(size: number, limit: number) {
    super(`Message too long: ${size} bytes, at most ${limit} fit`);
  }
}
