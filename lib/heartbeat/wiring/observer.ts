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
import { listenerOf, toldBy } from '../cluster/told.js';
import type { Configuration } from '../config/configuration.js';
import { directiveLines } from '../config/directive-lines.js';
import { type HeartbeatSnapshot, heartbeatSnapshot, type SnapshotScene, subjectOf } from '../snapshot.js';
import { HA_CF } from './files/config-files.js';

export interface Observer {
  /** A life begins with this configuration. */
  readonly begin: (loaded: Configuration) => void;
  /** `at`: the instant of the step, by which the machine has decided. */
  readonly stepped: (before: ClusterState, after: ClusterState, event: ClusterEvent, at: Now) => void;
  readonly tell: (happening: Happening) => void;
  /** What is now; undefined before the first step of a life. */
  readonly snapshot: () => HeartbeatSnapshot | undefined;
  /** Whom a report of this node is for now, another one in each of its lives; undefined: nobody. */
  readonly listener: () => string | undefined;
  /** Our configuration files as they are on the disk, and the keys in force. */
  readonly knowFiles: (files: SnapshotScene['files']) => void;
  /** Calls after whatever happens, until the answer is called. */
  readonly onHappening: (call: () => void) => () => void;
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
  let files: SnapshotScene['files'] = { digests: new Map(), keys: { keys: new Map() } };
  const calls = new Set<() => void>();
  const tellNow = (): HeartbeatSnapshot => {
    const at = now();
    return heartbeatSnapshot({
      ...{ node, pid: process.pid, started, wall: at.wall, groups, since, late, files },
      cluster: state === undefined ? undefined : snapshot(state, at),
      told: state === undefined ? undefined : toldBy(state, at),
    });
  };
  const telling = openTelling({
    who: { node, program: 'heartbeat', instance: '', run: started },
    ...places,
    snapshot: tellNow,
    without: 'control socket',
    log,
  });
  void telling.listen();

  const tell = (happening: Happening): void => {
    const subject = subjectOf(happening);
    if (subject !== undefined) since.set(subject, now().wall);
    if (happening.type === 'late') late = { duration: Math.round(happening.duration), at: now().wall };
    telling.tell(happening);
    for (const call of calls) call();
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
    snapshot: () => (state === undefined ? undefined : tellNow()),
    listener: () => {
      const name = state === undefined ? undefined : listenerOf(state);
      return name === undefined ? undefined : `${name} ${state?.nodes.get(name)?.generation}`;
    },
    knowFiles: (known) => {
      files = known;
    },
    onHappening: (call) => {
      calls.add(call);
      return () => calls.delete(call);
    },
    close: () => {
      tell({ type: 'daemon', change: 'stopped' });
      return telling.close();
    },
  };
};
