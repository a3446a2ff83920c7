/** Tells of what the daemon does: events to the journal and to who listens, a snapshot to who asks. Decides nothing. */
import { readFileSync } from 'node:fs';
import type { Happening } from '../../events/event.js';
import { createEventStream } from '../../events/stream.js';
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { HEARTBEAT_SOCKET, openControlSocket } from '../../platform/control-socket.js';
import { errorText } from '../../platform/error-text.js';
import { HEARTBEAT_JOURNAL, openEventJournal } from '../../platform/event-journal.js';
import type { UnixServer } from '../../platform/unix-server.js';
import { happenings, type Observed } from '../cluster/happenings.js';
import type { ClusterEvent } from '../cluster/interface.js';
import { snapshot } from '../cluster/snapshot.js';
import type { ClusterState } from '../cluster/state.js';
import type { Configuration } from '../config/configuration.js';
import { directiveLines } from '../config/directive-lines.js';
import { type HeartbeatSnapshot, heartbeatSnapshot, subjectOf } from '../snapshot.js';
import { HA_CF } from './files/config-files.js';

export interface Observer {
  /** A life begins with this configuration. */
  readonly begin: (loaded: Configuration) => void;
  readonly stepped: (before: ClusterState, after: ClusterState, event: ClusterEvent) => void;
  readonly tell: (happening: Happening) => void;
  /** The last event; then nobody is answered any more. */
  readonly close: () => Promise<void>;
}

export interface ObserverPlaces {
  readonly socket: string;
  readonly journal: string;
}

const PLACES: ObserverPlaces = { socket: HEARTBEAT_SOCKET, journal: HEARTBEAT_JOURNAL };

const linesOfHaCf = (): ReadonlyMap<string, number> => {
  try {
    return directiveLines(readFileSync(HA_CF, 'latin1'));
  } catch {
    return new Map();
  }
};

/** Opens everything in the background. Never throws: without it the daemon only tells less. */
export const openObserver = (node: string, log: Log, places: ObserverPlaces = PLACES): Observer => {
  const started = now().wall;
  const stream = createEventStream({ node, program: 'heartbeat', instance: '', run: started }, now);
  const journal = openEventJournal(places.journal, log);
  const since = new Map<string, number>();
  let state: ClusterState | undefined;
  let groups: Configuration['groups'] = [];
  let lines: ReadonlyMap<string, number> = new Map();
  let late: HeartbeatSnapshot['late'] = null;
  stream.listen(journal.keep);

  const tell = (happening: Happening): void => {
    const subject = subjectOf(happening);
    if (subject !== undefined) since.set(subject, now().wall);
    if (happening.type === 'late') late = { duration: Math.round(happening.duration), at: now().wall };
    stream.emit(happening);
  };
  /** Which line decided it; without one the default did. */
  const placed = ({ directive, ...happening }: Observed): Happening => {
    if (directive === undefined) return happening;
    const line = lines.get(directive);
    const decidedBy = line === undefined ? `the default of ${directive}` : `${HA_CF}:${line} (${directive})`;
    return { ...happening, decidedBy };
  };

  const socket: Promise<UnixServer | undefined> = openControlSocket(places.socket, {
    snapshot: () =>
      heartbeatSnapshot({
        ...{ node, pid: process.pid, started, wall: now().wall, groups, since, late },
        cluster: state === undefined ? undefined : snapshot(state, now()),
      }),
    events: stream,
  }).catch((error: unknown) => {
    log('WARN', `No control socket: ${places.socket}: ${errorText(error)}`);
    return undefined;
  });

  return {
    begin: (loaded) => {
      groups = loaded.groups;
      lines = linesOfHaCf();
      state = undefined;
      tell({ type: 'config', change: 'in force', file: HA_CF });
    },
    stepped: (before, after, event) => {
      state = after;
      for (const happening of happenings(before, after, event, now().mono)) tell(placed(happening));
    },
    tell,
    close: async () => {
      tell({ type: 'daemon', change: 'stopped' });
      stream.flush();
      await journal.close();
      await (await socket)?.close();
    },
  };
};
