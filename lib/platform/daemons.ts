/** The daemons of ha-suite on this machine, as programs that are not daemons meet them: sockets and journals. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { HaEvent, Program } from '../events/event.js';
import { askControl, followControl } from './control-client.js';
import { CONTROL_FOLDER, HEARTBEAT_SOCKET } from './control-socket.js';
import { errorCode } from './error-code.js';
import { JOURNAL_FOLDER, readEventJournal } from './event-journal.js';

export interface DaemonName {
  readonly program: Program;
  /** The name of ldirectord's configuration; empty: heartbeat. */
  readonly instance: string;
  readonly socket: string;
}

const named = (socket: string): DaemonName | undefined => {
  const [, instance] = /\/ldirectord-([^/]*)\.sock$/.exec(socket) ?? [];
  if (instance !== undefined) return { program: 'ldirectord', instance, socket };
  return basename(socket) === basename(HEARTBEAT_SOCKET) ? { program: 'heartbeat', instance: '', socket } : undefined;
};

const filesIn = (folder: string): readonly string[] | string => {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return [];
    return code === 'EACCES'
      ? `${folder} is only for root and the group haclient`
      : `${folder} cannot be read: ${String(code)}`;
  }
};

/** The sockets that are there, heartbeat first, whether or not somebody answers; or why that cannot be seen. */
export const listDaemons = (folder = CONTROL_FOLDER): readonly DaemonName[] | string => {
  const files = filesIn(folder);
  if (typeof files === 'string') return files;
  return files.flatMap((file) => named(join(folder, file)) ?? []);
};

/** What all journals of this machine have kept, in the order in which it happened. */
export const pastEvents = (): readonly HaEvent[] => {
  const files = filesIn(JOURNAL_FOLDER);
  if (typeof files === 'string') return [];
  return files
    .filter((file) => file.endsWith('.events'))
    .flatMap((file) => readEventJournal(join(JOURNAL_FOLDER, file)))
    .toSorted((a, b) => a.wall - b.wall || a.run - b.run || a.seq - b.seq);
};

export interface Daemons {
  readonly list: () => ReturnType<typeof listDaemons>;
  readonly past: typeof pastEvents;
  readonly ask: typeof askControl;
  readonly follow: typeof followControl;
}

export const DAEMONS: Daemons = { list: () => listDaemons(), past: pastEvents, ask: askControl, follow: followControl };
