/** The live state of the daemon as `status --json` gives it: what it holds of every virtual and real server right now. */
import type { DaemonStatus, Virtual } from './config/model.js';
import { anyUp, type Director, healthOf, type Member } from './director.js';
import type { History } from './history.js';
import { type LookAtTable, placeKey } from './loads.js';
import type { MaintenanceNote } from './maintenance-note.js';
import { realName, serviceId, serviceName } from './names.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const STATUS_VERSION = 1;

/** `unknown`: not checked yet. `drained` and `maintenance`: a file in the maintenance directory says so. */
export type RealState = 'up' | 'down' | 'unknown' | 'maintenance' | 'drained';

/** What the file of a real server in maintenance says, as far as it does. */
export interface MaintenanceStatus {
  readonly since: string | null;
  readonly deadline: string | null;
  readonly by: string | null;
  readonly reason: string | null;
}

/** What the table holds of a real server. */
export interface TableEntry {
  /** Established; what IPVS calls active. */
  readonly active: number;
  /** Those that are ending or beginning, and all of udp. */
  readonly inactive: number;
  /** What counts now, while `weight` of the real server is what is configured. */
  readonly weight: number;
  readonly at: string;
}

export interface RealStatus {
  /** As configured: `192.168.0.1:80`. */
  readonly server: string;
  readonly state: RealState;
  /** When it came into that state. All times are ISO 8601, UTC. */
  readonly since: string | null;
  /** As configured; it counts while the state is up. */
  readonly weight: number;
  readonly method: string;
  /** Failures in a row so far, and how many take it out. */
  readonly failures: number;
  readonly failureCount: number;
  /** The engine does not take it although it is up: the log says why. */
  readonly refused: boolean;
  /** What is checked: `negotiate http`, `connect`. */
  readonly check: string;
  readonly lastCheck: {
    readonly at: string;
    readonly durationMs: number;
    readonly result: 'up' | 'down';
    /** Layer and cause, `L7STATUS 503`; null: it succeeded. */
    readonly cause: string | null;
  } | null;
  readonly lastFailure: { readonly at: string; readonly cause: string; readonly text: string } | null;
  /** Null: it is neither drained nor in maintenance. */
  readonly maintenance: MaintenanceStatus | null;
  /** Null: it is not in the table, or that could not be read (`LiveStatus.table`). Absent: an earlier version says this. */
  readonly connections?: TableEntry | null;
}

export interface FallbackStatus {
  readonly server: string;
  readonly method: string;
  /** It stands in, because no real server is up. */
  readonly active: boolean;
}

export interface VirtualStatus {
  /** `tcp:10.0.0.3:80`, `fwm:1`. */
  readonly id: string;
  /** `10.0.0.3:80`, or the mark. */
  readonly service: string;
  readonly protocol: string;
  readonly scheduler: string;
  readonly name: string | null;
  readonly up: number;
  readonly reals: readonly RealStatus[];
  readonly fallback: FallbackStatus | null;
}

/** When the table was read for `connections`, and why it could not be. */
export interface TableStatus {
  readonly at: string | null;
  readonly problem: string | null;
}

/** What the daemon says on its socket. */
export interface LiveStatus {
  readonly version: number;
  readonly pid: number;
  readonly config: string;
  readonly status: DaemonStatus;
  /** When the daemon started, when the configuration in force was read, and when this was written. */
  readonly started: string;
  readonly loaded: string;
  readonly written: string;
  readonly virtuals: readonly VirtualStatus[];
  /** Absent: an earlier version says this. */
  readonly table?: TableStatus;
}

export interface StatusScene {
  readonly director: Director;
  readonly history: History;
  readonly maintenanceOf: (member: Member) => MaintenanceNote | undefined;
  /** The last look at the table. */
  readonly look: LookAtTable;
  readonly status: DaemonStatus;
  readonly pid: number;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  readonly loadedAt: number;
  readonly wall: number;
}

const isoTime = (wall: number): string => new Date(wall).toISOString();

const checkText = ({ checkType, service }: Virtual): string => {
  switch (checkType.kind) {
    case 'negotiate':
      return `negotiate ${service}`;
    case 'combined':
      return `negotiate ${service}, then connect ${checkType.connects} times`;
    default:
      return checkType.kind;
  }
};

const stateOf = ({ director }: StatusScene, member: Member, note: MaintenanceNote | undefined): RealState => {
  const { standing } = healthOf(director, member);
  if (standing !== 'down' || note === undefined) return standing;
  return note.mode === 'drained' ? 'drained' : 'maintenance';
};

const timeOf = (wall: number | undefined): string | null => (wall === undefined ? null : isoTime(wall));

const maintenanceStatus = ({ since, deadline, by, reason }: MaintenanceNote): MaintenanceStatus => ({
  since: timeOf(since),
  deadline: timeOf(deadline),
  by: by ?? null,
  reason: reason ?? null,
});

const tableEntry = ({ look: { at, loads } }: StatusScene, member: Member): TableEntry | null => {
  const load = loads.get(placeKey(member));
  if (load === undefined || at === undefined) return null;
  return { active: load.active, inactive: load.inactive, weight: load.destination.weight, at: isoTime(at) };
};

const realStatus = (scene: StatusScene, member: Member): RealStatus => {
  const { director, history } = scene;
  const { id, probe, real, virtual } = member;
  const last = history.lastCheck(probe);
  const failure = history.lastFailure(probe);
  const note = scene.maintenanceOf(member);
  return {
    server: realName(real),
    state: stateOf(scene, member, note),
    since: timeOf(history.since(id)),
    weight: real.weight,
    method: real.method,
    failures: healthOf(director, member).failures,
    failureCount: virtual.failureCount,
    refused: director.refused.has(id),
    check: checkText(virtual),
    lastCheck:
      last === undefined
        ? null
        : {
            at: isoTime(last.at),
            durationMs: Math.round(last.duration * 10) / 10,
            result: last.result,
            cause: last.cause ?? null,
          },
    lastFailure: failure === undefined ? null : { ...failure, at: isoTime(failure.at) },
    maintenance: note === undefined ? null : maintenanceStatus(note),
    connections: tableEntry(scene, member),
  };
};

const virtualStatus = (scene: StatusScene, virtual: Virtual): VirtualStatus => {
  const { director } = scene;
  const { key, scheduler, serviceName: name, fallback } = virtual;
  const id = serviceId(key);
  const reals = (director.membersByVirtual.get(id) ?? []).map((member) => realStatus(scene, member));
  return {
    id,
    service: serviceName(key),
    protocol: key.protocol,
    scheduler,
    name: name ?? null,
    up: reals.filter(({ state }) => state === 'up').length,
    reals,
    fallback:
      fallback === undefined
        ? null
        : { server: realName(fallback), method: fallback.method, active: !anyUp(director, id) },
  };
};

export const liveStatus = (scene: StatusScene): LiveStatus => ({
  version: STATUS_VERSION,
  pid: scene.pid,
  config: scene.director.config.path,
  status: scene.status,
  started: isoTime(scene.startedAt),
  loaded: isoTime(scene.loadedAt),
  written: isoTime(scene.wall),
  virtuals: scene.director.config.virtuals.map((virtual) => virtualStatus(scene, virtual)),
  table: { at: timeOf(scene.look.at), problem: scene.look.problem ?? null },
});

/** What the command prints: what the pid file says, and the live state when the daemon could be asked. */
export type StatusReport =
  | {
      readonly version: number;
      readonly state: 'running';
      readonly config: string;
      readonly pid: number;
      readonly live: LiveStatus;
    }
  /** It runs, but does not answer; `problem` says why. */
  | {
      readonly version: number;
      readonly state: 'running';
      readonly config: string;
      readonly pid: number;
      readonly live: null;
      readonly problem: string;
    }
  | {
      readonly version: number;
      readonly state: 'stale' | 'stopped';
      readonly config: string;
      readonly pid: null;
      readonly live: null;
    };
