/** What `ha status` knows of this machine: the snapshots of its daemons, each with its age. Pure. */
import type { HeartbeatSnapshot } from '../../heartbeat/snapshot.js';
import { SNAPSHOT_VERSION } from '../../heartbeat/snapshot.js';
import { type LiveStatus, STATUS_VERSION } from '../../ldirectord/live-status.js';
import { peerTroubles } from './peer-told.js';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
export const MACHINE_VERSION = 1;

/** What one daemon said, or why it said nothing. */
export type Heard<T> =
  | {
      readonly snapshot: T;
      /** Milliseconds since it was written. */
      readonly age: number;
      /** Too old to be believed. */
      readonly stale: boolean;
    }
  | { readonly snapshot: null; readonly problem: string };

export interface DirectorStatus {
  /** The name of the configuration. */
  readonly name: string;
  readonly heard: Heard<LiveStatus>;
}

export interface MachineStatus {
  readonly version: number;
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly heartbeat: Heard<HeartbeatSnapshot>;
  readonly directors: readonly DirectorStatus[];
  /** Something that should be up is not: a daemon does not answer, a node or a real server is down, a group has no owner. */
  readonly troubles: readonly string[];
}

/** A snapshot that is older is not shown as the present, in milliseconds. */
export const STALE_AFTER = 5000;

/** The reason where no heartbeat is meant to run: on a machine with ldirectord only. */
export const NO_HEARTBEAT = 'none is configured here (there is no /etc/ha.d/ha.cf)';

const versionOf = (value: unknown): unknown => Reflect.get(Object(value), 'version');

const OTHER_VERSION = 'it speaks another version of this format: restart it';

const heard = <T>(value: T, written: number, at: number): Heard<T> => {
  const age = Math.max(0, at - written);
  return { snapshot: value, age, stale: age > STALE_AFTER };
};

/** What heartbeat answered, as JSON; a daemon of ours wrote it, possibly of another version. */
export const heartbeatHeard = (value: unknown, at: number): Heard<HeartbeatSnapshot> => {
  if (versionOf(value) !== SNAPSHOT_VERSION) return { snapshot: null, problem: OTHER_VERSION };
  const snapshot = value as HeartbeatSnapshot;
  return heard(snapshot, snapshot.written, at);
};

/** What an ldirectord answered. */
export const directorHeard = (value: unknown, at: number): Heard<LiveStatus> => {
  if (versionOf(value) !== STATUS_VERSION) return { snapshot: null, problem: OTHER_VERSION };
  const live = value as LiveStatus;
  return heard(live, Date.parse(live.written), at);
};

const heartbeatTroubles = ({ cluster, groups, peer }: HeartbeatSnapshot): readonly string[] => {
  if (cluster === null) return ['heartbeat has not begun yet'];
  const nodes = cluster.nodes.flatMap(({ name, self, status, links, health }) => [
    ...(!self && status === 'dead' ? [`node ${name} is dead`] : []),
    ...links.filter((link) => link.status === 'dead').map((link) => `link ${name}:${link.name} is dead`),
    ...(health === 'bad' ? [`the monitors of ${name} say that it is not fit`] : []),
  ]);
  const places = groups.flatMap(({ place, resources }) => {
    const group = `the group of ${resources[0] ?? ''}`;
    if (place === 'nowhere' && cluster.holds !== 'transition') return [`${group} is on no node`];
    return place === 'both' ? [`${group} is on both nodes`] : [];
  });
  return [...nodes, ...places, ...peerTroubles(peer)];
};

const directorTroubles = ({ virtuals }: LiveStatus): readonly string[] =>
  virtuals.flatMap(({ id, reals, up }) => [
    ...(up === 0 && reals.length > 0 ? [`${id} has no server that is up`] : []),
    ...reals.filter(({ state }) => state === 'down').map(({ server }) => `${server} of ${id} is down`),
  ]);

const troublesOf = <T>(name: string, one: Heard<T>, inside: (snapshot: T) => readonly string[]): readonly string[] => {
  if ('problem' in one) return one.problem === NO_HEARTBEAT ? [] : [`${name}: ${one.problem}`];
  return one.stale ? [`${name} has not answered for ${Math.round(one.age / 1000)} s`] : inside(one.snapshot);
};

/** Everything together. */
export const machineStatus = (
  at: number,
  heartbeat: Heard<HeartbeatSnapshot>,
  directors: readonly DirectorStatus[],
): MachineStatus => ({
  version: MACHINE_VERSION,
  at,
  heartbeat,
  directors,
  troubles: [
    ...troublesOf('heartbeat', heartbeat, heartbeatTroubles),
    ...directors.flatMap(({ name, heard: one }) => troublesOf(`ldirectord ${name}`, one, directorTroubles)),
  ],
});
