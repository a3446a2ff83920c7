/** The socket for local clients (heartbeat reference 7.1). */
import type { Log } from '../../log.js';
import type { Configuration } from '../config/configuration.js';
import type { ClientPort } from '../daemon.js';
import type { Message } from '../wire/message.js';
import type { Engine } from './engine.js';

export interface ClientPortOptions {
  readonly loaded: Configuration;
  readonly log: Log;
  readonly engine: Engine;
  readonly submit: (message: Message) => void;
  readonly runFolder: string;
}

/** Opens the socket. */
export const openClientPort = async (_options: ClientPortOptions): Promise<ClientPort> => ({
  deliver: () => {},
  close: async () => {},
});
