/** A client of the daemon as its users see it, whatever carries the messages (heartbeat reference 7.1 and 7.2). */
import type { Message } from '../wire/message.js';

export interface ApiClient {
  /** The answer to the sign-on, with what it tells about the daemon. */
  readonly signOn: Message;
  /** Sends a request and resolves with its answers (a list has several); undefined when the daemon went away. */
  readonly ask: (reqtype: string, fields?: Readonly<Record<string, string>>) => Promise<readonly Message[] | undefined>;
  /**
   * Sends a request that may be answered by a message of the cluster of type `type`, or not at all. Resolves with that
   * message or the answer, whichever comes first within `timeout` milliseconds.
   */
  readonly askCluster: (
    reqtype: string,
    fields: Readonly<Record<string, string>>,
    type: string,
    timeout: number,
  ) => Promise<Message | undefined>;
  /** Sends a message to the clients of our name on all nodes, or on the node `dest`; only named clients may. */
  readonly send: (message: Message) => void;
  /** From here on every message that is no answer goes to `listener`, those that have come so far at once. */
  readonly listen: (listener: (message: Message) => void) => void;
  /** Resolves when the connection is over, whoever ended it. */
  readonly ended: Promise<void>;
  /** Signs off. */
  readonly close: () => void;
}

export type Connected =
  | { readonly state: 'signed on'; readonly client: ApiClient }
  | { readonly state: 'refused'; readonly reason: string }
  /** Nobody listens. */
  | { readonly state: 'stopped' };
