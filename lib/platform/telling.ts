/** How a daemon tells of what it does: events to its journal and to who listens, a snapshot to who asks. */
import type { Happening, Stamp } from '../events/event.js';
import { createEventStream } from '../events/stream.js';
import type { Log } from '../log.js';
import { now } from './clock.js';
import { openControlSocket } from './control-socket.js';
import { errorText } from './error-text.js';
import { openEventJournal } from './event-journal.js';
import type { UnixServer } from './unix-server.js';

export interface TellingOptions {
  readonly who: Pick<Stamp, 'node' | 'program' | 'instance' | 'run'>;
  /** The paths of the control socket and of the journal. */
  readonly socket: string;
  readonly journal: string;
  /** What is now, or a promise of it that is never broken; asked for when somebody asks. */
  readonly snapshot: () => unknown;
  /** The same in short, as one line for the other node; absent: there is none. */
  readonly summary?: () => Promise<string>;
  /** What is missing without the socket, as the log names it. */
  readonly without: string;
  readonly log: Log;
}

export interface Telling {
  readonly tell: (happening: Happening) => void;
  /** Opens the control socket. Never rejects. */
  readonly listen: () => Promise<void>;
  /** Nobody is answered any more, and what was told is on its way to the disk. */
  readonly close: () => Promise<void>;
}

/** Opens the journal. Never throws: without it the daemon only tells less. */
export const openTelling = (options: TellingOptions): Telling => {
  const { who, socket, journal: path, snapshot, summary, without, log } = options;
  const stream = createEventStream(who, now);
  const journal = openEventJournal(path, log);
  let server: Promise<UnixServer | undefined> | undefined;
  stream.listen(journal.keep);
  return {
    tell: stream.emit,
    listen: async () => {
      server = openControlSocket(socket, { snapshot, summary, events: stream }).catch((error: unknown) => {
        log('WARN', `No ${without}: ${socket}: ${errorText(error)}`);
        return undefined;
      });
      await server;
    },
    close: async () => {
      stream.flush();
      await Promise.all([journal.close(), server?.then((opened) => opened?.close())]);
    },
  };
};
