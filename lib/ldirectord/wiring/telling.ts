/** Wiring: tells of what the daemon does — events to the journal and to who listens, the live state to who asks. */
import { hostname } from 'node:os';
import type { Happening } from '../../events/event.js';
import { createEventStream } from '../../events/stream.js';
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { directorSocket, openControlSocket } from '../../platform/control-socket.js';
import { errorText } from '../../platform/error-text.js';
import { directorJournal, openEventJournal } from '../../platform/event-journal.js';
import type { UnixServer } from '../../platform/unix-server.js';

export interface Telling {
  readonly tell: (happening: Happening) => void;
  /** Opens the control socket. Never rejects. */
  readonly listen: () => Promise<void>;
  /** Nobody is answered any more, and what was told is on its way to the disk. */
  readonly close: () => Promise<void>;
}

/**
 * @param name of the configuration
 * @param snapshot the live state, asked for when somebody asks
 */
export const openTelling = (name: string, snapshot: () => unknown, log: Log): Telling => {
  const stream = createEventStream({ node: hostname(), program: 'ldirectord', instance: name, run: now().wall }, now);
  const journal = openEventJournal(directorJournal(name), log);
  let server: UnixServer | undefined;
  stream.listen(journal.keep);
  return {
    tell: stream.emit,
    listen: async () => {
      const path = directorSocket(name);
      server = await openControlSocket(path, { snapshot, events: stream }).catch((error: unknown) => {
        log('WARN', `No live status: ${path}: ${errorText(error)}`);
        return undefined;
      });
    },
    close: async () => {
      stream.flush();
      await Promise.all([server?.close(), journal.close()]);
    },
  };
};
