/** Tells of what the daemon does: events to the journal and to who listens, a snapshot to who asks. Decides nothing. */
import { readFileSync } from 'node:fs';
import type { Happening } from '../../events/event.js';
import type { Log } from '../../log.js';
import { now } from '../../platform/clock.js';
import { HEARTBEAT_SOCKET } from '../../platform/control-socket.js';
import { HEARTBEAT_JOURNAL } from '../../platform/event-journal.js';
import { openTelling } from '../../platform/telling.js';
import type { Now } from '../../time.js';
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
  /** `at`: the instant of the step, by which the machine has decided. */
  readonly stepped: (before: ClusterState, after: ClusterState, event: ClusterEvent, at: Now) => void;
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
  const since = new Map<string, number>();
  let state: ClusterState | undefined;
  let groups: Configuration['groups'] = [];
  let lines: ReadonlyMap<string, number> = new Map();
  let late: HeartbeatSnapshot['late'] = null;
  const telling = openTelling({
    who: { node, program: 'heartbeat', instance: '', run: started },
    ...places,
    snapshot: () =>
      heartbeatSnapshot({
        ...{ node, pid: process.pid, started, wall: now().wall, groups, since, late },
        cluster: state === undefined ? undefined : snapshot(state, now()),
      }),
    without: 'control socket',
    log,
  });
  void telling.listen();

  const tell = (happening: Happening): void => {
    const subject = subjectOf(happening);
    if (subject !== undefined) since.set(subject, now().wall);
    if (happening.type === 'late') late = { duration: Math.round(happening.duration), at: now().wall };
    telling.tell(happening);
  };
  /** Which line decided it; without one the default did. */
  const placed = ({ directive, ...happening }: Observed): Happening => {
    if (directive === undefined) return happening;
    const line = lines.get(directive);
    const decidedBy = line === undefined ? `the default of ${directive}` : `${HA_CF}:${line} (${directive})`;
    return { ...happening, decidedBy };
  };

  return {
    begin: (loaded) => {
      groups = loaded.groups;
      lines = linesOfHaCf();
      state = undefined;
      tell({ type: 'config', change: 'in force', file: HA_CF });
    },
    stepped: (before, after, event, at) => {
      state = after;
      for (const happening of happenings(before, after, event, at.mono)) tell(placed(happening));
    },
    tell,
    close: () => {
      tell({ type: 'daemon', change: 'stopped' });
      return telling.close();
    },
  };
};
